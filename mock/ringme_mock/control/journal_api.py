"""The journal of a session, to read, to count, and to watch."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from fnmatch import translate
from typing import Any

import orjson
from starlette.responses import Response

from ringme_mock.control.control_context import ControlContext
from ringme_mock.control.control_response import answer
from ringme_mock.http.event_stream import EventStream
from ringme_mock.http.journal import Journal
from ringme_spec.redaction import Redaction

_PARTS = ("query", "parameters", "body")
# More often than proxies give up on a silent connection.
_HEARTBEAT = 15.0


async def read(context: ControlContext) -> Response:
    """The entries that pass the filters of the query, oldest first."""
    wanted = dict(context.query)
    limit = wanted.pop("limit", None)
    found = _matching(context, wanted)
    return answer(context, found[-limit:] if limit else found)


async def count(context: ControlContext) -> Response:
    """How many entries have what the body names."""
    return answer(context, {"count": len(_matching(context, context.body))})


async def clear(context: ControlContext) -> Response:
    """Forgets all entries."""
    context.session.journal.clear()
    return answer(context)


async def follow(context: ControlContext) -> Response:
    """Each entry from now on as a server-sent event. Raises the 400 for one stream too many."""
    events = _events(context.session.journal, context.mock.sessions.redaction)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return EventStream(context.session, events, headers)


async def _events(journal: Journal, redaction: Redaction) -> AsyncIterator[str]:
    async with journal.follow() as follower:
        # Tells the client that from here on it misses nothing.
        yield ": open\n\n"
        while True:
            try:
                entry = await asyncio.wait_for(follower.next(), _HEARTBEAT)
            except TimeoutError:
                yield ": still there\n\n"
                continue
            data = orjson.dumps(entry.as_json(redaction)).decode()
            yield f"id: {entry.number}\nevent: request\ndata: {data}\n\n"


def _matching(context: ControlContext, wanted: dict[str, Any]) -> list[dict[str, Any]]:
    redaction = context.mock.sessions.redaction
    if "path" in wanted:
        # Not by `fnmatchcase`, which remembers tens of thousands of patterns.
        wanted = {**wanted, "path": re.compile(translate(wanted["path"]))}
    shown = (entry.as_json(redaction) for entry in context.session.journal.entries())
    return [entry for entry in shown if _fits(entry, wanted)]


def _fits(entry: dict[str, Any], wanted: dict[str, Any]) -> bool:
    for name, value in wanted.items():
        found = entry.get(name)
        if name in _PARTS:
            if not isinstance(found, dict) or not _holds(found, value):
                return False
        elif name == "path":
            if not value.match(entry["path"]):
                return False
        elif name == "method":
            if entry["method"] != value.upper():
                return False
        elif found != value:
            return False
    return True


def _holds(found: dict[str, Any], wanted: dict[str, Any]) -> bool:
    """Whether all that is wanted is there; in queries and paths everything is text."""
    return all(
        name in found and (found[name] == value or found[name] == str(value))
        for name, value in wanted.items()
    )
