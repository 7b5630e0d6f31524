"""Transport: all requests of the kit to the target go through it."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import httpx

from ringme_contract.http.conformance import Conformance, json_object
from ringme_contract.http.connection import Connection
from ringme_contract.http.no_response import Interrupted, OutOfTime, Unreachable
from ringme_contract.http.request_time import TooLarge
from ringme_contract.http.retries import GATEWAY, SAFE, THROTTLED, Retries, Throttle
from ringme_contract.http.run_end import RunEnd
from ringme_contract.profiles import MOST_JOBS
from ringme_contract.recording import Exchange, Recording
from ringme_contract.target import Target
from ringme_contract.verdict import NotReached
from ringme_spec.contract import Contract
from ringme_spec.operations import Operation
from ringme_spec.redaction import Redaction

_EXCHANGE = "ringme_contract.exchange"
# After this many timeouts an operation gets no more requests.
_TIME_OUTS = 3
_BROKEN = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)
# Seconds: of concurrent requests, a response may be noted this long after another was cut off.
_BURST = 1.0
# The identity of the rate limit checks; its 429s are expected.
_LIMITED = "limited"


class _Thread(threading.local):
    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        self.cleaning = False
        self.throttled = True

    @contextmanager
    def while_set(self, name: str, value: Any) -> Iterator[Any]:
        before = getattr(self, name)
        setattr(self, name, value)
        try:
            yield value
        finally:
            setattr(self, name, before)


class Transport:
    """Sends requests, records them, and checks every response against the document.

    Redirects are not followed. Requests keep to the rate of the target, and at most `jobs` of them
    are under way at once. Each thread records its requests in a list of its own. Failed requests
    are repeated where that is safe. After the `end` of the run no request begins; one under way may
    take a moment longer, so that the check knows what it created.
    """

    def __init__(
        self, target: Target, contract: Contract, http: httpx.Client | None = None, jobs: int = 0
    ) -> None:
        self.conformance = Conformance(contract, httpx.URL(target.url).path)
        self.redaction = Redaction(contract.document, target.secrets)
        self.target = target
        # An application that is called directly may not be thread-safe.
        self.jobs = jobs or (1 if http else min(target.jobs, MOST_JOBS))
        self.end = RunEnd()
        self.log: Callable[[Exchange], None] | None = None
        self.note_wait: Callable[[float], None] = lambda _: None
        self.count = 0
        self.repeated = 0
        self.cells: set[tuple[str, int, str]] = set()
        self.unreachable = 0
        self._thread = _Thread()
        self._lock = threading.Lock()
        self._throttle = Throttle()
        self._time_outs: Counter[str] = Counter()
        self._broke: set[str] = set()
        # Requests that were cut off and got no response later, each with the time of the first try.
        self._cut_off: dict[str, float] = {}
        self._responded = 0.0
        # The target closes idle connections early.
        self._stale = False
        self._connection = Connection(target, self.jobs, self._last_moment, http)
        self._http = self._connection.http

    @property
    def exchanges(self) -> list[Exchange]:
        """Exchanges of this thread since the last `recording`."""
        return self._thread.exchanges

    def recording(
        self, into: list[Exchange] | None = None
    ) -> AbstractContextManager[list[Exchange]]:
        """Records the exchanges of this thread in a new list, or in the one given."""
        return self._thread.while_set("exchanges", [] if into is None else into)

    def cleaning(self) -> AbstractContextManager[None]:
        """Lets this thread send requests after the end of the run, and repeat any that fail."""
        return self._thread.while_set("cleaning", True)

    def unthrottled(self) -> AbstractContextManager[None]:
        """Lets this thread get each 429 as it is, to test the rate limit."""
        return self._thread.while_set("throttled", False)

    def send(
        self, identity: str, method: str, path: str, *, repeatable: bool = False, **arguments: Any
    ) -> httpx.Response:
        """Sends a request of an identity; returns the response, whatever its status.

        `repeatable` means that it is harmless to send it twice, whatever its method. Raises
        Unreachable without a response of the target, and Interrupted or OutOfTime if the run has
        ended.
        """
        request = self._connection.build(method, path, **arguments)
        self._refuse_host(request.url)
        operation = self.conformance.find_of(request)
        name = operation.id if operation else f"{method} {request.url.path}"
        throttled = self._thread.throttled and identity != _LIMITED
        retries = Retries(repeatable or method in SAFE or self._thread.cleaning)
        lost: list[Unreachable] = []
        while True:
            self._refuse(identity if throttled else None, name)
            try:
                stale = self._stale and not retries.safe
                fresh = retries.tries > 0 or stale or name in self._broke
                response = self._connection.send(identity, request, fresh)
            except (httpx.TransportError, httpx.DecodingError) as error:
                self._note_error(name, request, error)
                wait = retries.after_error(error)
                if wait is None:
                    lost.append(self._lost(identity, request, name, error, retries))
            else:
                self._responded = time.monotonic()
                if self._cut_off:
                    self._cut_off.pop(self._line(request), None)
                if throttled:
                    self._throttle.note(identity, response)
                passes = response.status_code == THROTTLED and not throttled
                wait = None if passes else retries.after_response(response)
                if wait is None:
                    if not passes:
                        self._refuse_response(request, response, retries)
                    return self._accept(identity, response, operation)
            if wait is None:
                # Neither its context, in `except`, nor a variable of this frame may keep what was
                # received.
                raise lost.pop()
            self.repeated += 1
            self._wait(wait, f"{method} {request.url.path}: the rate limit is used up")

    def cut_off_last(self) -> list[str]:
        """The first requests that were cut off when the target stopped responding."""
        since = self._responded - _BURST
        found = [line for line, moment in list(self._cut_off.items()) if moment >= since]
        return found[: self.jobs]

    def _line(self, request: httpx.Request) -> str:
        return f"{request.method} {self.redaction.mask_text(request.url.raw_path.decode('ascii'))}"

    def wait_until_ready(self, seconds: float) -> None:
        """Waits for the target to respond. Raises Unreachable if it does not."""
        self._connection.wait_until_ready(seconds, self.end, self.redaction.mask_text)

    def close(self) -> None:
        self._connection.close()

    # --- responses

    def _accept(
        self, identity: str, response: httpx.Response, operation: Operation | None
    ) -> httpx.Response:
        self.unreachable = 0
        # One after the other, as a large body takes many times its size meanwhile.
        with self._lock:
            self.count += 1
            problems = self.conformance.problems(response)
        name = operation.id if operation else None
        if operation is not None:
            self.cells.add((operation.id, response.status_code, identity))
            if operation.scopes is None:
                self._learn_secrets(response)
            if response.is_success and operation.action in ("create", "delete"):
                self._throttle.made += 1 if operation.action == "create" else -1
        response.extensions[_EXCHANGE] = self._record(
            identity, response.request, response, operation=name, problems=problems
        )
        return response

    def _learn_secrets(self, response: httpx.Response) -> None:
        for name, value in json_object(response).items():
            secret = isinstance(value, str) and self.redaction.is_secret(name)
            if secret and value.lower() != "bearer":
                self.redaction.learn(value)

    def _record(
        self, identity: str, request: httpx.Request, response: httpx.Response | None, **more: Any
    ) -> Exchange:
        headers = self._http.headers
        found = Recording(identity, request, response, self.redaction, headers, **more)
        self.exchanges.append(found)
        if self.log:
            self.log(found)
        return found

    # --- refusals

    def _last_moment(self) -> float:
        return self.end.of_requests(self._thread.cleaning)

    def _refuse_host(self, url: httpx.URL) -> None:
        """Raises NotReached for a URL on a host that is neither the target nor allowed."""
        own = self._http.base_url
        if (url.host, url.port) == (own.host, own.port):
            return
        if not {url.host, url.netloc.decode("ascii")} & set(self.target.file_hosts):
            raise NotReached(
                f"a URL leads to {url.netloc.decode('ascii')}, which is not the target; to"
                " allow it, add that host to file_hosts in the target file"
            )

    def _refuse(self, identity: str | None, name: str) -> None:
        cleaning = self._thread.cleaning
        if self.end.left(cleaning) <= 0:
            self._refuse_late()
        if self._time_outs[name] >= _TIME_OUTS:
            raise Unreachable(f"{name}: timed out {_TIME_OUTS} times and is not requested again")
        closed = self._throttle.closed(identity) if identity and not cleaning else None
        if closed:
            seconds, left = closed
            kept = f", and {left} requests are kept for the clean-up" if left else ""
            self._wait(seconds, f"the rate limit of {identity} is used up{kept}")

    def _refuse_late(self) -> None:
        if self._thread.cleaning:
            raise Unreachable("no time was left to remove it")
        if self.end.interrupted:
            raise Interrupted
        raise OutOfTime(f"the time budget of {self.target.time_budget:g} s is used up")

    def _wait(self, seconds: float, why: str) -> None:
        """Waits. Raises Unreachable if that would take longer than the run."""
        cleaning = self._thread.cleaning
        left = self.end.left(cleaning)
        if seconds > min(left, max(self.target.time_budget, self.target.timeout)):
            raise Unreachable(f"{why} for {seconds:.0f} s more, longer than the run lasts")
        self.note_wait(seconds)
        self.end.wait(seconds, cleaning)

    # --- failures

    def _note_error(self, name: str, request: httpx.Request, error: Exception) -> None:
        if isinstance(error, _BROKEN):
            self._cut_off.setdefault(self._line(request), time.monotonic())
            if not self._connection.was_fresh:
                self._stale = True
        if not isinstance(error, httpx.TimeoutException):
            return
        if self.end.left(self._thread.cleaning) <= 0:
            self._refuse_late()
        if not isinstance(error, httpx.ConnectTimeout):
            self._time_outs[name] += 1

    def _lost(
        self, identity: str, request: httpx.Request, name: str, error: Exception, retries: Retries
    ) -> Unreachable:
        """The exception for a request without a response.

        If it breaks a new connection once more while another request does not, a fault of the
        target is recorded.
        """
        self.unreachable += 1
        reason = self.redaction.mask_text(self._connection.reason(error))
        address = self.redaction.mask_text(str(request.url))
        breaks = ""
        if isinstance(error, _BROKEN) and not self._thread.cleaning:
            again = retries.tries > 1 or name in self._broke
            self._broke.add(name)
            if again and self._connection.was_fresh and self._connection.works_for_others():
                breaks = f"{reason}, again on a new connection; GET / gets a response"
        self._record(identity, request, None, breaks=breaks)
        return Unreachable(
            f"{request.method} {address}: {reason}",
            again=not retries.safe and not isinstance(error, TooLarge),
        )

    def _refuse_response(
        self, request: httpx.Request, response: httpx.Response, retries: Retries
    ) -> None:
        """Raises Unreachable for a response that proves nothing about the target."""
        status, line = response.status_code, f"{request.method} {request.url.path}"
        if status == THROTTLED:
            raise Unreachable(f"{line}: status 429 after all retries")
        if status in GATEWAY and not self._thread.cleaning:
            again = retries.tries > 1 or line in self._broke
            self._broke.add(line)
            if not (again and self._connection.works_for_others()):
                raise Unreachable(f"{line}: status {status} of a gateway", again=not retries.safe)
        repeated = retries.may_have_worked and not self._thread.cleaning
        if repeated and (request.method, status) == ("DELETE", 404):
            raise Unreachable(f"{line}: had to be sent twice, so that its 404 proves nothing")


def exchange_of(response: httpx.Response) -> Exchange:
    found: Exchange = response.extensions[_EXCHANGE]
    return found
