"""Calls in progress: ringing, events, and legs in the history at the end."""

from __future__ import annotations

import threading
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from second import faults
from second.database import LEG, Database, leg_row

# Seconds until a call is picked up, and of the longest talk.
_RINGS = 1.0
_TALKS = 60.0
_PATIENCE = 5.0
_FORM = "%Y-%m-%d %H:%M:%S"


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """Follows no redirect."""


_opener = build_opener(_NoRedirects)
_follower = build_opener()


@dataclass
class LiveCall:
    """A call from numbers of a client to a number."""

    client: int
    target: str
    # The numbers that take part, as rows of the table.
    numbers: list[dict[str, Any]]
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    answered: datetime | None = None
    over: threading.Event = field(default_factory=threading.Event)
    # False if the target is an internal number that does not exist.
    exists: bool = True
    # True if it was ended by a request.
    cancelled: bool = False
    # The numbers that had it before it was handed over.
    left: list[dict[str, Any]] = field(default_factory=list)
    # The ids of those that it was handed over to.
    took: set[int] = field(default_factory=set)

    @property
    def long_id(self) -> str:
        """Ten digits, and the id in the form of a UUID."""
        return f"3584700000-{uuid.UUID(self.id)}"

    def leg_id(self, number: dict[str, Any]) -> str:
        return f"{number['id']}-{self.id}"

    def hand_over(self, number: dict[str, Any], target: dict[str, Any]) -> None:
        """Puts another number in the place of one that takes part."""
        if not faults.on("handed-over-without-leg"):
            self.left.append(number)
        self.took.add(target["id"])
        self.numbers = [target if one["id"] == number["id"] else one for one in self.numbers]


class Switchboard:
    """All calls in progress, each with a thread."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._calls: list[LiveCall] = []

    def begin(self, call: LiveCall) -> None:
        """Lets a call ring."""
        with self._lock:
            self._calls.append(call)
        threading.Thread(target=self._run, args=(call,), daemon=True).start()

    def calls(self, client: int) -> list[LiveCall]:
        """The calls of a client, the oldest first."""
        with self._lock:
            everywhere = faults.on("calls-of-all-clients")
            return [one for one in self._calls if one.client == client or everywhere]

    def end(self, call: LiveCall) -> None:
        """Ends a call, which is not found any more."""
        with self._lock:
            if call in self._calls and not faults.on("ended-call-stays"):
                self._calls.remove(call)
        call.over.set()

    def _run(self, call: LiveCall) -> None:
        self._tell(call, "dial-out", call.began)
        if not call.over.wait(_RINGS):
            call.answered = datetime.now(UTC)
            if not faults.on("answer-not-told"):
                self._tell(call, "answer", call.answered)
            call.over.wait(_TALKS if call.exists else 0)
        self.end(call)
        ended = datetime.now(UTC)
        if call.answered or not faults.on("ringing-has-no-end"):
            self._tell(call, "hangup", ended)
        self._keep(call, ended)

    # --- events

    def _tell(self, call: LiveCall, kind: str, moment: datetime) -> None:
        for number in call.numbers:
            for subscription in self._subscriptions(number, kind):
                is_first = number is call.numbers[0]
                if faults.on("phones-told-once") and subscription["client_id"] and not is_first:
                    continue
                with suppress(OSError, ValueError):
                    _send(dict(subscription), _parameters(call, number, kind, moment))

    def _subscriptions(self, number: dict[str, Any], kind: str) -> list[Any]:
        same = ">" if faults.on("told-of-all-clients") else "="
        self._database.begin()
        try:
            return self._database.rows(
                "SELECT * FROM event WHERE event_type = ?"
                f" AND (extension_id = ? OR client_id {same} ?) ORDER BY id",
                kind,
                number["id"],
                None if faults.on("phones-not-told") else 0 if same == ">" else number["client_id"],
            )
        finally:
            self._database.end(keep=False)

    # --- history

    def _keep(self, call: LiveCall, ended: datetime) -> None:
        self._database.begin()
        try:
            for number in call.left + call.numbers:
                self._database.insert("leg", leg_row("leg", _leg(call, number, ended)))
        finally:
            self._database.end(keep=True)


def _send(subscription: dict[str, Any], parameters: dict[str, str]) -> None:
    """Sends an event once, as a form or in the query."""
    scheme, host, path, query, _ = urlsplit(subscription["url"])
    form = urlencode(parameters)
    if subscription["method"] == "GET":
        query = f"{query}&{form}" if query else form
    url = urlunsplit((scheme, host, path, query, ""))
    request = Request(url)
    if subscription["method"] == "POST":
        request.data = form.encode()
        media_type = "application/x-www-form-urlencoded"
        if faults.on("event-as-text"):
            media_type = "text/plain"
        request.add_header("Content-Type", media_type)
    opener = _follower if faults.on("redirect-followed") else _opener
    opener.open(request, timeout=_PATIENCE).close()


def _parameters(
    call: LiveCall, number: dict[str, Any], kind: str, moment: datetime
) -> dict[str, str]:
    """The parameters of an event that have a value."""
    found = {
        "EventType": kind,
        "EventTime": str(int(moment.timestamp() * 1_000_000)),
        "CallID": call.id,
        "SubCallID": call.leg_id(number),
        "CallAPIID": call.long_id,
        "CallFlow": "out",
        "CallStatus": "CALLING" if kind == "dial-out" else "ANSWER",
        "CallerIDNum": number["name"],
        "CallerIDName": number["caller_id_name"] or number["name"],
        "CalledNumber": call.target[-2 if faults.on("called-number-short") else 0 :],
        "CallerExtension": f"{number['name']}@{number['domain']}",
        "CallerExtensionID": str(number["id"]),
    }
    if kind == "hangup" and faults.on("always-bridged"):
        found["Bridged"] = "yes"
    if kind == "hangup":
        talk = (moment - call.answered).total_seconds() if call.answered else 0
        found["Duration"] = str(int(talk * 1_000_000))
        is_answered = call.answered or faults.on("ended-as-answered")
        found["CallStatus"] = "ANSWER" if is_answered else "CANCEL"
    return found


def _leg(call: LiveCall, number: dict[str, Any], ended: datetime) -> dict[str, Any]:
    start = call.answered if call.exists else None
    ended_by = "caller_bye" if start else "caller_cancel"
    found: dict[str, Any] = dict.fromkeys(LEG)
    return found | {
        "call_uuid": call.id.upper(),
        "flow": "transfer" if number["id"] in call.took else "out",
        "result": "answered" if start else "not answered" if call.exists else "failed",
        "init_time_gmt": call.began.strftime(_FORM),
        "start_time_gmt": start and start.strftime(_FORM),
        "hangup_time_gmt": ended.strftime(_FORM),
        "duration": int(ended.timestamp()) - int(start.timestamp()) if start else 0,
        "extension_id": number["id"],
        "extension_name": f"{number['name']}@{number['domain']}",
        "extension_type": number["type"],
        "extension_group_owner_id": number["extension_group_id"],
        "client_owner_id": call.client,
        "from_username": number["name"],
        "from_domain": number["domain"],
        "from_screen_name": number["caller_id_name"] or number["name"],
        "to_username": call.target,
        "to_domain": number["domain"],
        "dest_number": call.target,
        "dest_domain": number["domain"],
        "application": "callback",
        "hangup_cause": "NORMAL_CLEARING",
        "hangup_disposition": "internal_cancel" if call.cancelled else ended_by,
    }
