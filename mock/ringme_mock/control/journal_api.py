"""The journal of a session, to read, to count, and to watch."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from fnmatch import translate
from typing import Any

import orjson
from starlette.responses import Response

from ringme_mock.control.control_call import ControlCall
from ringme_mock.control.control_response import answer
from ringme_mock.http.event_stream import EventStream
from ringme_mock.http.journal import Journal
from ringme_spec.redaction import Redaction

_PARTS = ("query", "parameters", "body")
# More often than proxies give up on a silent connection.
_HEARTBEAT = 15.0


async def read(call: ControlCall) -> Response:
    """The entries that pass the filters of the query, oldest first."""
    wanted = dict(call.query)
    limit = wanted.pop("limit", None)
    found = _matching(call, wanted)
    return answer(call, found[-limit:] if limit else found)


async def count(call: ControlCall) -> Response:
    """How many entries have what the body names."""
    return answer(call, {"count": len(_matching(call, call.body))})


async def clear(call: ControlCall) -> Response:
    """Forgets all entries."""
    call.session.journal.clear()
    return answer(call)


async def follow(call: ControlCall) -> Response:
    """Each entry from now on as a server-sent event. Raises the 400 for one stream too many."""
    events = _events(call.session.journal, call.mock.sessions.redaction)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return EventStream(call.session, events, headers)


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


def _matching(call: ControlCall, wanted: dict[str, Any]) -> list[dict[str, Any]]:
    redaction = call.mock.sessions.redaction
    if "path" in wanted:
        # Not by `fnmatchcase`, which remembers tens of thousands of patterns.
        wanted = {**wanted, "path": re.compile(translate(wanted["path"]))}
    shown = (entry.as_json(redaction) for entry in call.session.journal.entries())
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
