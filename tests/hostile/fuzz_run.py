"""Fuzz run: odd bytes sent over many connections at once to a mock in another process."""

from __future__ import annotations

import contextlib
import json
import random
import re
import select
import socket
import subprocess
import sys
import tempfile
import threading
import time

from hostile.findings import Findings, processor_seconds
from hostile.raw_requests import RawRequests
from hostile.request_generator import RequestGenerator
from hostile.wire import Wire, request
from ringme_mock.control.middleware import interface
from ringme_spec.document import read_yaml
from ringme_spec.paths import SPEC
from support.timeouts import TIMEOUT

_THREADS = 24
_HELD = 100
_TIMEOUT = 2.0
_LOGINS = ("client-admin", "sales-lead", "other-admin")
_KIND = "Content-Type: application/json"
_KEEP_TOKENS = b'{"keep": ["tokens"]}'


class FuzzRun:
    """Fuzz run of `count` requests; equal seeds send equal requests."""

    def __init__(self, count: int, seed: int) -> None:
        self.findings = Findings()
        self._count = count
        self._seed = seed
        self._documents = [read_yaml(SPEC), interface().contract.document]
        self._done = threading.Event()
        self._url = ""
        # Connections that are left open in the middle of a request.
        self._held: list[socket.socket] = []

    def run(self) -> Findings:
        """Send all requests, and return the findings."""
        begun = time.monotonic()
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "ringme_mock", "serve", "--port", "0",
                 "--log-level", "warning", "--validate-responses"],
                stdout=subprocess.PIPE, stderr=log, text=True,
            )  # fmt: skip
            try:
                self._url = _url_of(process)
                self._run(process.pid)
                if process.poll() is not None:
                    self.findings.add_fault(f"the mock exited with {process.returncode}")
            finally:
                process.terminate()
                process.wait(TIMEOUT)
            log.seek(0)
            self._read_log(log.read())
        self.findings.seconds = time.monotonic() - begun
        return self.findings

    def _run(self, process: int) -> None:
        many = min(_THREADS, self._count)
        threads = [
            threading.Thread(
                target=self._send_many, args=(self._count // many, self._seed * 100 + number)
            )
            for number in range(many)
        ]
        watcher = threading.Thread(target=self._watch, args=(process,))
        for thread in (*threads, watcher):
            thread.start()
        step = max(1, self._count // 10)
        while any(thread.is_alive() for thread in threads):
            time.sleep(0.2)
            if self.findings.requests >= step * len(self.findings.memory):
                self.findings.record_memory(process)
        self._done.set()
        watcher.join()
        for one in self._held:
            one.close()
        self.findings.record_memory(process)

    def _send_many(self, count: int, seed: int) -> None:
        source = random.Random(seed)
        requests, raw_requests = RequestGenerator(self._documents, source), RawRequests(source)
        methods = (
            self._send_sequentially,
            self._send_pipelined,
            self._send_malformed,
            self._send_malformed,
            self._send_slowly,
        )
        sent = 0
        number = seed
        while sent < count:
            with contextlib.suppress(OSError):
                if sent == 0 or number % 50 == 0:
                    self._renew_tokens(requests)
                size = source.choice(methods)(requests, raw_requests, number)
                sent += size
                self.findings.requests += size
            number += 1

    def _renew_tokens(self, requests: RequestGenerator) -> None:
        for session in ("", "/s/one", "/s/two"):
            tokens = ["x" * 30]
            with Wire(self._url) as wire:
                if requests.random.random() < 0.7:
                    # The reset ends the tokens of all threads.
                    wire.send(
                        request("POST", f"{session}/__mock__/reset", _KIND, body=_KEEP_TOKENS)
                    )
                    wire.read_response()
                for login in _LOGINS:
                    body = json.dumps({"login": login}).encode()
                    wire.send(request("POST", f"{session}/__mock__/tokens", _KIND, body=body))
                    response = wire.read_response()
                    if response.status == 201:
                        tokens.append(json.loads(response.body)["access_token"])
            requests.tokens[session.encode()] = tokens

    def _send_sequentially(
        self, requests: RequestGenerator, raw_requests: RawRequests, number: int
    ) -> int:
        """Send requests over one connection, each after the response to the previous one."""
        sent = 0
        with Wire(self._url, _TIMEOUT) as wire:
            for place in range(10):
                generated = requests.make(number * 10 + place)
                if generated.target.endswith((b"stream", b"rows")):
                    continue
                sent += 1
                if not wire.send(raw_requests.encode(generated, is_honest=True)):
                    break
                response = wire.read_response()
                # A response to HEAD has a length but no body, so the connection cannot be used
                # further.
                self.findings.add(response.status, response.body, generated.summary())
                if response.status == 0 or generated.method == "HEAD":
                    break
        return sent

    def _send_pipelined(
        self, requests: RequestGenerator, raw_requests: RawRequests, number: int
    ) -> int:
        """Send pipelined requests, without waiting for responses."""
        generated = [requests.make(number * 7 + place) for place in range(5)]
        content = b"".join(raw_requests.encode(one, one is generated[-1]) for one in generated)
        self._exchange(content, "\n".join(one.summary() for one in generated))
        return len(generated)

    def _send_malformed(
        self, requests: RequestGenerator, raw_requests: RawRequests, number: int
    ) -> int:
        """Send bytes that are not a request, or not a valid one."""
        content = raw_requests.malformed(requests.make(number))
        self._exchange(content, repr(content[:700]))
        return 1

    def _send_slowly(
        self, requests: RequestGenerator, raw_requests: RawRequests, number: int
    ) -> int:
        """Send a part of a request, and the rest later or never."""
        content = raw_requests.encode(requests.make(number), is_last=True)
        place = raw_requests.random.randrange(len(content))
        connection = self._connect()
        connection.sendall(content[:place])
        how = raw_requests.random.randrange(4)
        if how == 0:
            self._held.append(connection)
            if len(self._held) > _HELD:
                self._held.pop(0).close()
            return 1
        if how == 1:
            time.sleep(0.002)
            connection.sendall(content[place:])
            self._read(connection, repr(content[:700]))
        elif how == 2:
            # Reset the connection, which discards what is in transit.
            connection.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00" + bytes(4)
            )
        connection.close()
        return 1

    def _connect(self) -> socket.socket:
        host, port = self._url.removeprefix("http://").split(":")
        return socket.create_connection((host, int(port)), timeout=_TIMEOUT)

    def _exchange(self, content: bytes, what: str) -> None:
        with self._connect() as connection:
            with contextlib.suppress(OSError):
                connection.sendall(content)
                connection.shutdown(socket.SHUT_WR)
            self._read(connection, what)

    def _read(self, connection: socket.socket, what: str) -> None:
        """Read all responses, and add the status of each to the findings."""
        received = b""
        end = time.monotonic() + _TIMEOUT
        while len(received) < 5_000_000 and time.monotonic() < end:
            if not select.select([connection], [], [], 0.3)[0]:
                break
            part = b""
            with contextlib.suppress(OSError):
                part = connection.recv(65_536)
            if not part:
                break
            received += part
        statuses = re.findall(rb"HTTP/1\.1 ([0-9]{3}) ", received)
        for status in statuses or [b"0"]:
            self.findings.add(int(status), received[-200:], what)

    def _watch(self, process: int) -> None:
        """Send health checks as another client would, and record how long they take."""
        while not self._done.wait(0.05):
            begun = time.monotonic(), processor_seconds(process)
            try:
                with Wire(self._url, 10) as wire:
                    wire.send(request("GET", "/__mock__/health"))
                    status = wire.read_response().status
            except OSError as error:
                self.findings.add_fault(f"another client got no response: {error!r}")
                continue
            if status != 200:
                self.findings.add_fault(f"another client got {status}")
            # Does not count the time in which other programs had the processor.
            spent = time.monotonic() - begun[0], processor_seconds(process) - begun[1]
            self.findings.record_wait(min(spent), "earlier requests")

    def _read_log(self, text: str) -> None:
        for place in re.finditer(r"Traceback|ERROR|CRITICAL", text):
            self.findings.add_fault(
                f"log: {text[max(0, place.start() - 200) : place.start() + 2500]}"
            )


def _url_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        found = re.search(r"http://[0-9.]+:[0-9]+", line)
        if found:
            return found.group()
    raise RuntimeError("the mock did not start")
