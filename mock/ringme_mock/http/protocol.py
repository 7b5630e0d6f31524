"""Protocol of uvicorn for connections with limits."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from starlette.types import Scope
from uvicorn import Config
from uvicorn.server import ServerState

from ringme_mock.http.connection_limits import ConnectionLimits
from ringme_mock.http.cycle import Cycle
from ringme_mock.http.reader import Refused, RequestReader

_EVER = float("inf")
# Seconds in which an idle connection still takes a request at the end of the server.
_FAREWELL = 0.2


class HttpProtocol(asyncio.Protocol):
    """Connection that serves its requests one at a time, in their order.

    Requests beyond the limits are refused in JSON. Time limits are checked once in a `period`, so
    that requests set no timers.
    """

    limits: ClassVar[ConnectionLimits] = ConnectionLimits()

    transport: asyncio.Transport
    _timer: asyncio.TimerHandle

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self._app = config.loaded_app
        self._asgi = {"version": config.asgi_version, "spec_version": "2.3"}
        self.server_state = server_state
        self._loop = _loop or asyncio.get_running_loop()
        self._reader = RequestReader(self, self.limits)
        # The request that is served, and those that wait behind it.
        self._running: Cycle | None = None
        self._waiting: deque[tuple[Cycle, Scope]] = deque()
        # Input is ignored: it was refused, or the connection ends.
        self._ignores_input = False
        self._is_lingering = False
        # The next request is the last one.
        self._is_ending = False
        self._refusal: Refused | None = None
        self.read_paused = False
        self.write_paused = False
        self._writable = asyncio.Event()
        self._writable.set()
        # Periods in the present phase, and without any progress in writing.
        self._phase: Any = None
        self._periods = 0
        self._stuck = 0
        self._unsent = 0

    # Called by uvicorn and the event loop.

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Accept a connection. If there are too many, respond 503 and close it."""
        self.transport = transport
        self._scheme = "https" if transport.get_extra_info("sslcontext") else "http"
        self._server = _address(transport.get_extra_info("sockname"))
        self._client = _address(transport.get_extra_info("peername"))
        connections = self.server_state.connections
        connections.add(self)  # type: ignore[arg-type]
        self._timer = self._loop.call_later(self.limits.period, self._check_times)
        if len(connections) > self.limits.connections:
            self._ignores_input = True
            message = f"Too many connections: the limit is {self.limits.connections}"
            transport.write(Refused(503, message).response())
            transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self.server_state.connections.discard(self)
        self._timer.cancel()
        self._give_up()
        self._reader.close()
        self.resume_writing()

    def data_received(self, data: bytes) -> None:
        if self._ignores_input or self.transport.is_closing():
            return
        reader = self._reader
        try:
            reader.feed(data)
        except Refused as refused:
            self._refuse(refused)
            return
        if reader.size > self.limits.surplus_bytes and (reader.is_over or self._is_surplus()):
            self.transport.close()

    def eof_received(self) -> bool | None:
        """Keep the connection for the response that is due; None closes it."""
        running, latest = self._running, self._reader.latest
        if running is None or latest is None or latest.more_body or self._ignores_input:
            return None
        # A client that is gone looks the same, and a response without end would never notice.
        # With TLS, asyncio cannot keep one half of a connection open.
        if running.may_last or not self.transport.can_write_eof():
            return None
        latest.keep_alive = False
        return True

    def pause_writing(self) -> None:
        self.write_paused = True
        self._writable.clear()

    def resume_writing(self) -> None:
        self.write_paused = False
        self._stuck = 0
        self._writable.set()

    def shutdown(self) -> None:
        """Close the connection after the responses to the requests that have arrived.

        An idle one is closed a moment later, as the client may be sending its next request.
        """
        latest = self._reader.latest
        if self._running is None or latest is None:
            self._is_ending = True
            self._loop.call_later(_FAREWELL, self._close_if_idle)
        else:
            latest.keep_alive = False

    # Called by the reader.

    def begin(self, scope: Scope, keep_alive: bool, expects: bool) -> Cycle:
        """Serve a request, or queue it. Raises Refused if the queue is full."""
        if len(self._waiting) >= self.limits.pipelined:
            raise Refused(400, "Too many requests at once on one connection")
        keep_alive = keep_alive and not self._is_ending
        cycle = Cycle(self, scope["method"], scope["http_version"], keep_alive, expects)
        scope["asgi"] = self._asgi
        scope["scheme"] = self._scheme
        scope["server"] = self._server
        scope["client"] = self._client
        if self._running is None:
            self._start(cycle, scope)
        else:
            self._waiting.append((cycle, scope))
            self.pause_reading()
        return cycle

    def pause_reading(self) -> None:
        """Stop reading from a client that sends faster than it is served."""
        if not self.read_paused and not self.transport.is_closing():
            self.read_paused = True
            self.transport.pause_reading()

    # Called by the cycle of a request.

    async def drain(self) -> None:
        await self._writable.wait()

    def resume_reading(self) -> None:
        if not self.read_paused or self._refusal is not None:
            return
        if not self.transport.is_closing():
            self.read_paused = False
            self.transport.resume_reading()

    def finish(self, cycle: Cycle) -> None:
        """Go on to the next request after a response, or close the connection."""
        self.server_state.total_requests += 1
        if not cycle.keep_alive:
            self._end()
        elif self._waiting:
            self._start(*self._waiting.popleft())
        elif self._refusal is not None:
            self._running = None
            self.transport.write(self._refusal.response())
            self._linger()
        else:
            self._running = None
            if self.read_paused:
                self.resume_reading()

    def _start(self, cycle: Cycle, scope: Scope) -> None:
        self._running = cycle
        # The server waits for these when it stops.
        tasks = self.server_state.tasks
        cycle.task = self._loop.create_task(cycle.run(self._app, scope, tasks))
        tasks.add(cycle.task)

    def _give_up(self) -> None:
        self._waiting.clear()
        if self._running is not None and not self._running.response_complete:
            self._running.disconnect()
        self._running = None

    def _end(self) -> None:
        """Close after the last response; data that arrives must not reset the connection before."""
        self._give_up()
        if self.read_paused or self._reader.part != "start":
            self._linger()
        else:
            self.transport.close()

    def _linger(self) -> None:
        """Close when the client has stopped sending, or after `linger_seconds`.

        Data that arrives on a closed connection resets it, and the response could be lost.
        """
        self._ignores_input = True
        if self.transport.is_closing():
            return
        if not self.transport.can_write_eof():
            self.transport.close()
            return
        self._is_lingering = True
        self._refusal = None
        self.transport.write_eof()
        self.resume_reading()

    def _close_if_idle(self) -> None:
        if self._running is None:
            self.transport.close()

    def _is_surplus(self) -> bool:
        """Check for a body that still arrives although its response is complete."""
        latest = self._reader.latest
        return self._reader.part == "body" and latest is not None and latest.response_complete

    def _refuse(self, refused: Refused) -> None:
        """Ignore further input, and send the refusal after the responses that are still due."""
        if self._ignores_input or self.transport.is_closing():
            return
        self._ignores_input = True
        if self._is_surplus():
            self._end()
            return
        if self._reader.part == "body":
            self._drop_latest()
        if self.transport.is_closing():
            return
        if self._running is None:
            self.transport.write(refused.response())
            self._linger()
        else:
            self._refusal = refused
            self.pause_reading()

    def _drop_latest(self) -> None:
        """Drop the request whose body is refused, and its response."""
        if self._waiting:
            self._waiting.pop()
            return
        running = self._running
        self._give_up()
        if running is not None and running.response_started:
            self.transport.close()

    # Called by the timer.

    def _check_times(self) -> None:
        """Check the time limits of the present phase."""
        limits, transport = self.limits, self.transport
        self._timer = self._loop.call_later(limits.period, self._check_times)
        phase, seconds, end = self._current_phase()
        if phase != self._phase:
            self._phase, self._periods = phase, 0
        self._periods += 1
        unsent = transport.get_write_buffer_size()
        is_stuck = (self.write_paused or transport.is_closing()) and unsent >= self._unsent
        self._stuck = self._stuck + 1 if is_stuck else 0
        self._unsent = unsent
        if self._stuck * limits.period > limits.write_seconds:
            self._give_up()
            transport.abort()
        elif self._periods * limits.period > seconds:
            end()

    def _current_phase(self) -> tuple[Any, float, Callable[[], None]]:
        """Return the present phase, its time limit in seconds, and the function that ends it."""
        limits, reader, close = self.limits, self._reader, self.transport.close
        if self._is_lingering:
            return "lingering", limits.linger_seconds, close
        if self._is_surplus():
            return ("surplus", reader.begun), limits.body_seconds, close
        if self._ignores_input or self.read_paused or (reader.latest and reader.latest.expects):
            # The client is not to blame.
            return "working", _EVER, close
        if reader.part == "head":
            return ("head", reader.begun), limits.head_seconds, partial(self._time_out, "head")
        if reader.part == "body":
            return ("body", reader.received), limits.body_seconds, partial(self._time_out, "body")
        if self._running is not None:
            return "working", _EVER, close
        # Browsers open connections in advance, so the first request has more time.
        seconds = limits.idle_seconds if reader.begun else limits.head_seconds
        return ("idle", reader.begun), seconds, close

    def _time_out(self, part: str) -> None:
        self._refuse(Refused(408, f"The {part} of the request did not come in time"))


def _address(name: Any) -> tuple[str, int | None] | None:
    """Return host and port; a Unix socket has its path and None."""
    if isinstance(name, tuple):
        return str(name[0]), int(name[1])
    return (name, None) if name else None
