"""One request on a connection and its response, over ASGI.

ASGI passes bodies and responses in messages, and each message costs a coroutine. The fast path
passes whole requests and responses instead. It is taken if `receive` and `send` are those of a
cycle itself, so that no middleware between is bypassed. Other servers get the messages of ASGI.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeAlias

from starlette.types import ASGIApp, Message, Receive, Scope, Send

if TYPE_CHECKING:
    from ringme_mock.http.protocol import HttpProtocol

logger = logging.getLogger(__name__)

Headers: TypeAlias = list[tuple[bytes, bytes]]

_UNFIT = b"\r\n\0"
_BODILESS = frozenset((204, 304))
_FAILURE = b'{"message": "Internal error of the mock; see its log"}\n'
_FAILURE_HEADERS = [
    (b"content-type", b"application/json"),
    (b"content-length", b"%d" % len(_FAILURE)),
    (b"connection", b"close"),
]


class Cycle:
    """One request, whose body may still be arriving, and its response."""

    task: asyncio.Task[None]
    disconnected = False
    more_body = True
    response_started = False
    response_complete = False
    _size = 0
    _chunked = False
    # Bytes of the response that are still to come; None if its length is unknown.
    _left: int | None = None
    _news: asyncio.Event | None = None

    def __init__(
        self, connection: HttpProtocol, method: str, version: str, keep_alive: bool, expects: bool
    ) -> None:
        self.keep_alive = keep_alive
        # The client waits for a 100 before it sends its body.
        self.expects = expects
        self._connection = connection
        self._method = method
        self._version = version
        self._parts: list[bytes] = []

    @property
    def may_last(self) -> bool:
        return self.response_started and not self.response_complete and self._left is None

    async def run(self, app: ASGIApp, scope: Scope, tasks: set[asyncio.Task[None]]) -> None:
        """Run the application in `task`, which removes itself from `tasks` at the end."""
        try:
            await app(scope, self.receive, self.send)
            if not (self.response_complete or self.disconnected):
                raise RuntimeError("the application ended before its response was complete")
        except Exception:
            logger.exception("a request failed")
            await self._fail()
        except asyncio.CancelledError:
            self._connection.transport.close()
            raise
        finally:
            # Earlier than a callback of the task would.
            tasks.discard(self.task)
            del self.task

    async def _fail(self) -> None:
        if self.response_complete:
            return
        if self.response_started or self.disconnected:
            self._connection.transport.close()
            return
        await self.send({"type": "http.response.start", "status": 500, "headers": _FAILURE_HEADERS})
        await self.send({"type": "http.response.body", "body": _FAILURE})

    def add(self, body: bytes) -> int:
        """Add a part of the body. Returns the number of bytes that are not received yet."""
        if self.response_complete or self.disconnected:
            return 0
        self.expects = False
        self._parts.append(body)
        self._size += len(body)
        if self._news is not None:
            self._news.set()
        return self._size

    def end_body(self) -> None:
        self.expects = self.more_body = False
        if self._news is not None:
            self._news.set()

    def disconnect(self) -> None:
        """Stop sending, and tell the application that the client is gone."""
        self.disconnected = True
        if self._news is not None:
            self._news.set()

    async def receive(self) -> Message:
        if self.expects:
            self.expects = False
            if not self.disconnected:
                self._connection.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        while not (self.disconnected or self.response_complete):
            if self._parts or (not self.more_body and self._size >= 0):
                body = self._take()
                return {"type": "http.request", "body": body, "more_body": self.more_body}
            self._connection.resume_reading()
            self._news = self._news or asyncio.Event()
            self._news.clear()
            await self._news.wait()
        return {"type": "http.disconnect"}

    def _take(self) -> bytes:
        body = b"".join(self._parts)
        self._parts.clear()
        # Below zero, the application has received the end of the body.
        self._size = 0 if self.more_body else -1
        if self._connection.read_paused:
            self._connection.resume_reading()
        return body

    def take_body(self) -> bytes | None:
        """Return the body if all of it has arrived, else None."""
        if self.more_body or self.disconnected:
            return None
        return self._take()

    def respond(self, status: int, headers: Headers, body: bytes) -> bool:
        """Write a complete response in one piece (single-write response, the fast path).

        Returns False and writes nothing if `send` has to handle the response: the client is gone or
        slow, the connection is to end, the request is a HEAD, or the length of the response is
        unknown.
        """
        connection = self._connection
        if (
            self.response_started
            or self.disconnected
            or self.expects
            or not self.keep_alive
            or connection.write_paused
            or self._method == "HEAD"
        ):
            return False
        names = dict(headers)
        if b"connection" in names or not (b"content-length" in names or status in _BODILESS):
            return False
        head = _head(status, connection.server_state.default_headers + headers)
        connection.transport.write(head + body)
        self.response_started = True
        self._complete()
        return True

    def cut(self, at_once: bool) -> None:
        if at_once:
            self._connection.transport.abort()
        else:
            self._connection.transport.close()

    async def send(self, message: Message) -> None:
        if self._connection.write_paused and not self.disconnected:
            await self._connection.drain()
        if self.disconnected:
            return
        expected = "http.response.body" if self.response_started else "http.response.start"
        if self.response_complete or message["type"] != expected:
            raise RuntimeError(f"{message['type']} is not the message that comes next")
        if self.response_started:
            self._continue(message.get("body", b""), message.get("more_body", False))
        else:
            self._start(message["status"], message.get("headers", ()))

    def _start(self, status: int, headers: Iterable[tuple[bytes, bytes]]) -> None:
        # The client may or may not send the body that it has held back.
        keep_alive = self.keep_alive and not self.expects
        lines = list(self._connection.server_state.default_headers)
        length = None
        for name, value in headers:
            name = name.lower()
            if name == b"content-length":
                length = int(value)
            elif name == b"connection":
                keep_alive = keep_alive and b"close" not in value.lower()
            # These two are added below.
            if name not in (b"connection", b"transfer-encoding"):
                lines.append((name, value))
        if self._method == "HEAD" or status in _BODILESS:
            length = 0
        elif length is None and self._version == "1.1":
            self._chunked = True
            lines.append((b"transfer-encoding", b"chunked"))
        elif length is None:
            keep_alive = False
        if not keep_alive:
            lines.append((b"connection", b"close"))
        self._connection.transport.write(_head(status, lines))
        self.keep_alive, self._left = keep_alive, length
        self.response_started = True

    def _continue(self, body: bytes, more_body: bool) -> None:
        if self._method == "HEAD":
            body = b""
        if self._left is not None:
            self._left -= len(body)
            if self._left < 0 or (self._left and not more_body):
                raise RuntimeError("the body of the response is not as long as its headers say")
        elif self._chunked:
            body = b"%x\r\n%b\r\n" % (len(body), body) if body else b""
            body += b"" if more_body else b"0\r\n\r\n"
        if body:
            self._connection.transport.write(body)
        if not more_body:
            self._complete()

    def _complete(self) -> None:
        self.response_complete = True
        self._parts.clear()
        if self._news is not None:
            self._news.set()
        self._connection.finish(self)


_PHRASES = {one.value: one.phrase for one in HTTPStatus}
_STATUS_LINES = {
    status: f"HTTP/1.1 {status} {_PHRASES.get(status, '')}\r\n".encode()
    for status in range(200, 600)
}


def _head(status: int, headers: Headers) -> bytes:
    """Build the head of a response. Raises ValueError for a header with a line break or zero."""
    lines = b"\r\n".join(map(b": ".join, headers))
    if len(lines) - len(lines.translate(None, _UNFIT)) != 2 * max(0, len(headers) - 1):
        raise ValueError("a header of the response holds a line break or a zero byte")
    return b"%b%b\r\n\r\n" % (_STATUS_LINES[status], lines)


async def send_whole(send: Send, status: int, headers: Headers, body: bytes) -> None:
    """Send a response, by the fast path if possible."""
    own = getattr(send, "__self__", None)
    if isinstance(own, Cycle) and own.respond(status, headers, body):
        return
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def cut(receive: Receive, at_once: bool) -> None:
    """Close the connection; `at_once` drops data that is not sent yet.

    Raises ConnectionAbortedError under another server, and in a test without one.
    """
    own = getattr(receive, "__self__", None)
    if not isinstance(own, Cycle):
        raise ConnectionAbortedError("the mock closed the connection because of a fault")
    own.cut(at_once)
    while (await receive())["type"] != "http.disconnect":
        pass
