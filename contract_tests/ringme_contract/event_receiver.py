"""A server that receives events while a check runs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from ringme_contract.http.way_to_target import is_loopback

# Redirects of the receiver lead there.
MOVED = "/moved"
_LONGEST = 65_536
_MOST = 1000


@dataclass(frozen=True)
class Event:
    method: str
    target: str
    media_type: str
    parameters: dict[str, str]
    body: str


@dataclass
class EventReceiver:
    """Events that have arrived at `url`, in order of arrival.

    `statuses` are those of its responses, by path, if not 200.
    """

    url: str = ""
    statuses: dict[str, int] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def wait(self, seconds: float, enough: Callable[[list[Event]], bool]) -> list[Event]:
        with self.changed:
            self.changed.wait_for(lambda: enough(self.events), seconds)
            return list(self.events)

    def add(self, event: Event) -> None:
        with self.changed:
            if len(self.events) < _MOST:
                self.events.append(event)
            self.changed.notify_all()


def _handler(receiver: EventReceiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def take(self) -> None:
            length = self.headers.get("Content-Length", "0")
            size = int(length) if length.isdecimal() else 0
            body = self.rfile.read(min(size, _LONGEST)).decode("utf-8", "replace")
            text = body if self.command == "POST" else urlsplit(self.path).query
            media_type = self.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            parameters = dict(parse_qsl(text, keep_blank_values=True))
            receiver.add(Event(self.command, self.path, media_type, parameters, body))
            self.send_response(receiver.statuses.get(self.path.partition("?")[0], 200))
            self.send_header("Location", f"{receiver.url}{MOVED}")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Logs nothing."""

    for method in ("GET", "POST", "PUT", "DELETE", "HEAD"):
        setattr(Handler, f"do_{method}", Handler.take)
    return Handler


@contextmanager
def event_receiver(host: str) -> Iterator[EventReceiver]:
    """A receiver on a free port; `host` is this machine's name or address for the target."""
    receiver = EventReceiver()
    address = "127.0.0.1" if is_loopback(f"http://{host}") else ""
    server = ThreadingHTTPServer((address, 0), _handler(receiver))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    receiver.url = f"http://{host}:{server.server_port}"
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
