"""Engine of the calls of a session: it begins, changes and ends them, and sends their events.

Only the clock moves a call. Due changes are made whenever the calls are read. A timer makes them if
nobody reads, so that events are sent in time.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from ringme_mock.calls.begin import Course, Draft
from ringme_mock.calls.call import SECOND, Call, from_entry, to_entry
from ringme_mock.calls.facts import CallEvent, event_facts, events_of, parameters, views
from ringme_mock.calls.history import keep_call
from ringme_mock.calls.schedule import Schedule, make_schedule
from ringme_mock.delivery.deliveries import Deliveries
from ringme_mock.delivery.targets import receiver_of
from ringme_mock.errors import ApiError, invalid, missing
from ringme_mock.store.collection import Collection
from ringme_mock.store.quotas import check_quota
from ringme_mock.store.store import Query

if TYPE_CHECKING:
    from ringme_mock.http.session import Session

logger = logging.getLogger(__name__)

COLLECTION = "current_call"
MOST_CALLS = 1000
# In seconds; the timer is set again if the clock is.
_LONGEST_SLEEP = 3600.0


class CallEngine:
    """Calls in progress of a session, which are entries of its store."""

    def __init__(self, session: Session, deliveries: Deliveries) -> None:
        self._session = session
        self.deliveries = deliveries
        # Course of the next callback; of all further ones if `keeps_course` is set.
        self.next_course: Course | None = None
        self.keeps_course = False
        self._timer: asyncio.TimerHandle | None = None
        # Called when something is due.
        self.wake: Callable[[], None] = self.settle
        self._following: int | None = None

    @property
    def _collection(self) -> Collection | None:
        return self._session.state.store.collections.get(COLLECTION)

    @property
    def active(self) -> bool:
        """True if there is a call in progress; cheap, as it is read for each request."""
        found = self._session.state.store.collections.get(COLLECTION)
        return found is not None and len(found) > 0

    @property
    def now(self) -> int:
        """Time of the session's clock in microseconds."""
        return int(self._session.state.clock.seconds() * SECOND)

    # --- calls

    def draft(self, client: int, course: Course) -> Draft:
        return Draft(client, self.now, course, self._session.random)

    def take_course(self) -> Course:
        """Take the course that is set for the next callback, or the default."""
        course = self.next_course or Course()
        if not self.keeps_course:
            self.next_course = None
        return course

    def begin(self, call: Call) -> Call:
        """Add a call. Raises the 400 if there are too many, or the document has no calls."""
        collection = self._collection
        if collection is None:
            raise invalid(f"the document has no collection {COLLECTION}")
        if len(collection) >= MOST_CALLS:
            raise invalid(
                f"calls: there are {MOST_CALLS} in progress, which is the limit; wait"
                " for one to end"
            )
        check_quota(self._session.state, COLLECTION)
        collection.insert(to_entry(call))
        self.settle()
        return call

    def calls(self, client: int | None = None) -> Iterator[Call]:
        """Iterate over the calls in progress, of one client or of all, oldest first."""
        if self._collection is not None:
            owner = None if client is None else ("client", client)
            for entry in self._session.state.store.find(COLLECTION, Query(), owner):
                yield from_entry(entry)

    def find(self, text: str) -> Call | None:
        """Find a call by its mark or its long id, in any case."""
        collection = self._collection
        mark = text.lower().partition("-")[2].replace("-", "") if "-" in text else text.lower()
        entry = collection.get(mark) if collection is not None else None
        if entry is None:
            return None
        call = from_entry(entry)
        return call if text.lower() in (call.mark, call.api_id) else None

    def known(self, text: str) -> Call:
        """Find a call as `find` does. Raises the 404."""
        found = self.find(text)
        if found is None:
            collection = self._collection
            raise ApiError(404, "No such call") if collection is None else missing(collection.rule)
        return found

    def change(self, call: Call) -> None:
        """Replace a call by the result of a step."""
        collection = self._collection
        if collection is not None and collection.get(call.mark) is not None:
            collection.update(call.mark, to_entry(call))
            self.settle()

    # --- what is due

    @property
    def is_due(self) -> bool:
        return self._following is not None and self._following <= self.now

    def settle_active(self) -> None:
        if self.active:
            self.settle()

    def settle(self) -> None:
        """Send all events that are due, end the calls that are over, and set the timer."""
        now = self.now
        due: list[tuple[Call, Schedule, CallEvent]] = []
        ended: list[tuple[Call, Schedule]] = []
        following: int | None = None
        for call in list(self.calls()):
            schedule = make_schedule(call)
            told, upcoming = _progress(call, schedule, now)
            due += [(call, schedule, one) for one in told]
            if told and schedule.complete > now:
                call = self._note_told(call, told)
            if schedule.complete <= now or (schedule.listed <= now and not call.listed):
                ended.append((call, schedule))
            if upcoming is not None:
                following = upcoming if following is None else min(following, upcoming)
        # In this order, the history does not depend on how often the calls are read.
        for call, schedule in sorted(ended, key=lambda one: one[1].listed):
            self._end(call, schedule, schedule.complete <= now)
        for call, schedule, event in sorted(due, key=lambda one: one[2].moment):
            self._tell(call, schedule, event)
        self._following = following
        self._set_timer(None if following is None else (following - now) / SECOND)

    def _note_told(self, call: Call, told: list[CallEvent]) -> Call:
        for event in told:
            call = call.with_leg(event.leg, told=call.legs[event.leg].told + 1)
        self._store(call)
        return call

    def _store(self, call: Call) -> None:
        if self._collection is not None:
            self._collection.update(call.mark, to_entry(call))

    def _end(self, call: Call, schedule: Schedule, complete: bool) -> None:
        """Add a call that is over to the history; its records may follow later."""
        if complete and self._collection is not None:
            self._collection.delete(call.mark)
        try:
            call = keep_call(self._session.state, call, schedule, complete)
        except ApiError as error:
            logger.warning(
                "an ended call could not be added to the call history: %s", error.message
            )
        if not complete:
            self._store(replace(call, listed=True))

    def _tell(self, call: Call, schedule: Schedule, event: CallEvent) -> None:
        """Pass an event to the deliveries, once for each subscription to it."""
        leg = call.legs[event.leg]
        number = call.number(leg.number)
        owners = {"number": leg.number, "client": call.client}
        names = views()["subscription"]
        told: dict[str, str] | None = None
        store = self._session.state.store
        for rule in views()["subscriptions"]:
            if rule["collection"] not in store.collections:
                continue
            if "kinds" in rule and (number is None or number.kind not in rule["kinds"]):
                continue
            collection = store[rule["collection"]]
            positions = collection.positions(rule["property"], owners[rule["of"]])
            for entry in list(collection.at(positions)):
                if entry[names["type"]] != event.type:
                    continue
                told = told or parameters(event_facts(call, schedule, event))
                key = entry[collection.rule.key]
                url, method = entry[names["url"]], entry[names["method"]]
                # A receiver gets the events of a leg in order, even if it has a URL for each type.
                # A slow receiver delays no other.
                order = (leg.number, leg.mark, receiver_of(url))
                self.deliveries.add(order, key, url, method, told, event.type)

    def dump(self) -> dict[str, Any]:
        """Return as JSON what is no entry: the course that is set, and the next due time."""
        course = None if self.next_course is None else asdict(self.next_course)
        return {"course": course, "keeps": self.keeps_course, "following": self._following}

    def load(self, written: dict[str, Any]) -> None:
        course = written["course"]
        self.next_course = None if course is None else Course(**course)
        self.keeps_course, self._following = written["keeps"], written["following"]

    # --- time

    def _set_timer(self, seconds: float | None) -> None:
        """Set the timer to so many seconds of the session's clock; None sets none."""
        self.stop_timer()
        if seconds is None or self._session.state.clock.frozen:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        # A little later, so that the change is surely due.
        self._timer = loop.call_later(min(seconds, _LONGEST_SLEEP) + 0.001, self.wake)

    def start_timer(self) -> None:
        following = self._following
        self._set_timer(None if following is None else max(0, following - self.now) / SECOND)

    def stop_timer(self) -> None:
        """Stop the timer until the next `settle`."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def stop(self, reason: str) -> None:
        """Stop timer and deliveries, and drop the courses that are set."""
        self.stop_timer()
        self.deliveries.stop(reason)
        self.next_course, self.keeps_course = None, False


def _progress(call: Call, schedule: Schedule, now: int) -> tuple[list[CallEvent], int | None]:
    """Return the events that are due and not sent, and the next time in microseconds."""
    due: list[CallEvent] = []
    moments = [schedule.ends, schedule.listed, schedule.complete]
    for index, leg in enumerate(call.legs):
        for event in events_of(call, schedule, index)[leg.told :]:
            if event.moment <= now:
                due.append(event)
            else:
                moments.append(event.moment)
                break
    return due, min((one for one in moments if one > now), default=None)
