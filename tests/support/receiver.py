"""A receiver of events on the loopback interface."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Receiver:
    """Requests that arrived, as method, target and body; responses have `status`."""

    url: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    requests: list[tuple[str, str, str]] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def wait(self, count: int) -> list[dict[str, str]]:
        """The parameters of the events, once `count` have arrived."""
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.requests) >= count, 30), self.requests
            return [_parameters(*one) for one in self.requests]


def _parameters(method: str, target: str, body: str) -> dict[str, str]:
    query = body if method == "POST" else urlsplit(target).query
    return dict(parse_qsl(query, keep_blank_values=True, strict_parsing=True))


@contextmanager
def receiver() -> Iterator[Receiver]:
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def _take(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            with found.changed:
                found.requests.append((self.command, self.path, body))
                found.changed.notify_all()
            self.send_response(found.status)
            for name, value in found.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(b"taken")

        do_GET = do_POST = _take  # noqa: N815 - the names that the base class looks for

        def log_message(self, *_: object) -> None:
            """Logs nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    # The end of the block waits for one iteration of this loop.
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    found.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
