"""Sends odd requests to the application in this process: quick, and with every error in sight."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import random
import time
from typing import Any
from urllib.parse import unquote

from hostile.findings import Findings
from hostile.grammar import Request, Requests
from ringme_mock.app import MockApp
from ringme_mock.control.middleware import interface
from support.checked import checked_app

LOGINS = ("client-admin", "client-reader", "sales-lead", "other-admin", "petrov-phone")
SESSIONS = (b"", b"/s/one", b"/s/two")
# So often are there new tokens, and everything as the fixtures have it.
_TOKENS, _ANEW = 60, 1000
_LONGEST = 20.0
_TICK = 0.01


class Inside:
    """One run against an application of this process."""

    def __init__(self, count: int, seed: int) -> None:
        self.findings = Findings("in process")
        self._count = count
        self._app: MockApp = checked_app()
        documents = [self._app.contract.document, interface().contract.document]
        self._requests = Requests(documents, random.Random(seed))
        self._now = ""

    def run(self) -> Findings:
        """Sends all requests, and gives what was found."""
        watch = _ErrorLog(self)
        root = logging.getLogger()
        root.addHandler(watch)
        begun = time.monotonic()
        try:
            asyncio.run(self._run())
        finally:
            root.removeHandler(watch)
        self.findings.seconds = time.monotonic() - begun
        return self.findings

    @property
    def now(self) -> str:
        """The request that is being answered."""
        return self._now

    async def _run(self) -> None:
        ticker = asyncio.create_task(self._tick())
        for number in range(self._count):
            if number % _ANEW == 0:
                await self._begin_anew()
            if number % _TOKENS == 0:
                await self._renew_tokens()
            if number % max(1, self._count // 10) == 0:
                self.findings.look_at_memory(os.getpid())
            request = self._requests.make(number)
            self._now = request.brief()
            try:
                await asyncio.wait_for(self._send(request), _LONGEST)
            except TimeoutError:
                self.findings.fault(f"no end after {_LONGEST} s: {self._now}")
            except ConnectionAbortedError:
                pass
            except Exception as error:
                self.findings.fault(f"raised {error!r}: {self._now}")
            self.findings.requests += 1
        self.findings.look_at_memory(os.getpid())
        ticker.cancel()

    async def _begin_anew(self) -> None:
        """As the fixtures have it."""
        for session in SESSIONS:
            await self._ask(session + b"/__mock__/reset", {})
        for one in self._app.sessions.all():
            if one.name not in ("default", "one", "two"):
                self._app.sessions.end(one.name)

    async def _renew_tokens(self) -> None:
        for session in SESSIONS:
            tokens = ["x" * 30]
            for login in self._requests.random.sample(LOGINS, 3):
                answer = json.loads(
                    await self._ask(session + b"/__mock__/tokens", {"login": login})
                )
                tokens.append(answer.get("access_token", ""))
            self._requests.tokens[session] = tokens

    async def _ask(self, target: bytes, body: dict[str, Any]) -> bytes:
        kind = [(b"content-type", b"application/json"), (b"host", b"127.0.0.1")]
        return await self._send(Request("POST", target, kind, json.dumps(body).encode()))

    async def _send(self, request: Request) -> bytes:
        """Sends a request as the server would, and gives the body of the answer."""
        path, _, query = request.target.partition(b"?")
        headers = list(request.headers)
        if not request.has_header(b"host"):
            headers.append((b"host", b"127.0.0.1:8080"))
        if request.body:
            headers.append((b"content-length", b"%d" % len(request.body)))
        scope = {
            "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1", "method": request.method, "scheme": "http", "root_path": "",
            "path": unquote(path.decode("latin-1")), "raw_path": path, "query_string": query,
            "headers": headers, "client": ("127.0.0.1", 5), "server": ("127.0.0.1", 8080),
        }  # fmt: skip
        parts = [request.body[n : n + 65_536] for n in range(0, len(request.body), 65_536)] or [b""]
        messages: list[dict[str, Any]] = [
            {"type": "http.request", "body": part, "more_body": number < len(parts) - 1}
            for number, part in enumerate(parts)
        ]
        sent: list[dict[str, Any]] = []

        async def receive() -> Any:
            return messages.pop(0) if messages else {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)

        await self._app(scope, receive, send)
        status = sent[0]["status"] if sent else 0
        body = b"".join(message.get("body", b"") for message in sent[1:])
        self.findings.add(status, body, self._is_forced(request), self._now)
        self._check_headers(sent)
        return body

    def _is_forced(self, request: Request) -> bool:
        return request.has_header(b"prefer") or any(
            session.faults.show_all() for session in self._app.sessions.all()
        )

    def _check_headers(self, sent: list[dict[str, Any]]) -> None:
        for name, value in sent[0]["headers"] if sent else ():
            if any(byte < 32 and byte != 9 for byte in name + value):
                self.findings.fault(f"header {name!r} {value[:200]!r}: {self._now}")

    async def _tick(self) -> None:
        """Waits as another client would, and notes how long that takes."""
        while True:
            begun = time.perf_counter(), time.process_time()
            await asyncio.sleep(_TICK)
            # Not the time in which other programs had the processor.
            spent = min(time.perf_counter() - begun[0] - _TICK, time.process_time() - begun[1])
            self.findings.waited(spent, self._now)


class _ErrorLog(logging.Handler):
    """Takes what goes to the log as an error for a fault."""

    def __init__(self, run: Inside) -> None:
        super().__init__(logging.ERROR)
        self._inside = run

    def emit(self, record: logging.LogRecord) -> None:
        text = logging.Formatter().format(record)
        self._inside.findings.fault(f"log: {text[:200]} ... {text[-900:]}: {self._inside.now}")
