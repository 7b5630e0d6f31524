"""The floor: what no server under uvicorn can go below and still answer from Python.

Hand-written for three requests, with orjson; no token, no rights, no validation, no limits.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import orjson
import uvicorn
from starlette.types import Receive, Scope, Send

from ringme_bench.material import Material
from ringme_bench.request import HOST

_EXTENSIONS = "/api/ver1.0/client/@me/extension/"
_GROUPS = "/api/ver1.0/client/@me/extension_group/"
_RESET = "/reset"


class Floor:
    """Three requests, by the shortest way."""

    def __init__(self, material: Material) -> None:
        self._extensions = {entry["id"]: entry for entry in material.extensions}
        self._client = material.group["client_id"]
        self._groups: dict[int, dict[str, Any]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        path, method = scope["path"], scope["method"]
        status = 200
        content: Any
        if path == _EXTENSIONS:
            query = dict(parse_qsl(scope["query_string"].decode()))
            page, size = int(query.get("page", 1)), int(query.get("per_page", 30))
            content = list(self._extensions.values())[(page - 1) * size : page * size]
        elif path.startswith(_EXTENSIONS):
            content = self._extensions[int(path[len(_EXTENSIONS) :])]
        elif path == _GROUPS and method == "POST":
            content, status = self._create(await _body(receive)), 201
        elif path == _RESET:
            self._groups.clear()
            content = None
        else:
            content, status = {"message": "Not found"}, 404
        body = orjson.dumps(content)
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(body)),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _create(self, body: bytes) -> dict[str, Any]:
        sent = orjson.loads(body)
        number = 14 + len(self._groups)
        group = {
            "id": number,
            "name": sent["name"],
            "client_id": self._client,
            "extra_params": sent.get("extra_params"),
        }
        self._groups[number] = group
        return group


async def _body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def serve(app: Any, port: int, lifespan: bool = False) -> None:
    """Runs an application as the mock is run."""
    uvicorn.run(
        app,
        host=HOST,
        port=port,
        log_level="error",
        access_log=False,
        server_header=False,
        loop="uvloop",
        http="httptools",
        lifespan="on" if lifespan else "off",
    )


if __name__ == "__main__":
    serve(Floor(Material.read(Path(sys.argv[2]))), int(sys.argv[1]))
