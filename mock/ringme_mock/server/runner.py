"""uvicorn as the server of the mock, in the foreground or in a thread."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import logging
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import uvicorn
from starlette.types import ASGIApp

from ringme_mock.http.admission import is_loopback
from ringme_mock.http.connection_limits import ConnectionLimits
from ringme_mock.http.protocol import HttpProtocol
from ringme_mock.server.log_format import flush_log
from ringme_mock.server.tls import ANYWHERE, Tls
from ringme_spec.errors import ConfigError

if TYPE_CHECKING:
    from ringme_mock.server.kept_state import KeptState

_BACKLOG = 2048
_TIMEOUT = 30.0


def listen(host: str, port: int) -> socket.socket:
    """Open a listening socket. Raises ConfigError if the address is not available."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except (OSError, UnicodeError) as error:
        listener.close()
        raise ConfigError(f"cannot listen on {host} port {port}: {_reason(error)}") from None
    listener.set_inheritable(True)
    return listener


def _reason(error: Exception) -> str:
    reason = getattr(error, "strerror", None) or str(error)
    number = getattr(error, "errno", None)
    if number == errno.EADDRINUSE:
        return f"{reason}; --port 0 chooses a free port"
    if number == errno.EACCES:
        return f"{reason}; ports below 1024 need administrator rights"
    return f"{reason}; --host must be an address or a name of this machine"


def address(listener: socket.socket) -> str:
    return str(listener.getsockname()[0])


def is_local(listener: socket.socket) -> bool:
    return ipaddress.ip_address(address(listener)).is_loopback


def is_loopback_host(host: str) -> bool:
    """Tell if a host name or address can be reached only from this machine."""
    try:
        found = socket.getaddrinfo(host or None, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        # `listen` reports the problem.
        return False
    return bool(host) and all(is_loopback(str(address[0])) for *_, address in found)


def url(listener: socket.socket, scheme: str) -> str:
    """Return the URL for this machine, without a trailing slash."""
    host, port = listener.getsockname()[:2]
    if host in ANYWHERE:
        host = "127.0.0.1"
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def uvicorn_config(app: ASGIApp, **more: Any) -> uvicorn.Config:
    """Configure uvicorn; `more` adds arguments, or replaces them."""
    return uvicorn.Config(
        app,
        **{
            "http": HttpProtocol,
            # Offers to upgrade are ignored anyway.
            "ws": "none",
            "log_config": None,
            # It would show secrets of queries, and the mock logs requests itself.
            "access_log": False,
            "lifespan": "off",
            "server_header": False,
            # Headers of proxies must not give rights; the guard reads them.
            "proxy_headers": False,
            # An open connection must not delay the shutdown.
            "timeout_graceful_shutdown": 1,
            **more,
        },
    )


def limit_handshakes(loop: asyncio.AbstractEventLoop) -> None:
    """Limit TLS handshakes, which precede the limits of connections; uvicorn cannot do it."""
    seconds = ConnectionLimits.head_seconds
    timed: Any = partial(loop.create_server, ssl_handshake_timeout=seconds)
    loop.create_server = timed  # type: ignore[method-assign]


class TimedServer(uvicorn.Server):
    """Server of uvicorn with a time limit for TLS handshakes.

    `announce` is called when it serves, `ended` when it stops, `closed` after its last request.
    `beside` is a task that runs while it serves.
    """

    announce: Callable[[], None] | None = None
    ended: Callable[[], None] | None = None
    closed: Callable[[], Coroutine[Any, Any, None]] | None = None
    beside: Callable[[], Coroutine[Any, Any, None]] | None = None
    _task: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        if self.config.ssl is not None:
            limit_handshakes(asyncio.get_running_loop())
        await super().startup(sockets)
        if self.announce is not None:
            self.announce()
        if self.beside is not None:
            self._task = asyncio.create_task(self.beside())

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close all connections, without errors for interrupted requests."""
        if self._task is not None:
            self._task.cancel()
        if self.ended is not None:
            self.ended()
        errors = logging.getLogger("uvicorn.error")
        errors.disabled = True
        await super().shutdown(sockets)
        errors.disabled = False
        if self.closed is not None:
            await self.closed()
        flush_log()


class RunningServer:
    """Application that is served at `url`, in a thread, until it is stopped.

    `port` 0 takes a free one. `http` replaces the protocol class, `tls` is for https, `kept` keeps
    the state. Raises TimeoutError if the server does not start in time.
    """

    def __init__(
        self,
        app: ASGIApp,
        port: int = 0,
        http: Any = None,
        tls: Tls | None = None,
        kept: KeptState | None = None,
    ) -> None:
        self._listener = listen("127.0.0.1", port)
        self.url = url(self._listener, "https" if tls else "http")
        more = {} if http is None else {"http": http}
        if tls is not None:
            more["ssl_context_factory"] = tls.factory
        self._server = _ThreadServer(uvicorn_config(app, **more))
        if kept is not None:
            self._server.beside, self._server.closed = kept.run, kept.close
        ready = threading.Event()
        self._server.announce = ready.set
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._listener]}, daemon=True
        )
        self._thread.start()
        if not ready.wait(_TIMEOUT):
            raise TimeoutError(f"the server did not start within {_TIMEOUT:g} s")

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(_TIMEOUT)
        self._listener.close()


class _ThreadServer(TimedServer):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone, as only the main thread can handle them."""
        yield
