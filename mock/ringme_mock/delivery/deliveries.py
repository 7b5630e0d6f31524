"""Deliveries of a session: waiting ones, and the latest ones with their responses.

Nobody waits for a delivery. The deliveries of one leg to one receiver are sent in order.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any

from ringme_mock.delivery.attempt import Response, attempt
from ringme_spec.redaction import Redaction

logger = logging.getLogger(__name__)

WAITING, SENT, FAILED, NOT_SENT = "waiting", "sent", "failed", "not sent"
MOST_WAITING = 1000
MOST_KEPT = 1000
MOST_AT_ONCE = 8
_OK = range(200, 300)
Attempt = Callable[[str, str, Mapping[str, str], frozenset[str]], Awaitable[Response]]


@dataclass(frozen=True)
class DeliverySettings:
    """Settings of deliveries.

    `hosts` are lower-case names of hosts that may lie outside of this machine and of private
    networks. A failed delivery is repeated `retries` times, every `pause` seconds. With `lost`,
    events are dropped.
    """

    hosts: frozenset[str] = frozenset()
    retries: int = 0
    pause: float = 1.0
    lost: bool = False


@dataclass
class Delivery:
    """Event for one target, and the result.

    Deliveries of equal `order` are sent one after the other. `at` is the real time at which it was
    due.
    """

    number: int
    order: Hashable
    subscription: int
    url: str
    method: str
    parameters: Mapping[str, str]
    kind: str
    at: float
    state: str = WAITING
    attempts: int = 0
    status: int | None = None
    body: str = ""
    error: str | None = None
    seconds: float = 0.0

    def as_json(self, redaction: Redaction) -> dict[str, Any]:
        moment = datetime.fromtimestamp(self.at, UTC)
        return {
            "number": self.number,
            "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "event": self.kind,
            "subscription": self.subscription,
            "method": self.method,
            "url": redaction.mask_text(self.url),
            "parameters": dict(self.parameters),
            "state": self.state,
            "attempts": self.attempts,
            "status": self.status,
            "body": redaction.mask_text(self.body) if self.body else None,
            "error": self.error,
            "milliseconds": round(self.seconds * 1000, 3),
        }


_FIELDS = tuple(one.name for one in fields(Delivery))


@dataclass
class Deliveries:
    """Deliveries of a session. `send` makes one attempt, `changed` is called after each delivery.

    If `sends` is false, another process sends them and reports the results. `report` is called
    instead of `end` to pass results on.
    """

    settings: DeliverySettings
    send: Attempt = attempt
    changed: Callable[[Delivery], None] = lambda _: None
    seconds: Callable[[], float] = time.time
    sends: Callable[[], bool] = lambda: True
    report: Callable[[int, int, float, Response], Awaitable[None]] | None = None
    _kept: deque[Delivery] = field(default_factory=lambda: deque(maxlen=MOST_KEPT))
    # Tasks of the deliveries that this process sends, by number.
    _tasks: dict[int, asyncio.Task[None]] = field(default_factory=dict)
    _loop: asyncio.AbstractEventLoop | None = None
    # By number; newer deliveries may have pushed them out of `_kept`.
    _waiting: dict[int, Delivery] = field(default_factory=dict)

    # No number is reused.
    _next: int = 1

    def __iter__(self) -> Iterator[Delivery]:
        return iter(tuple(self._kept))

    def add(
        self,
        order: Hashable,
        subscription: int,
        url: str,
        method: str,
        parameters: Mapping[str, str],
        kind: str,
    ) -> None:
        """Queue an event after those of its order; it is refused if too many wait."""
        delivery = Delivery(
            self._next, order, subscription, url, method, parameters, kind, self.seconds()
        )
        self._next += 1
        self._kept.append(delivery)
        if self.settings.lost:
            self._end(
                delivery,
                Response(
                    error="not sent: the settings of deliveries have lost: true", refused=True
                ),
            )
        elif len(self._waiting) >= MOST_WAITING:
            text = f"{MOST_WAITING} deliveries are already waiting"
            self._end(delivery, Response(error=text, refused=True))
        else:
            self._waiting[delivery.number] = delivery
            self.start()

    def end(self, number: int, attempts: int, seconds: float, response: Response) -> None:
        delivery = self._waiting.pop(number, None)
        if delivery is not None:
            delivery.attempts, delivery.seconds = attempts, seconds
            self._end(delivery, response)

    def waiting(self) -> list[Delivery]:
        return list(self._waiting.values())

    def stop(self, reason: str) -> None:
        """End all waiting deliveries: those being sent as failed, the others as not sent.

        Only the process that sends them knows the number of attempts, so it counts as 1.
        """
        self._send_none()
        on_their_way = {one.number for one in self._on_their_way()}
        for one in self.waiting():
            refused = one.number not in on_their_way
            self.end(one.number, 1, 0.0, Response(error=reason, refused=refused))

    def _on_their_way(self) -> list[Delivery]:
        """List the deliveries to send now: the oldest of each order, at most MOST_AT_ONCE."""
        found: dict[Hashable, Delivery] = {}
        for one in self._waiting.values():
            found.setdefault(one.order, one)
            if len(found) == MOST_AT_ONCE:
                break
        return list(found.values())

    def _send_none(self) -> None:
        for task in self._tasks.values():
            if not task.get_loop().is_closed():
                task.cancel()
        self._tasks.clear()

    def clear(self) -> None:
        """Drop the deliveries that have ended."""
        left = [one for one in self._kept if one.state == WAITING]
        self._kept.clear()
        self._kept.extend(left)

    def dump(self) -> dict[str, Any]:
        settings = self.settings
        known = {one.number for one in self._kept}
        return {
            "number": self._next,
            "settings": [sorted(settings.hosts), settings.retries, settings.pause, settings.lost],
            "kept": [_dump(one) for one in self._kept],
            # Those that newer deliveries have pushed out.
            "waiting": [_dump(one) for number, one in self._waiting.items() if number not in known],
        }

    def load(self, written: dict[str, Any]) -> None:
        """Restore the result of `dump`, without sending anything."""
        self._send_none()
        self._next = written["number"]
        hosts, *others = written["settings"]
        self.settings = DeliverySettings(frozenset(hosts), *others)
        kept = [_load(one) for one in written["kept"]]
        self._kept.clear()
        self._kept.extend(kept)
        waiting = [*map(_load, written["waiting"]), *kept]
        self._waiting = {one.number: one for one in waiting if one.state == WAITING}

    def start(self) -> None:
        """Send the deliveries that are next, if this process sends."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        if loop is not self._loop:
            # In tests a session outlives the loop that its requests ran in.
            self._loop, self._tasks = loop, {}
        for one in self._on_their_way() if self.sends() else ():
            if one.number not in self._tasks:
                self._tasks[one.number] = loop.create_task(self._deliver(one))

    async def _deliver(self, delivery: Delivery) -> None:
        begin = time.monotonic()
        attempts = 0
        while True:
            attempts += 1
            response = await self._attempt(delivery)
            good = response.status in _OK
            if good or response.refused or attempts > self.settings.retries:
                break
            await asyncio.sleep(self.settings.pause)
        seconds = time.monotonic() - begin
        if self.report is not None:
            await self.report(delivery.number, attempts, seconds, response)
        else:
            self.end(delivery.number, attempts, seconds, response)
        self._tasks.pop(delivery.number, None)
        self.start()

    async def _attempt(self, delivery: Delivery) -> Response:
        hosts = self.settings.hosts
        try:
            return await self.send(delivery.url, delivery.method, delivery.parameters, hosts)
        except Exception as error:
            logger.exception("a delivery failed")
            return Response(error=f"internal error of the mock: {type(error).__name__}")

    def _end(self, delivery: Delivery, response: Response) -> None:
        delivery.status, delivery.body = response.status, response.body
        delivery.error = response.error
        sent = SENT if response.status in _OK else FAILED
        delivery.state = NOT_SENT if response.refused else sent
        if response.refused:
            delivery.attempts = 0
        self.changed(delivery)


def _dump(delivery: Delivery) -> list[Any]:
    return [getattr(delivery, name) for name in _FIELDS]


def _load(written: list[Any]) -> Delivery:
    delivery = Delivery(*written)
    # A list could not be a key.
    delivery.order = tuple(written[1])
    return delivery
