"""How the mock is served: by uvicorn, within limits, and for tests in a thread of its own."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from ringme_mock.http.connection_limits import ConnectionLimits
from ringme_mock.http.protocol import HttpProtocol
from ringme_mock.server.tls import Tls

_BACKLOG = 2048
_PATIENCE = 30.0


def uvicorn_config(app: ASGIApp, **more: Any) -> uvicorn.Config:
    """How uvicorn serves the mock; `more` are further arguments, or others."""
    return uvicorn.Config(
        app,
        **{
            "http": HttpProtocol,
            # An offer to go on as a WebSocket is ignored, as any other.
            "ws": "none",
            "log_config": None,
            # Its log of requests would show the secrets in a query; the mock has one of its own.
            "access_log": False,
            "lifespan": "off",
            "server_header": False,
            # What proxies say gives nobody rights, and the guard looks at it where it takes some.
            "proxy_headers": False,
            # A client that holds its connection open must not hold up the end.
            "timeout_graceful_shutdown": 1,
            **more,
        },
    )


class TimedServer(uvicorn.Server):
    """uvicorn's server, in which a client has as long for its handshake as for a head."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begins to answer."""
        loop = asyncio.get_running_loop()
        listen = loop.create_server
        if self.config.ssl is not None:
            # A connection counts only after its handshake, and uvicorn passes no time for that on.
            seconds = ConnectionLimits.head_seconds
            timed: Any = partial(listen, ssl_handshake_timeout=seconds)
            loop.create_server = timed  # type: ignore[method-assign]
        try:
            await super().startup(sockets)
        finally:
            loop.create_server = listen  # type: ignore[method-assign]


class RunningServer:
    """An application that answers at `url`, in a thread of its own, until it is stopped.

    `port` 0 takes a free one; `http` is another protocol for the connections, `tls` for https.
    Raises TimeoutError if it does not answer in time.
    """

    def __init__(
        self, app: ASGIApp, port: int = 0, http: Any = None, tls: Tls | None = None
    ) -> None:
        self._listener = socket.create_server(("127.0.0.1", port), backlog=_BACKLOG)
        scheme = "https" if tls else "http"
        self.url = f"{scheme}://127.0.0.1:{self._listener.getsockname()[1]}"
        more = {} if http is None else {"http": http}
        if tls is not None:
            more["ssl_context_factory"] = tls.factory
        self._server = _ReadyServer(uvicorn_config(app, **more))
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._listener]}, daemon=True
        )
        self._thread.start()
        if not self._server.ready.wait(_PATIENCE):
            raise TimeoutError(f"the server did not start within {_PATIENCE:g} s")

    def stop(self) -> None:
        """Ends all connections and gives the port back."""
        self._server.should_exit = True
        self._thread.join(_PATIENCE)
        self._listener.close()


class _ReadyServer(TimedServer):
    """Tells when it answers, and leaves the signals of the process alone."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begins to answer."""
        await super().startup(sockets)
        self.ready.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals belong to whoever started the tests."""
        yield
