"""The mock in this process, asked without a socket."""

from __future__ import annotations

import json
import sys
from typing import Any
from urllib.parse import quote

from starlette.types import Message

from ringme_bench.errors import BenchError
from ringme_bench.request import Request
from ringme_bench.servers import TOKEN_REQUEST
from ringme_mock.app import MockApp
from ringme_mock.http.sessions import Sessions, Settings
from ringme_mock.store.store import Store
from ringme_spec.contract import Contract


class InProcess:
    """A mock whose fixtures are a given store."""

    def __init__(self, contract: Contract, seed: Store) -> None:
        self._contract = contract
        self._seed = seed
        self.sessions = Sessions(contract, seed, Settings(max_entries=sys.maxsize))
        self._app = MockApp(contract, self.sessions)

    async def ask(self, request: Request) -> bytes:
        """The body of the answer. Raises BenchError if it has not the status it has to have."""
        path, _, query = request.path.partition("?")
        scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": "http",
            "path": path,
            "raw_path": quote(path).encode(),
            "query_string": query.encode(),
            "root_path": "",
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 2),
            "headers": [
                (name.lower().encode(), value.encode())
                for name, value in (
                    ("host", "127.0.0.1"),
                    *request.headers,
                    *((("content-length", str(len(request.body))),) if request.body else ()),
                )
            ],
        }
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": request.body, "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        await self._app(scope, receive, send)
        content: bytes = sent[1].get("body", b"")
        if sent[0]["status"] != request.status:
            status = sent[0]["status"]
            raise BenchError(f"{request.method} {request.path}: {status} {content[:300]!r}")
        return content

    async def token(self) -> str:
        """A token for a user who may do everything."""
        token: str = json.loads(await self.ask(TOKEN_REQUEST))["access_token"]
        return token

    def fresh(self) -> InProcess:
        """Another mock with the same fixtures, that was asked nothing yet."""
        return InProcess(self._contract, self._seed)
