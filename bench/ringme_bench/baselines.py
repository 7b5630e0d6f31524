"""Servers to compare with: `python -m ringme_bench.baselines floor|connexion PORT RESPONSES`.

The floor is the least work of a Python server under uvicorn for the same three responses:
hand-written, with orjson, without tokens, rights, validation and limits. Stock Connexion is its
AsyncApp on the mock's document, with functions that return constants.
"""

from __future__ import annotations

import logging
import os
import sys
import warnings
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import orjson
import uvicorn
from starlette.types import Receive, Scope, Send

_HERE = Path(__file__).resolve().parent
_EXTENSIONS = "/api/ver1.0/client/@me/extension/"
_GROUPS = "/api/ver1.0/client/@me/extension_group/"


class Floor:
    """Minimal application for the three requests, and one that deletes what they stored."""

    def __init__(self, responses: dict[str, Any]) -> None:
        self._extensions = {entry["id"]: entry for entry in responses["list"]}
        self._client = responses["post"]["client_id"]
        self._groups: dict[int, dict[str, Any]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, status = scope["path"], 200
        content: Any = None
        if path == _EXTENSIONS:
            query = dict(parse_qsl(scope["query_string"].decode()))
            page, size = int(query["page"]), int(query["per_page"])
            content = list(self._extensions.values())[(page - 1) * size : page * size]
        elif path.startswith(_EXTENSIONS):
            content = self._extensions[int(path[len(_EXTENSIONS) :])]
        elif path == _GROUPS and scope["method"] == "POST":
            content, status = self._create(await _body(receive)), 201
        elif path == "/reset":
            self._groups.clear()
        else:
            content, status = {"message": "Not found"}, 404
        body = orjson.dumps(content)
        length = (b"content-length", b"%d" % len(body))
        headers = [(b"content-type", b"application/json"), length]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _create(self, body: bytes) -> dict[str, Any]:
        sent = orjson.loads(body)
        number = 14 + len(self._groups)
        group = {"id": number, "name": sent["name"], "client_id": self._client}
        self._groups[number] = group | {"extra_params": sent.get("extra_params")}
        return self._groups[number]


async def _body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def token_info(token: str) -> dict[str, Any]:
    """Accept any token, with all scopes."""
    return {"sub": token, "scope": ["all", "call_api"]}


def stock_connexion(responses: dict[str, Any]) -> Any:
    # Connexion imports the function when it reads the document.
    os.environ["TOKENINFO_FUNC"] = "ringme_bench.baselines.token_info"
    warnings.simplefilter("ignore")
    import yaml
    from connexion import AsyncApp
    from connexion.resolver import Resolver

    logging.getLogger("connexion").setLevel(logging.ERROR)
    requests = yaml.safe_load((_HERE / "requests.yaml").read_text("utf-8"))["comparison"]
    constants = {
        one["operation"]: (responses[kind], one["request"][-1]) for kind, one in requests.items()
    }

    def resolve(name: str) -> Any:
        async def respond(**_: Any) -> Any:
            return constants.get(name)

        return respond

    app = AsyncApp("stock")
    # As a mapping, since Connexion renders files as Jinja templates.
    text = (_HERE.parents[1] / "openapi.yaml").read_text("utf-8")
    app.add_api(yaml.load(text, yaml.CSafeLoader), resolver=Resolver(resolve))
    return app


def serve(name: str, port: int, responses: dict[str, Any]) -> None:
    app = Floor(responses) if name == "floor" else stock_connexion(responses)
    quiet: dict[str, Any] = {"log_level": "error", "access_log": False, "server_header": False}
    uvicorn.run(app, port=port, loop="uvloop", http="httptools", **quiet)


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]), orjson.loads(Path(sys.argv[3]).read_bytes()))
