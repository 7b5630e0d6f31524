"""Commands as they are kept, and applied again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import unquote

import orjson

from ringme_mock.actions.request_context import RequestContext
from ringme_mock.command_log import log
from ringme_mock.command_log.log import Row
from ringme_mock.control.control_context import CONTENT, OBJECT, Mock, set_command_body
from ringme_mock.control.middleware import interface, run_settled
from ringme_mock.delivery.attempt import Response
from ringme_mock.docs.docs_middleware import CREDENTIALS, issue_credentials
from ringme_mock.faults.forced_response import ForcedResponses
from ringme_mock.http.sessions import Session, Sessions

if TYPE_CHECKING:
    from ringme_mock.command_log.images import Images
    from ringme_mock.faults.inject import Faults
    from ringme_mock.http.routing import PathTable
    from ringme_mock.http.running_operation import RunningOperation

Header: TypeAlias = tuple[bytes, bytes]


class Damaged(ValueError):
    """A command that cannot be read."""


@dataclass
class Repeat:
    """Applies commands that another process has made, or the same one before its restart."""

    sessions: Sessions
    operations: Mapping[str, RunningOperation]
    table: PathTable
    faults: Faults
    images: Images

    def __post_init__(self) -> None:
        contract = self.sessions.contract
        self._mock = Mock(contract, self.sessions, ForcedResponses(contract))

    async def run(self, session: Session, row: Row) -> None:
        """Apply a command in its moment. Raises what it raised when it was made, and Damaged."""
        if row.kind == log.API:
            self._act(session, row)
        elif row.kind == log.FAULT:
            self.faults.choose(_request(session, row)[0])
        elif row.kind == log.BEGIN:
            self.sessions.enter(session, _body(row))
        elif row.kind == log.END:
            self.sessions.leave(session)
        elif row.kind == log.DELIVERED:
            number, attempts, seconds, *response = _body(row)
            session.deliveries.end(number, attempts, seconds, Response(*response))
        elif row.kind == CREDENTIALS:
            issue_credentials(session)
        elif row.kind in (OBJECT, CONTENT):
            await self._control(session, row)
        elif row.kind == log.IMAGE:
            self.images.take()
        elif row.kind == log.DIGEST:
            self.images.compare(*_body(row))
        elif row.kind != log.SETTLE:
            raise Damaged(f"unknown kind {row.kind}")

    def _act(self, session: Session, row: Row) -> None:
        request, hour = _request(session, row)
        sent = _body(row)
        operation, request.path_values = self.table.find(request.method, request.raw_path)
        request.target = operation
        if hour is not None:
            _, _, text = request.header(b"authorization").partition(" ")
            caller = session.state.access.caller(text.strip())
            if caller is not None:
                # The request itself counts again.
                start, used = hour
                session.state.limits.set_hour(caller.client_key, start, used - 1)
        self.operations[operation.id].repeat(request, sent)

    async def _control(self, session: Session, row: Row) -> None:
        request, _ = _request(session, row)
        operation, values = interface().table.find(request.method, request.raw_path)
        context = interface().context(
            self._mock, session, request.base_url, operation, values, request.query
        )
        set_command_body(context, row.kind, row.body)
        await run_settled(context)


def head_of(request: RequestContext) -> bytes:
    """Write what repeating a request needs beside its headers and its body."""
    return orjson.dumps(
        [
            request.method,
            request.raw_path,
            request.query.decode("latin-1"),
            request.prefix,
            request.origin,
            request.scope["scheme"],
            request.scope.get("server"),
            _hour(request),
        ]
    )


def write_headers(request: RequestContext) -> bytes:
    return b"\r\n".join(map(b": ".join, request.scope["headers"]))


def _hour(request: RequestContext) -> tuple[float, int] | None:
    """Return the count of requests of the client, which others have changed that are not kept."""
    if request.caller is None:
        return None
    return request.session.state.limits.hour(request.caller.client_key)


def _body(row: Row) -> Any:
    try:
        return orjson.loads(row.body)
    except ValueError as error:
        raise Damaged("body") from error


def _request(session: Session, row: Row) -> tuple[RequestContext, Any]:
    """Make the request of a command, and the hour of its client. Raises Damaged."""
    try:
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
    except (ValueError, TypeError, AttributeError) as error:
        raise Damaged("head") from error
    request = RequestContext(scope, _nothing)
    request.at = row.at
    request.session, request.prefix, request.origin = session, prefix, origin
    request.raw_path, request.path = raw_path, unquote(raw_path)
    return request, hour


def _header(line: bytes) -> Header:
    name, _, value = line.partition(b": ")
    return name, value


async def _nothing() -> Any:
    raise RuntimeError("a command that is repeated has its body already")
