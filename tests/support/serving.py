"""Serves an application of this process, over the protocol that the mock is served with."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from ringme_mock.connection_limits import http_protocol


@contextmanager
def served(app: Any, http: Any = None) -> Iterator[str]:
    """Answers on a free port of the loopback interface as long as the block lasts; gives the URL.

    `http` is another protocol for the connections.
    """
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            http=http or http_protocol(),
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()
