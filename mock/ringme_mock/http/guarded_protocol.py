"""HTTP connections that keep to limits, of which uvicorn has none."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from ringme_mock.http.connection_limits import ConnectionLimits
from ringme_mock.http.undertaking import undertake
from ringme_mock.http.whole_cycle import WholeCycle

# The most that is parsed at one go.
_PIECE = ConnectionLimits.head_bytes


class GuardedProtocol(HttpToolsProtocol):
    """uvicorn's protocol on httptools, which refuses or ends what would take up too much.

    What a request costs more is one comparison for each piece that comes in; all that has to
    do with time is looked at once in a `period`.
    """

    limits: ClassVar[ConnectionLimits] = ConnectionLimits()

    # None until there is a first request.
    cycle: RequestResponseCycle | None  # type: ignore[assignment]
    scope: Any

    _timer: asyncio.TimerHandle
    # The request that is being answered; `cycle` is the one that came in last.
    _running: RequestResponseCycle | None = None
    # Of the part that is being received: what it is, and how much of it there was.
    _part: Any = None
    _size: int = 0
    _content: int = 0
    # Periods: since the connection is in its present phase, and since something came in.
    _phase: Any = None
    _periods: int = 0
    _silent: int = 0
    _stuck: int = 0
    _lingering: bool = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Takes a connection, unless there are too many."""
        super().connection_made(transport)
        self._timer = self.loop.call_later(self.limits.period, self._look)
        if len(self.connections) > self.limits.connections:
            self._write(503, f"There are {self.limits.connections} connections already")
            transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Ends what the connection needed."""
        self._timer.cancel()
        self._give_up()
        super().connection_lost(exc)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._running = cycle
        # uvicorn makes it by a name of its own.
        cycle.__class__ = WholeCycle
        # Not at once, so that what came in with the head, as its body, is there then.
        self.loop.call_soon(self._answer, cycle, app)

    def _answer(self, cycle: RequestResponseCycle, app: Any) -> None:
        task = undertake(cycle.run_asgi(app), self.loop)
        if task is not None:
            # The server waits for these when it ends.
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    def data_received(self, data: bytes) -> None:
        """Takes what came in, in pieces that no head can hide its size in."""
        self._silent = 0
        if self._size or len(data) > _PIECE or self._lingering:
            self._take_pieces(data)
            return
        super().data_received(data)
        cycle = self.cycle
        if cycle is None or cycle.more_body or self.scope is not cycle.scope:
            self._measure(data)

    def _take_pieces(self, data: bytes) -> None:
        while data and not self._is_over():
            room = self.limits.head_bytes - (self._size if self._is_in_head() else 0)
            super().data_received(data[:room])
            if self._is_in_head() or (self.cycle and self.cycle.more_body):
                self._measure(data[:room])
            else:
                self._size = 0
            data = data[room:]
            if len(self.pipeline) > self.limits.pipelined:
                self._refuse(400, "Too many requests at once on one connection")

    def on_body(self, body: bytes) -> None:
        """Takes a part of a body."""
        self._content += len(body)
        super().on_body(body)

    def eof_received(self) -> bool | None:  # type: ignore[override]
        """Still answers a client that has said all it has to say."""
        cycle = self.cycle
        # asyncio can do that without TLS only.
        if cycle is None or self.scope is not cycle.scope or self.scheme != "http":
            return None
        if cycle.more_body or cycle.response_started:
            return None
        cycle.keep_alive = False
        return True

    def on_response_complete(self) -> None:
        """Goes on to the next request, unless there is to be none."""
        # uvicorn would set a timer for each answer; an idle connection is seen in `_look`.
        self.server_state.total_requests += 1
        if self._lingering or self.transport.is_closing():
            return
        if self.flow.read_paused:
            self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())

    def send_400_response(self, msg: str) -> None:
        """Refuses what is no request."""
        self._refuse(400, msg)

    def linger(self) -> None:
        """Closes when the client has stopped to send, or has had the time to.

        At once, its answer could be lost: what comes in on a closed connection resets it.
        """
        if self._lingering or self.transport.is_closing():
            return
        self._lingering = True
        if self.transport.can_write_eof():
            self.transport.write_eof()
            self.flow.resume_reading()
        else:
            self.transport.close()

    def _is_over(self) -> bool:
        return (
            self._lingering
            or self.transport.is_closing()
            or self.transport.get_protocol() is not self
        )

    def _is_in_head(self) -> bool:
        return self.cycle is None or self.scope is not self.cycle.scope

    def _measure(self, data: bytes) -> None:
        """Counts what belongs to a head or body that is not at its end."""
        if self._is_over():
            return
        limits, cycle = self.limits, self.cycle
        part = self.scope if self._is_in_head() else cycle
        is_new = part is not self._part
        if is_new:
            self._part, self._size = part, 0
        if part is not cycle or cycle is None:
            end = data.rfind(b"\r\n\r\n") if is_new else -1
            self._size += len(data) - (end + 4 if end >= 0 else 0)
            if self._size >= limits.head_bytes:
                self._refuse(431, f"The head of a request has at most {limits.head_bytes} bytes")
            return
        if is_new:
            self._content = 0
            # Where the client goes on sending after its answer, that must not be lost.
            cycle.transport = _Lingering(self)  # type: ignore[assignment]
            return
        self._size += len(data)
        around = self._size - self._content
        if around > limits.overhead_bytes + 8 * self._content:
            self._refuse(400, "There is too much around the body")
        elif cycle.response_complete and self._size > limits.surplus_bytes:
            self.transport.close()

    def _refuse(self, status: int, message: str) -> None:
        """Answers in the place of the application, and ends the connection."""
        if self._is_over():
            return
        self._give_up()
        if self._running and self._running.response_started and self._running.disconnected:
            self.transport.close()
            return
        self._write(status, message)
        self.linger()

    def _give_up(self) -> None:
        """Sends nothing more for the requests that there are, and tells their application."""
        # uvicorn does that for the last one, which need not be the one that is being answered.
        self.pipeline.clear()
        running = self._running
        if running is not None and not running.response_complete:
            running.disconnected = True
            running.message_event.set()

    def _write(self, status: int, message: str) -> None:
        body = json.dumps({"message": message}).encode()
        head = (
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)

    def _look(self) -> None:
        """Sees whether the client has used up its time for what it is doing."""
        self._timer = self.loop.call_later(self.limits.period, self._look)
        phase, seconds, end = self._present()
        if phase is not self._phase:
            self._phase, self._periods = phase, 0
        self._periods += 1
        self._silent += 1
        is_stuck = self.flow.write_paused or self.transport.is_closing()
        self._stuck = self._stuck + 1 if is_stuck else 0
        if self._stuck * self.limits.period > self.limits.write_seconds:
            self._give_up()
            self.transport.abort()
        elif self._periods * self.limits.period > seconds:
            end()

    def _present(self) -> tuple[Any, float, Callable[[], None]]:
        """The phase of the connection, how long it may last, and what ends it."""
        limits, cycle = self.limits, self.cycle
        if self._lingering:
            return "lingering", limits.linger_seconds, self.transport.close
        if cycle is None or self.scope is not cycle.scope:
            return self.scope, limits.head_seconds, self._end_head
        if cycle.more_body:
            if self.flow.read_paused or cycle.waiting_for_100_continue:
                # It is not the client that is slow.
                self._silent = 0
            self._periods = self._silent
            return "body", limits.body_seconds, self._end_body
        if cycle.response_complete:
            return cycle, limits.idle_seconds, self.transport.close
        return "working", float("inf"), self.transport.close

    def _end_head(self) -> None:
        if self.scope is None:
            # A browser that opened it in advance, and has asked for nothing.
            self.transport.close()
        else:
            self._refuse(408, "The head of the request did not come in time")

    def _end_body(self) -> None:
        self._refuse(408, "The body of the request did not come in time")


class _Lingering:
    """The transport of a request whose body is still coming: it closes with patience."""

    def __init__(self, protocol: GuardedProtocol) -> None:
        self._protocol = protocol

    def __getattr__(self, name: str) -> Any:
        return getattr(self._protocol.transport, name)

    def close(self) -> None:
        """Closes when the client has read its answer, as far as can be known."""
        cycle = self._protocol.cycle
        if cycle is not None and cycle.more_body:
            self._protocol.linger()
        else:
            self._protocol.transport.close()
