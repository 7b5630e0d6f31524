"""ASGI middleware for the control interface, by its own OpenAPI document."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ringme_mock.actions.request_context import RequestContext, context_of
from ringme_mock.actions.response import JSON
from ringme_mock.control.control_context import ControlContext, Mock, command_body
from ringme_mock.control.guard import check_admitted
from ringme_mock.errors import ApiError, invalid, no_route
from ringme_mock.http.body import media_type, read_bytes, read_object
from ringme_mock.http.parameters import PathReader, QueryReader
from ringme_mock.http.routing import PathTable
from ringme_mock.http.sessions import Session
from ringme_mock.http.urls import CONTROL_PATH, DOCS_PATH, OTHER_MOCKS
from ringme_mock.json_bytes import DEEPEST_STATE, write_json
from ringme_spec.contract import Contract, read_contract
from ringme_spec.operations import Operation

_DOCUMENT_PATH = f"{CONTROL_PATH}/openapi.json"
# A whole state must fit. JSON has the lower limit, as reading it blocks the event loop.
_LONGEST_ARCHIVE = 64 * 1024 * 1024
_LONGEST_OBJECT = 16 * 1024 * 1024
_DOCUMENT = Path(__file__).with_name("control.yaml")


class Interface:
    """Control document, its routes, and the readers of its parameters."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.table = PathTable(contract.operations.values())
        self._readers = {
            one.id: (PathReader(one.path_parameters), QueryReader(one.query_parameters))
            for one in contract.operations.values()
        }

    def context(
        self,
        mock: Mock,
        session: Session,
        base_url: str,
        operation: Operation,
        values: Sequence[str],
        query: bytes,
    ) -> ControlContext:
        """Check path values and query. Raises the 400 that names the parameter."""
        path_reader, query_reader = self._readers[operation.id]
        path, read = path_reader.read(values), query_reader.read(query)
        return ControlContext(operation, mock, session, base_url, path, read)


@functools.cache
def interface() -> Interface:
    """Read the control document on first use, which keeps startup fast."""
    return Interface(read_contract(_DOCUMENT))


class ControlMiddleware:
    """Middleware that serves /__mock__/ and passes on everything else."""

    def __init__(self, app: ASGIApp, mock: Mock, from_any: bool) -> None:
        self._app = app
        self._mock = mock
        self._from_any = from_any

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(CONTROL_PATH + "/"):
            if scope["type"] == "http" and scope["path"].startswith(OTHER_MOCKS):
                raise _of_another_mock(scope["method"], scope["path"])
            await self._app(scope, receive, send)
            return
        check_admitted(scope, self._from_any, self._mock.sessions.settings.admission)
        response: Response
        if scope["path"] == _DOCUMENT_PATH and scope["method"] == "GET":
            response = Response(write_json(interface().contract.document), media_type=JSON)
        elif scope["path"] == CONTROL_PATH + "/" and _is_browser(scope):
            prefix = context_of(scope).prefix
            response = RedirectResponse(f"{prefix}{DOCS_PATH}/control.html")
        else:
            response = await self._run(scope)
        await response(scope, receive, send)

    async def _run(self, scope: Scope) -> Response:
        request = context_of(scope)
        try:
            operation, values = interface().table.find(request.method, request.raw_path)
        except ApiError as error:
            raise _with_hint(error, request.method, request.raw_path) from None
        context = interface().context(
            self._mock,
            request.session,
            request.base_url,
            operation,
            values,
            scope["query_string"],
        )
        context.last_event_id = request.header(b"last-event-id")
        await _read_body(context, request)
        recorder = self._mock.sessions.recorder
        if recorder is None:
            return await run_settled(context)
        if operation.reads or operation.node.get("x-keeps-state"):
            await recorder.settle(context.session)
            return await _run_function(context)
        kind, body = command_body(context)

        async def run(session: Session) -> Response:
            context.session = session
            return await run_settled(context)

        return await recorder.control(request, kind, body, run)


async def run_settled(context: ControlContext) -> Response:
    """Run the operation, and settle the calls before and after it."""
    calls = context.session.calls
    calls.settle_active()
    response = await _run_function(context)
    calls.settle_active()
    return response


async def _run_function(context: ControlContext) -> Response:
    """Call the function that `x-function` names: MODULE.FUNCTION."""
    module, _, name = context.operation.node["x-function"].partition(".")
    # On demand, so that startup does not wait for modules of this interface alone.
    found: Any = import_module(f"{__package__}.{module}")
    function: Callable[[ControlContext], Awaitable[Response]] = getattr(found, name)
    return await function(context)


def _with_hint(error: ApiError, method: str, path: str) -> ApiError:
    """Add to a refusal what to use instead (`x-instead`)."""
    hint = interface().contract.document["x-instead"].get(f"{method} {path.rstrip('/')}", "")
    if not hint and error.status == 404:
        hint = interface().table.explain(path)
    message = f"{error.message}; {hint}" if hint else error.message
    return ApiError(error.status, message, headers=error.headers)


def _of_another_mock(method: str, path: str) -> ApiError:
    """Make the 404 for a path of another mock, with the nearest equivalent (`x-habits`)."""
    habits, near = interface().contract.document["x-habits"], path.rstrip("/")
    while near and near not in habits:
        near = near.rpartition("/")[0]
    meant = habits.get(near, {})
    return no_route(path, meant.get(method) or meant.get("any", ""))


def _is_browser(scope: Scope) -> bool:
    return scope["method"] == "GET" and "text/html" in Headers(scope=scope).get("accept", "")


def _has_body(request: RequestContext) -> bool:
    length = request.header(b"content-length")
    return length not in ("", "0") or b"transfer-encoding" in request.headers


async def _read_body(context: ControlContext, request: RequestContext) -> None:
    body = context.operation.body
    if body is None:
        return
    sent = media_type(request)
    if sent != JSON and sent in body.media_types:
        context.content = await read_bytes(request, _LONGEST_ARCHIVE)
        if not context.content:
            raise invalid("body: is missing")
    elif not body.required and not _has_body(request):
        context.body = dict(body.defaults)
    else:
        given = await read_object(request, body, _LONGEST_OBJECT, DEEPEST_STATE)
        context.body = {**body.defaults, **given}
