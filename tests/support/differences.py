"""The mock with all differences that the document allows."""

from __future__ import annotations

import gzip
import json
from itertools import cycle
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send
from werkzeug.http import parse_accept_header

from ringme_mock import asgi_app

# The smallest body, in bytes, that is compressed.
_LONG = 1024


class PermittedDifferences:
    """Additional keys, another order, blanks, escapes and headers, chunks; gaps between ids."""

    def __init__(self) -> None:
        self._app = asgi_app()
        self._gaps = cycle((0, 2, 1, 5))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = await Request(scope, receive).body()
        status, headers, content = await self._request(scope, body)
        if scope["method"] == "POST" and status == 201 and "id" in _json(headers, content):
            await self._make_gap(scope, body)
        headers, content = _changed(headers, content, _takes_gzip(scope))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        half = len(content) // 2
        await send({"type": "http.response.body", "body": content[:half], "more_body": True})
        await send({"type": "http.response.body", "body": content[half:]})

    async def _make_gap(self, scope: Scope, body: bytes) -> None:
        """Uses up some ids, if the same entry can be created twice."""
        for _ in range(next(self._gaps)):
            status, headers, content = await self._request(scope, body)
            if status == 201:
                path = f"{scope['path'].rstrip('/')}/{_json(headers, content)['id']}"
                other = {**scope, "method": "DELETE", "path": path, "raw_path": path.encode()}
                await self._request({**other, "query_string": b""}, b"")

    async def _request(self, scope: Scope, body: bytes) -> tuple[int, list[Any], bytes]:
        messages: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            messages.append(message)

        await self._app({**scope, "extensions": {}}, receive, send)
        content = b"".join(one.get("body", b"") for one in messages[1:])
        return messages[0]["status"], list(messages[0]["headers"]), content


def _takes_gzip(scope: Scope) -> bool:
    accepted = parse_accept_header(Headers(scope=scope).get("accept-encoding", ""))
    return any(name.lower() == "gzip" and quality > 0 for name, quality in accepted)


def _changed(headers: list[Any], content: bytes, takes_gzip: bool) -> tuple[list[Any], bytes]:
    kept = {name.lower(): value for name, value in headers if name.lower() != b"content-length"}
    packed = kept.get(b"content-encoding") == b"gzip"
    content = gzip.decompress(content) if packed and content else content
    is_json = kept.get(b"content-type", b"").startswith(b"application/json")
    if is_json:
        kept[b"content-type"] = b"application/json; charset=utf-8"
    if is_json and content:
        content = json.dumps(_widened(json.loads(content)), ensure_ascii=True, indent=1).encode()
        if takes_gzip and len(content) >= _LONG:
            # The additions may have made it long enough.
            packed, kept[b"content-encoding"] = True, b"gzip"
    content = gzip.compress(content) if packed and content else content
    return [*kept.items(), (b"X-Request-Id", b"7"), (b"Vary", b"Accept-Encoding")], content


def _json(headers: list[Any], content: bytes) -> Any:
    packed = dict(headers).get(b"content-encoding") == b"gzip"
    return json.loads(gzip.decompress(content) if packed else content)


def _widened(value: Any) -> Any:
    if isinstance(value, dict):
        turned = {name: _widened(value[name]) for name in reversed(value)}
        return {"_links": {"self": "x"}, **turned, "etag": 7}
    return [_widened(one) for one in value] if isinstance(value, list) else value
