"""Transport: the one way in which the kit sends requests to the target."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from ringme_contract.conformance import Conformance
from ringme_contract.recording import Exchange, record
from ringme_contract.target import MOST_JOBS, Target
from ringme_spec.contract import Contract
from ringme_spec.redaction import Redaction

# Statuses of a gateway for a service that is still starting.
_NOT_READY = (502, 503, 504)
_EXCHANGE = "ringme_contract.exchange"


class Unreachable(Exception):
    """No response of the target, or none in HTTP; the message says how it failed."""


class Interrupted(KeyboardInterrupt):
    """The run was told to end: no further request is sent but those that clean up."""


class _Thread(threading.local):
    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        self.cleaning = False


class Transport:
    """Sends requests, records them, and checks every response against the document.

    No redirect is followed. Requests are spaced as the target demands, and at most `jobs` of them
    are under way at once; each thread records what it sends into a list of its own. `interrupt`
    ends the run at the next request and not in the midst of one: whatever a request makes is then
    known to the check that has to remove it.
    """

    def __init__(
        self,
        target: Target,
        contract: Contract,
        http: httpx.Client | None = None,
        jobs: int | None = None,
    ) -> None:
        self.conformance = Conformance(contract, httpx.URL(target.url).path)
        self.redaction = Redaction(contract.document, target.secrets)
        self.target = target
        # An application that is called directly may have nothing that parts its threads.
        self.jobs = jobs or (1 if http else min(target.jobs, MOST_JOBS))
        self.count = 0
        self.cells: set[tuple[str, int, str]] = set()
        self.unreachable = 0
        self._thread = _Thread()
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(self.jobs)
        self._interrupted = False
        self._pause = 1 / target.requests_per_second if target.requests_per_second else 0.0
        self._next = 0.0
        self._http = http or _client(target)

    def interrupt(self) -> None:
        """Has the next request raise Interrupted, unless it is one that cleans up."""
        self._interrupted = True

    @property
    def interrupted(self) -> bool:
        return self._interrupted

    @property
    def exchanges(self) -> list[Exchange]:
        """What this thread has sent since `recording` began."""
        return self._thread.exchanges

    @contextmanager
    def recording(self) -> Iterator[list[Exchange]]:
        """Has what this thread sends recorded into a new list."""
        before, self._thread.exchanges = self._thread.exchanges, []
        try:
            yield self._thread.exchanges
        finally:
            self._thread.exchanges = before

    @contextmanager
    def cleaning(self) -> Iterator[None]:
        """Lets this thread send after the run was told to end."""
        self._thread.cleaning = True
        try:
            yield
        finally:
            self._thread.cleaning = False

    def send(self, identity: str, method: str, path: str, **arguments: Any) -> httpx.Response:
        """One request by an identity; the response, whatever it is.

        Raises Unreachable, and Interrupted instead of sending once the run was told to end.
        """
        try:
            with self._slots:
                if self._interrupted and not self._thread.cleaning:
                    raise Interrupted
                self._wait_turn()
                response = self._http.request(method, path, follow_redirects=False, **arguments)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            self.unreachable += 1
            raise Unreachable(
                f"{method} {self.redaction.mask_text(self._address(path))}: {reason_of(error)}"
            ) from None
        self.unreachable = 0
        with self._lock:
            self.count += 1
        operation = self.conformance.find_of(response.request)
        problems = self.conformance.problems(response)
        name = operation.id if operation else None
        if name:
            self.cells.add((name, response.status_code, identity))
        self.exchanges.append(record(identity, response, name, problems, self.redaction))
        response.extensions[_EXCHANGE] = self.exchanges[-1]
        return response

    def wait_until_ready(self, seconds: float) -> None:
        """Waits until the target responds, and not as a gateway whose service is not there yet.

        Raises Unreachable when it does not respond at all in that time.
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
        self._http.close()

    def _address(self, path: str) -> str:
        return str(self._http.base_url).rstrip("/") + path

    def _wait_turn(self) -> None:
        if not self._pause:
            return
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._next)
            self._next = turn + self._pause
        time.sleep(turn - now)


def exchange_of(response: httpx.Response) -> Exchange:
    """What was recorded of a response."""
    found: Exchange = response.extensions[_EXCHANGE]
    return found


def reason_of(error: Exception) -> str:
    """The reason for which a request got no response, in words for people."""
    if isinstance(error, httpx.ConnectTimeout):
        return "no connection in time"
    if isinstance(error, httpx.TimeoutException):
        return "no response in time"
    if isinstance(error, httpx.RemoteProtocolError):
        return f"the connection was closed before the response was complete ({error})"
    if isinstance(error, httpx.DecodingError):
        return f"the body is not encoded as its Content-Encoding says ({error})"
    return str(error) or type(error).__name__


def _client(target: Target) -> httpx.Client:
    return httpx.Client(
        base_url=target.url, timeout=httpx.Timeout(target.timeout, connect=min(target.timeout, 5.0))
    )
