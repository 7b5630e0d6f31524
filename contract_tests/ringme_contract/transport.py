"""The one way in which the kit asks the target anything."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx

from ringme_contract.conformance import Conformance
from ringme_contract.masking import Masking, is_secret_name
from ringme_contract.recording import Exchange, record
from ringme_contract.target import Target

# What a gateway answers for a service that is still starting.
_NOT_READY = (502, 503, 504)


class Unreachable(Exception):
    """The target does not answer, or not in HTTP; the message says how it failed."""


class Interrupted(KeyboardInterrupt):
    """Somebody asked the run to end: no further request is sent but those that clean up."""


class Transport:
    """Sends requests, keeps the evidence, holds every answer against the document.

    No redirect is followed. Requests are spaced as the target asks for. `interrupt` ends the run
    at the next request and not in the midst of one: whatever a request makes is then known to the
    check that has to remove it.
    """

    def __init__(
        self, target: Target, document: dict[str, Any], http: httpx.Client | None = None
    ) -> None:
        self.conformance = Conformance(document, httpx.URL(target.url).path)
        self.masking = Masking(_secrets(target))
        self.exchanges: list[Exchange] = []
        self.count = 0
        self.cells: set[tuple[str, int, str]] = set()
        self.unreachable = 0
        self.cleaning = False
        self._interrupted = False
        self._pause = 1 / target.requests_per_second if target.requests_per_second else 0.0
        self._next = 0.0
        self._http = http or _client(target)

    def interrupt(self) -> None:
        """Has the next request raise Interrupted, unless it is one that cleans up."""
        self._interrupted = True

    @property
    def interrupted(self) -> bool:
        """Whether the run was asked to end."""
        return self._interrupted

    def send(self, identity: str, method: str, path: str, **arguments: Any) -> httpx.Response:
        """One request by an identity; the answer, whatever it is.

        Raises Unreachable, and Interrupted instead of sending once the run was asked to end.
        """
        if self._interrupted and not self.cleaning:
            raise Interrupted
        self._wait_turn()
        try:
            response = self._http.request(method, path, follow_redirects=False, **arguments)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            self.unreachable += 1
            raise Unreachable(
                f"{method} {self.masking.text(self._address(path))}: {reason_of(error)}"
            ) from None
        self.unreachable = 0
        self.count += 1
        operation = self.conformance.find(method, response.request.url.path)
        problems = self._problems(response)
        name = operation.id if operation else None
        if name:
            self.cells.add((name, response.status_code, identity))
        self.exchanges.append(record(identity, response, name, problems, self.masking))
        return response

    def wait_until_ready(self, seconds: float) -> None:
        """Waits until the target answers, and not as a gateway whose service is not there yet.

        Raises Unreachable when it does not answer at all in that time.
        """
        until = time.monotonic() + seconds
        while True:
            late = time.monotonic() >= until
            try:
                response = self._http.get("/", follow_redirects=False)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                if late:
                    raise Unreachable(f"{self._address('')}: {reason_of(error)}") from None
            else:
                if late or response.status_code not in _NOT_READY:
                    return
            if self._interrupted:
                raise Interrupted
            time.sleep(0.2)

    def close(self) -> None:
        """Closes all connections."""
        self._http.close()

    def _address(self, path: str) -> str:
        return str(self._http.base_url).rstrip("/") + path

    def _problems(self, response: httpx.Response) -> list[str]:
        try:
            return self.conformance.problems(response)
        except (ValueError, TypeError, RecursionError) as error:
            return [f"the answer cannot be read: {type(error).__name__}: {error}"]

    def _wait_turn(self) -> None:
        if not self._pause:
            return
        now = time.monotonic()
        if now < self._next:
            time.sleep(self._next - now)
        self._next = max(now, self._next) + self._pause


def _secrets(target: Target) -> Iterator[str]:
    for identity in target.identities.values():
        for name, value in identity.parameters.items():
            if is_secret_name(name):
                yield value


def reason_of(error: Exception) -> str:
    """Why a request got no answer, in words for people."""
    if isinstance(error, httpx.ConnectTimeout):
        return "no connection in time"
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time"
    if isinstance(error, httpx.RemoteProtocolError):
        return f"the connection was closed before the answer was complete ({error})"
    if isinstance(error, httpx.DecodingError):
        return f"the body is not encoded as its Content-Encoding says ({error})"
    return str(error) or type(error).__name__


def _client(target: Target) -> httpx.Client:
    return httpx.Client(
        base_url=target.url,
        timeout=httpx.Timeout(target.timeout, connect=min(target.timeout, 5.0)),
    )
