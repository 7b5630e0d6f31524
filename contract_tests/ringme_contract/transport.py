"""The one way in which the kit asks the target anything."""

from __future__ import annotations

import time
from typing import Any

import httpx

from ringme_contract.conformance import Conformance
from ringme_contract.evidence import Exchange, record
from ringme_contract.target import Target

_TIMEOUT = 10.0


class Unreachable(Exception):
    """The target does not answer, or not in HTTP; the message says how it failed."""


class Transport:
    """Sends requests, keeps the evidence, holds every answer against the document.

    No redirect is followed. Requests are spaced as the target asks for.
    """

    def __init__(
        self, target: Target, document: dict[str, Any], http: httpx.Client | None = None
    ) -> None:
        self.conformance = Conformance(document)
        self.exchanges: list[Exchange] = []
        self.count = 0
        self.cells: set[tuple[str, int, str]] = set()
        self._pause = 1 / target.requests_per_second if target.requests_per_second else 0.0
        self._next = 0.0
        self._http = http or httpx.Client(base_url=target.url, timeout=_TIMEOUT)

    def send(self, identity: str, method: str, path: str, **arguments: Any) -> httpx.Response:
        """One request by an identity; the answer, whatever it is. Raises Unreachable."""
        self._wait_turn()
        try:
            response = self._http.request(method, path, follow_redirects=False, **arguments)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            reason = str(error) or type(error).__name__
            raise Unreachable(f"{method} {self._http.base_url}{path}: {reason}") from None
        self.count += 1
        operation = self.conformance.find(method, response.request.url.path)
        problems = self.conformance.problems(response)
        name = operation.id if operation else None
        if name:
            self.cells.add((name, response.status_code, identity))
        self.exchanges.append(record(identity, response, name, problems))
        return response

    def wait_until_ready(self, seconds: float) -> None:
        """Waits until the target answers anything at all. Raises Unreachable when it does not."""
        until = time.monotonic() + seconds
        while True:
            try:
                self._http.get("/", follow_redirects=False)
            except httpx.HTTPError as error:
                if time.monotonic() >= until:
                    reason = str(error) or type(error).__name__
                    raise Unreachable(f"{self._http.base_url}: {reason}") from None
                time.sleep(0.2)
            else:
                return

    def close(self) -> None:
        """Closes all connections."""
        self._http.close()

    def _wait_turn(self) -> None:
        if not self._pause:
            return
        now = time.monotonic()
        if now < self._next:
            time.sleep(self._next - now)
        self._next = max(now, self._next) + self._pause
