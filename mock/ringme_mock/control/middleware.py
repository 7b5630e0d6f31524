"""Serves the control interface, as its own document says."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ringme_mock.actions.response import JSON
from ringme_mock.control.control_call import ControlCall, ControlOperation, Mock
from ringme_mock.control.guard import check_admitted
from ringme_mock.errors import invalid
from ringme_mock.http.body import media_type, read_bytes, read_object
from ringme_mock.http.context import Exchange, exchange_of
from ringme_mock.http.routing import PathTable
from ringme_mock.http.urls import CONTROL_PATH
from ringme_spec.document import read_yaml
from ringme_spec.request_shape import METHODS, read_body, read_parameters
from ringme_spec.schema import Schemas

_DOCUMENT_PATH = f"{CONTROL_PATH}/openapi.json"
# A whole state may come in. JSON is read at one go, in which nobody else is answered.
_LONGEST_ARCHIVE = 64 * 1024 * 1024
_LONGEST_OBJECT = 16 * 1024 * 1024
_DOCUMENT = Path(__file__).with_name("control.yaml")


@dataclass(frozen=True)
class Interface:
    """The control document, ready to be served."""

    document: dict[str, Any]
    table: PathTable[ControlOperation]


@functools.cache
def interface() -> Interface:
    """Read on first use: who starts the mock for its API does not wait for it."""
    document = read_yaml(_DOCUMENT)
    return Interface(document, PathTable(_operations(document)))


def _operations(document: dict[str, Any]) -> Iterator[ControlOperation]:
    schemas = Schemas(document)
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                node = item[method]
                yield ControlOperation(
                    id=node["operationId"],
                    method=method.upper(),
                    path=path,
                    node=node,
                    parameters=read_parameters(schemas, path, item, node),
                    body=read_body(schemas, node),
                    status=next(int(code) for code in node["responses"] if code.startswith("2")),
                )


class ControlMiddleware:
    """Answers below /__mock__/; everything else goes on."""

    def __init__(self, app: ASGIApp, mock: Mock, from_any: bool) -> None:
        self._app = app
        self._mock = mock
        self._from_any = from_any

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request, or hands it on."""
        if scope["type"] != "http" or not scope["path"].startswith(CONTROL_PATH + "/"):
            await self._app(scope, receive, send)
            return
        check_admitted(scope, self._from_any)
        if scope["path"] == _DOCUMENT_PATH and scope["method"] == "GET":
            content = json.dumps(interface().document, ensure_ascii=False)
            response = Response(content, media_type=JSON)
        else:
            response = await self._run(scope)
        await response(scope, receive, send)

    async def _run(self, scope: Scope) -> Response:
        # Not above: the mock starts without what only this interface needs.
        from ringme_mock.control.control_operations import OPERATIONS

        operation, values = interface().table.find(scope["method"], scope["path"])
        exchange = exchange_of(scope)
        call = ControlCall(
            operation=operation,
            mock=self._mock,
            session=exchange.session,
            base_url=exchange.base_url,
            path=operation.path_reader.read(values),
            query=operation.query_reader.read(scope["query_string"]),
            body={},
        )
        await _read_body(call, exchange)
        return await OPERATIONS[operation.id](call)


def _has_body(exchange: Exchange) -> bool:
    length = exchange.header(b"content-length")
    return length not in ("", "0") or b"transfer-encoding" in exchange.headers


async def _read_body(call: ControlCall, exchange: Exchange) -> None:
    body = call.operation.body
    if body is None:
        return
    sent = media_type(exchange)
    if sent != JSON and sent in body.media_types:
        call.content = await read_bytes(exchange, _LONGEST_ARCHIVE)
        if not call.content:
            raise invalid("body: is missing")
    elif not body.required and not _has_body(exchange):
        call.body = dict(body.defaults)
    else:
        call.body = {**body.defaults, **await read_object(exchange, body, _LONGEST_OBJECT)}
