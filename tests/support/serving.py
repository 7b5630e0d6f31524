"""Serves an application in this process, with the server of the mock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ringme_mock.server.runner import RunningServer
from ringme_mock.server.tls import Tls


@contextmanager
def served(app: Any, http: Any = None, tls: Tls | None = None) -> Iterator[str]:
    """Serves on a free port of the loopback interface during the block; yields the URL.

    `http` is another protocol for the connections, `tls` for https.
    """
    server = RunningServer(app, http=http, tls=tls)
    try:
        yield server.url
    finally:
        server.stop()
