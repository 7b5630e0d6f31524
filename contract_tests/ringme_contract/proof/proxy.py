"""A reverse proxy that injects faults before any server; it knows only what a client can."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Any

import httpx
from starlette.types import Message, Receive, Scope, Send

from ringme_contract.http.retries import reason_of
from ringme_contract.proof.messages import Request, Response, encoded, joined
from ringme_contract.proof.mock import Entry, Mock
from ringme_contract.proof.site import Site
from ringme_contract.target import Target

# Headers of a single connection, and those that the next sender sets itself.
_HOPS = re.compile(
    "(?i)connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|expect|host"
    "|content-(length|encoding)|accept-encoding"
)
_LIMIT = 64 * 1024 * 1024
# Users of the fixtures that faults act as, and the corresponding identities of a target.
_LOGINS = {
    "client-admin": "client",
    "client-reader": "client_read_only",
    "other-admin": "other_client",
}


class Inside(LookupError):
    """A fault needs data or actions that only the mock itself has."""


class Unanswered(Exception):
    """The server did not respond; the message says why."""


class _Known(dict[str, Any]):
    """An entry as far as it is known. Raises Inside for other keys."""

    def __missing__(self, key: str) -> Any:
        raise Inside(key)


class Server(Mock):
    """The server at a URL, as its clients see it."""

    def __init__(self, target: Target, document: dict[str, Any]) -> None:
        super().__init__(_no_app, document)
        self._target = target
        self._base = httpx.URL(target.url)
        self._http = httpx.AsyncClient(timeout=target.timeout)

    async def send(self, request: Request) -> Response:
        """Forwards a request without changing it. Raises Unanswered."""
        line = f"{request.method} {request.path}"
        try:
            async with asyncio.timeout(self._target.timeout):
                response = await self._forwarded(request)
        except TimeoutError:
            raise Unanswered(f"{line}: no response in time") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unanswered(f"{line}: {reason_of(error)}") from None
        request.sent.append((request.told, response.copy()))
        return response

    async def close(self) -> None:
        await self._http.aclose()

    async def _forwarded(self, request: Request) -> Response:
        headers = [one for one in request.headers if not _HOPS.fullmatch(one[0])]
        if request.body or request.header("content-length"):
            headers.append(("content-length", str(len(request.body))))
        path = self._base.raw_path.rstrip(b"/") + request.sent_path
        query = f"?{request.query_string}" if request.query_string else ""
        url = self._base.copy_with(raw_path=path + query.encode("latin-1"))
        sent = httpx.Request(request.method, url, headers=encoded(headers), content=request.body)
        async with contextlib.aclosing(await self._http.send(sent, stream=True)) as response:
            body = bytearray()
            async for part in response.aiter_bytes():
                body += part
                if len(body) > _LIMIT:
                    raise httpx.ReadError(f"the body is longer than {_LIMIT} bytes")
        found = Response(response.status_code, joined(response.headers.raw), bytes(body))
        found.headers = {key: one for key, one in found.headers.items() if not _HOPS.fullmatch(key)}
        host = request.header("host").encode("latin-1")
        if where := found.headers.get("location"):
            found.headers["location"] = self._moved(where.encode("latin-1"), host).decode("latin-1")
        if "json" in found.headers.get("content-type", ""):
            found.body = self._moved(found.body, host)
        return found

    def _moved(self, text: bytes, host: bytes) -> bytes:
        """Makes URLs of the server point to the proxy."""
        old, new = self._target.url.encode() + b"/", b"http://" + host + b"/"
        # JSON may have escaped slashes.
        text = text.replace(old.replace(b"/", rb"\/"), new.replace(b"/", rb"\/"))
        return text.replace(old, new)

    async def control(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """Raises Inside: there is no control interface."""
        raise Inside(f"{method} {path}")

    async def token(self, login: str, application: str | None = None) -> str:
        """Logs in as the identity that corresponds to a user of the fixtures."""
        identity = self._target.identities.get(_LOGINS.get(login, ""))
        if identity is None or application is not None:
            raise Inside(f"the password of {login}")
        request = Request("POST", self.operation("token").path, headers=[("host", "127.0.0.1")])
        response = await self.send(request.with_form(identity.parameters))
        return str((response.json or _Known())["access_token"])

    async def caller(self, request: Request) -> tuple[str, str] | None:
        """The login of a request's token; None if it is not valid."""
        found = await self._shown(request)
        return (found["login"], "") if found else None

    async def parties(self, request: Request) -> dict[str, Entry]:
        """The `user` of a request, as the server shows it."""
        if request.action in ("token", "log_in"):
            raise Inside("who asks for a token")
        found = await self._shown(request)
        return _Known(user=found) if found else {}

    async def _shown(self, request: Request) -> Entry | None:
        if not request.token:
            return None
        current = self.operation("current")
        response = await self.call("GET", current.path, token=request.token)
        if response.status == 401:
            return None
        if not response.ok or not isinstance(response.json, dict):
            raise Inside("whose token it is")
        owners = current.resource["owners"]
        user = response.json
        return _Known(
            user, type=next((kind for kind, key in owners.items() if user.get(key)), None)
        )


async def _no_app(*_: object) -> None:
    """Ignores messages other than requests: they go to no server."""


class Proxy:
    """The server behind the hooks of a fault, as an ASGI application.

    A request without a response is cut off, since an error of a gateway could be taken for the
    server's. `inside` says why the fault needs the mock, `failure` how it broke down. From then on,
    and while the kit is `cleaning` up, messages are not changed. `unanswered` lists requests
    without a response.
    """

    def __init__(self, target: Target, site: Site) -> None:
        self._server = Server(target, site.document)
        self._app = site.around(self._server, self._guarded)
        self.cleaning = False
        self.inside = self.failure = ""
        self.unanswered: list[str] = []

    @property
    def changed(self) -> bool:
        """True if the fault has changed a message."""
        return self._app.changed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        try:
            await self._app(scope, receive, send)
        except Unanswered as error:
            self.unanswered.append(str(error))
            headers = [(b"content-length", b"1")]
            await send({"type": "http.response.start", "status": 502, "headers": headers})

    def _guarded(self, hook: Callable[..., Any]) -> Callable[..., Awaitable[Response | None]]:
        async def guarded(request: Request, *responses: Response) -> Response | None:
            if self.inside or self.failure or self.cleaning:
                return None
            kept = [one.copy() for one in responses]
            try:
                found: Any = hook(request, *responses)
                own: Response | None = await found if isawaitable(found) else found
                return own
            except Unanswered:
                raise
            except Inside as error:
                self.inside = str(error)
            except Exception as error:
                self.failure = f"{type(error).__name__}: {error}"
            for one, before in zip(responses, kept, strict=True):
                one.status, one.headers, one.body = before.status, before.headers, before.body
            # A request that the hook has sent already must not be sent again.
            return next((one for told, one in request.sent if told == request.told), None)

        return guarded

    async def _live(self, receive: Receive, send: Send) -> None:
        for event in ("startup", "shutdown"):
            message: Message = await receive()
            assert message["type"] == f"lifespan.{event}"
            if event == "shutdown":
                await self._server.close()
            await send({"type": f"lifespan.{event}.complete"})
