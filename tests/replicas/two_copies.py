"""A server of two copies of one state that follow one log, and what can be done wrong about it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from replicas.load import GROUPS, NUMBERS, TOKENS

READ_WITHOUT_TURN = "a read does not look at the log, so it misses an acknowledged write"
APPLIED_FIRST = "a command is applied and acknowledged before it is appended"
COUNTED_APART = "each copy counts requests by itself, outside of the log"
DEFECTS = (READ_WITHOUT_TURN, APPLIED_FIRST, COUNTED_APART)
_LIMIT = 1_000_000


class Log:
    """The order of all commands. Its lock is held for a turn, which is one step of the engine."""

    def __init__(self) -> None:
        self.commands: list[dict[str, Any]] = []
        self.requests = 0
        self.lock = threading.Lock()


class Copy:
    """One replica: a state, which is what the log's commands up to `position` have made of it."""

    def __init__(self, log: Log, defect: str | None) -> None:
        self._log, self._defect = log, defect
        self._lock = threading.Lock()
        self._position = self._requests = self._last_id = 0
        self._own: list[dict[str, Any]] = []
        self._groups: dict[int, str] = {}
        self._taken: set[str] = set()

    def handle(self, command: dict[str, Any]) -> tuple[int, Any, int]:
        """Take a turn; return status, body, and the requests that are left."""
        with self._lock:
            reads = command["method"] == "GET"
            with self._log.lock:
                counts = command["path"] != TOKENS
                self._log.requests += counts
                self._requests += counts
                left = _LIMIT - self._log.requests
                if not (reads and self._defect == READ_WITHOUT_TURN):
                    self._follow()
                if self._defect == APPLIED_FIRST:
                    # The command of the turn before goes into the log, after its response.
                    self._log.commands += self._own
                    self._position += len(self._own)
                    self._own = []
                elif not reads:
                    self._log.commands.append(command)
                    self._position += 1
            if self._defect == APPLIED_FIRST and not reads:
                self._own = [command]
            if self._defect == COUNTED_APART:
                left = _LIMIT - self._requests
            return *self._apply(command), left

    def _follow(self) -> None:
        for command in self._log.commands[self._position :]:
            self._apply(command)
        self._position = len(self._log.commands)

    def _apply(self, command: dict[str, Any]) -> tuple[int, Any]:
        path, body = command["path"], command["body"]
        if path == GROUPS:
            self._last_id += 1
            self._groups[self._last_id] = body["name"]
            return 201, {"id": self._last_id}
        if path == TOKENS:
            return self._token(body)
        if path == NUMBERS:
            return (201, {}) if self._take(body["name"]) else (400, {})
        key = int(path.removeprefix(GROUPS))
        if command["method"] == "PUT":
            self._groups[key] = body["name"]
        return 200, {"name": self._groups.get(key)}

    def _token(self, form: dict[str, Any]) -> tuple[int, Any]:
        token = form.get("refresh_token")
        if token is not None and not self._take(token[0]):
            return 401, {}
        self._last_id += 1
        return 200, {"access_token": "any", "refresh_token": f"token {self._last_id}"}

    def _take(self, name: str) -> bool:
        if name in self._taken:
            return False
        self._taken.add(name)
        return True


class _Server(ThreadingHTTPServer):
    # A contest has more entrants than five.
    request_queue_size = 100


@contextmanager
def two_copies(defect: str | None = None) -> Iterator[list[str]]:
    """Serves two copies of one state for as long as the block lasts; gives their URLs."""
    log = Log()
    with ExitStack() as stack:
        yield [stack.enter_context(_served(Copy(log, defect))) for _ in range(2)]


@contextmanager
def _served(copy: Copy) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def _take(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            is_form = "form" in self.headers["Content-Type"]
            body = parse_qs(content) if is_form else json.loads(content or "null")
            path = "/" + self.path.split("/", 3)[3]
            status, answer, left = copy.handle({"method": self.command, "path": path, "body": body})
            self.send_response(status)
            if not is_form:
                self.send_header("X-RateLimit-Remaining", str(left))
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        do_GET = do_POST = do_PUT = _take  # noqa: N815 - the names that the base class looks for

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = _Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
