"""Replay of a log: its commands are applied to a new mock, each with its own time and chance."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import unquote

import orjson

from ringme_mock.actions.request_context import RequestContext
from ringme_mock.app import MockApp
from ringme_mock.command_log.applying import Moment
from ringme_mock.command_log.file_recorder import (
    API,
    BEGIN,
    FAULTS,
    FileRecorder,
    draw_chance,
)
from ringme_mock.command_log.log_file import Row, damaged
from ringme_mock.control.control_context import Mock, set_command_body
from ringme_mock.control.control_operations import run_operation
from ringme_mock.control.middleware import interface
from ringme_mock.errors import ApiError
from ringme_mock.faults.forced_response import ForcedResponses
from ringme_mock.http.sessions import Session

logger = logging.getLogger(__name__)

Header: TypeAlias = tuple[bytes, bytes]


@dataclass(frozen=True)
class Replayed:
    """Number of commands that were applied, and the seconds that it took."""

    commands: int
    seconds: float


def replay(app: MockApp, recorder: FileRecorder) -> Replayed:
    """Apply all commands of the file; from then on the recorder keeps new ones.

    Raises ConfigError for a damaged file.
    """
    begin = time.perf_counter()
    try:
        commands = asyncio.run(_Replay(app, recorder).run())
    except (sqlite3.Error, ValueError, KeyError, TypeError) as error:
        logger.debug("the replay failed", exc_info=error)
        raise damaged(recorder.file.path) from error
    return Replayed(commands, time.perf_counter() - begin)


class _Replay:
    def __init__(self, app: MockApp, recorder: FileRecorder) -> None:
        self._recorder = recorder
        self._sessions = app.sessions
        self._mock = Mock(app.contract, app.sessions, ForcedResponses(app.contract))

    async def run(self) -> int:
        count = 0
        for number, row in self._recorder.file.rows():
            self._recorder.seen(number, row)
            self._recorder.applying.resting = row.due
            await self._apply(self._sessions.resume(row.session), row)
            count += 1
        self._recorder.ready()
        for session in self._sessions.resumed():
            session.used = self._sessions.seconds()
            # What became due meanwhile is in the history, but nobody is told of it.
            session.calls.settle()
            session.calls.rest()
            session.deliveries.muted = False
        return count

    async def _apply(self, session: Session, row: Row) -> None:
        if row.kind == BEGIN:
            self._begin(session)
        elif row.kind == FAULTS:
            session.faults.set_counts(orjson.loads(row.body))
        else:
            await self._repeat(session, row)

    def _begin(self, session: Session) -> None:
        if session.waits:
            self._sessions.begin(session)

    async def _repeat(self, session: Session, row: Row) -> None:
        # What the command drew when it was made, so that a seed goes on where it was.
        draw_chance(session.random)
        applying = self._recorder.applying
        if session.calls.active:
            session.calls.settle()
        request, hour = _request(session, row)
        sent = orjson.loads(row.body) if row.kind == API else {}
        moment = Moment(row.at, row.chance, row.nonce)
        token = applying.begin(moment)
        try:
            if row.kind == API:
                self._run(request, sent, hour)
            else:
                await self._control(request, row)
        except ApiError:
            # It was refused then, too.
            return
        except Exception as error:
            logger.debug("a command failed again", exc_info=error)
            return
        finally:
            applying.end(moment, token)
        self._begin(session)

    def _run(self, request: RequestContext, sent: dict[str, Any], hour: Any) -> None:
        session = request.session
        operation, request.path_values = self._recorder.table.find(request.method, request.raw_path)
        request.target = operation
        if hour is not None:
            _, _, text = request.header(b"authorization").partition(" ")
            caller = session.state.access.caller(text.strip())
            if caller is not None:
                # The request itself counts again.
                start, used = hour
                session.state.limits.set_hour(caller.client_key, start, used - 1)
        self._recorder.operations[operation.id].repeat(request, sent)

    async def _control(self, request: RequestContext, row: Row) -> None:
        operation, values = interface().table.find(request.method, request.raw_path)
        context = interface().context(
            self._mock, request.session, request.base_url, operation, values, request.query
        )
        set_command_body(context, row.kind, row.body)
        await run_operation(context)


def _request(session: Session, row: Row) -> tuple[RequestContext, Any]:
    """Make the request of a command, and the hour of its client."""
    method, raw_path, query, prefix, origin, scheme, server, hour = orjson.loads(row.head)
    scope = {
        "type": "http",
        "method": method,
        "path": raw_path,
        "raw_path": None,
        "query_string": query.encode("latin-1"),
        "headers": [_header(line) for line in row.headers.split(b"\r\n") if line],
        "scheme": scheme,
        "server": tuple(server) if server else None,
    }
    request = RequestContext(scope, _nothing)
    request.at = row.at
    request.session, request.prefix, request.origin = session, prefix, origin
    request.raw_path, request.path = raw_path, unquote(raw_path)
    return request, hour


def _header(line: bytes) -> Header:
    name, _, value = line.partition(b": ")
    return name, value


async def _nothing() -> Any:
    raise RuntimeError("a command that is replayed has its body already")
