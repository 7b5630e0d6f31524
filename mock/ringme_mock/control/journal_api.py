"""Journal of a session: read, count, export, follow."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import aclosing
from fnmatch import translate
from typing import Any
from urllib.parse import urlencode

import orjson
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from ringme_mock.control.control_context import ControlContext
from ringme_mock.control.har import write_har
from ringme_mock.delivery.deliveries import Delivery
from ringme_mock.errors import invalid
from ringme_mock.http.journal import Journal, JournalEntry
from ringme_mock.http.sessions import Session
from ringme_spec.redaction import Redaction

_PARTS = ("query", "parameters", "body")
# Per session, as a stream can hold entries that the journal has dropped.
MOST_STREAMS = 100
# Seconds; shorter than the idle timeout of proxies.
HEARTBEAT = 15.0


async def read(context: ControlContext) -> Response:
    await context.session.journal.load()
    return context.response(_read(context))


async def export(context: ControlContext) -> Response:
    """Send the matching entries as a HAR archive."""
    await context.session.journal.load()
    response = context.response(write_har(_read(context), context.base_url))
    name = f"journal-{context.session.name}.har"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


async def count(context: ControlContext) -> Response:
    await context.session.journal.load()
    found = len(_matching(context, context.body))
    return context.response({"count": found, "dropped": context.session.journal.dropped})


async def clear(context: ControlContext) -> Response:
    context.session.journal.clear()
    await context.session.journal.save()
    return context.response()


async def follow(context: ControlContext) -> Response:
    """Stream new entries as server-sent events; after a Last-Event-ID, also those missed since.

    Raises the 400 if there are too many streams.
    """
    known = context.last_event_id
    after = int(known) if known.isascii() and known.isdecimal() and len(known) < 20 else None
    session, sessions = context.session, context.mock.sessions
    events = _events(
        session.journal,
        sessions.redaction,
        after,
        lambda: any(one is session for one in sessions.all()),
    )
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return EventStream(session, events, headers)


async def _events(
    journal: Journal, redaction: Redaction, after: int | None, is_there: Callable[[], bool]
) -> AsyncIterator[str]:
    """Yield events until the session has ended, which is checked at heartbeats."""
    async with aclosing(journal.follow(HEARTBEAT)) as entries:
        await anext(entries)
        await journal.load()
        # From now on the client misses nothing.
        yield ": open\n\n"
        last = journal.last_number
        # Numbers restart with the mock, so the client may send one of the previous run.
        if after is not None and after <= last:
            missed = [one for one in journal.entries() if one.number > after]
            dropped = last - after - len(missed)
            if dropped > 0:
                yield f'event: dropped\ndata: {{"count": {dropped}}}\n\n'
            for one in missed:
                yield _event(one, redaction)
        async for entry in entries:
            if entry is None:
                if not is_there():
                    return
                yield ": still there\n\n"
            elif isinstance(entry, Delivery):
                data = orjson.dumps(entry.as_json(redaction)).decode()
                yield f"event: delivery\ndata: {data}\n\n"
            elif entry.number > last:
                yield _event(entry, redaction)


def _event(entry: JournalEntry, redaction: Redaction) -> str:
    whole = {**entry.as_json(redaction), **entry.exchange(redaction)}
    data = orjson.dumps(whole).decode()
    return f"id: {entry.number}\nevent: request\ndata: {data}\n\n"


def _read(context: ControlContext) -> list[dict[str, Any]]:
    wanted = dict(context.query)
    limit = wanted.pop("limit", None)
    found = _matching(context, wanted)
    redaction = context.mock.sessions.redaction
    kept = found[-limit:] if limit else found
    return [{**shown, **entry.exchange(redaction)} for entry, shown in kept]


def _matching(
    context: ControlContext, wanted: dict[str, Any]
) -> list[tuple[JournalEntry, dict[str, Any]]]:
    """List the matching entries, each with its JSON without headers and response."""
    redaction = context.mock.sessions.redaction
    if "path" in wanted:
        # `fnmatchcase` would cache tens of thousands of patterns.
        wanted = {**wanted, "path": re.compile(translate(wanted["path"]))}
    entries = context.session.journal.entries()
    pairs = ((entry, entry.as_json(redaction)) for entry in entries)
    return [(entry, shown) for entry, shown in pairs if _fits(shown, wanted)]


def _fits(entry: dict[str, Any], wanted: dict[str, Any]) -> bool:
    return all(
        value.casefold() in _text(entry).casefold()
        if name == "text"
        else _equals(name, entry.get(name), value)
        for name, value in wanted.items()
    )


def _text(entry: dict[str, Any]) -> str:
    query = urlencode(entry["query"], doseq=True, safe="*@:/ ")
    path = f"{entry['path']}?{query}" if query else entry["path"]
    caller = entry["operation"], entry["login"]
    shown = [entry["method"], path, *caller, entry["status"], entry["reason"], entry["fault"]]
    return " ".join(str(one) for one in shown if one is not None)


def _equals(name: str, found: Any, value: Any) -> bool:
    if name == "path":
        return value.match(found) is not None
    if name == "method":
        return bool(found == value.upper())
    if name in _PARTS:
        # Values of queries and paths are texts.
        return isinstance(found, dict) and all(
            key in found and found[key] in (one, str(one)) for key, one in value.items()
        )
    return bool(found == value)


class EventStream(StreamingResponse):
    """Stream of server-sent events. Raises the 400 if the session has too many."""

    def __init__(
        self, session: Session, events: AsyncIterator[str], headers: Mapping[str, str]
    ) -> None:
        if session.streams >= MOST_STREAMS:
            raise invalid(
                f"stream: there are {session.streams} open in this session,"
                f" the limit is {MOST_STREAMS}; close one"
            )
        super().__init__(events, headers=headers, media_type="text/event-stream")
        self._session = session

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._session.streams += 1
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._session.streams -= 1
