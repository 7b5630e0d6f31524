"""The connection to a target: single attempts at requests, with rate and cookies controlled."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import lru_cache
from http.cookiejar import DefaultCookiePolicy
from importlib import metadata
from typing import Any

import httpx

from ringme_contract.http.no_response import Interrupted, Unreachable
from ringme_contract.http.request_time import TooLarge
from ringme_contract.http.retries import GATEWAY, reason_of
from ringme_contract.http.run_end import RunEnd
from ringme_contract.http.wire import Wire
from ringme_contract.target import Target
from ringme_spec.redaction import mask_text

_CONNECT = 3.0
# Paths that can be appended to the URL of the target without parsing.
_PLAIN = re.compile(r"/[^#]{0,500}\Z")
_KNOWN = 1000
# Requests without a token; they send no cookies.
_ANONYMOUS = "anonymous"


class Connection:
    """Sends requests, within the limits of concurrency and rate.

    `ends` returns the time by which requests of the current thread must have ended. `http` calls an
    application in this process.
    """

    def __init__(
        self, target: Target, jobs: int, ends: Callable[[], float], http: httpx.Client | None
    ) -> None:
        self._wire = None if http else Wire(target.url, ends, target.ca)
        self.http = http or _client(target, self._wire)
        # Cookies of one identity must not go along with requests of another.
        self.http.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._base = str(self.http.base_url).rstrip("/")
        self._joined = lru_cache(_KNOWN)(httpx.URL)
        self._cookies: dict[str, httpx.Cookies] = {}
        self._slots = threading.BoundedSemaphore(jobs)
        self._lock = threading.Lock()
        self._pause = 1 / target.requests_per_second if target.requests_per_second else 0.0
        self._next = 0.0

    @property
    def was_fresh(self) -> bool:
        """True if the last request of this thread had a new connection."""
        return self._wire is not None and self._wire.was_fresh

    def build(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, **arguments: Any
    ) -> httpx.Request:
        """Builds the same request as the client of httpx, in a quarter of the time."""
        if not _PLAIN.match(path):
            return self.http.build_request(method, path, headers=headers, **arguments)
        if (query := arguments.pop("params", None)) is not None:
            path = path.partition("?")[0] + (f"?{httpx.QueryParams(query)}" if query else "")
        own = headers or {}
        names = {name.lower() for name in own}
        usual = [(name, one) for name, one in self.http.headers.items() if name not in names]
        return httpx.Request(
            method,
            self._joined(self._base + path),
            headers=[*usual, *own.items()],
            extensions={"timeout": self.http.timeout.as_dict()},
            **arguments,
        )

    def send(self, identity: str, request: httpx.Request, fresh: bool) -> httpx.Response:
        """Makes one attempt; with `fresh` on a new connection. Raises errors of httpx."""
        cookies = self._cookies.get(identity)
        if cookies is None:
            cookies = self._cookies.setdefault(identity, httpx.Cookies())
        if identity != _ANONYMOUS and len(cookies.jar):
            cookies.set_cookie_header(request)
        request.extensions["fresh"] = fresh
        with self._slots:
            self._wait_turn()
            response = self._sent(request)
        if "set-cookie" in response.headers:
            cookies.extract_cookies(response)
        return response

    def _sent(self, request: httpx.Request) -> httpx.Response:
        if self._wire is None:
            return self.http.send(request, follow_redirects=False)
        start = time.monotonic()
        response = self._wire.handle_request(request)
        # As the client of httpx does, without redirects, authentication and cookies: they take most
        # of its time.
        response.request = request
        response.read()
        response.elapsed = timedelta(seconds=time.monotonic() - start)
        return response

    def works_for_others(self) -> bool:
        """True if a request outside the API gets a response, on a new connection."""
        try:
            request = self.http.build_request("GET", "/", extensions={"fresh": True})
            return self.http.send(request).status_code not in GATEWAY
        except TooLarge:
            return True
        except (httpx.TransportError, httpx.DecodingError):
            return False

    def wait_until_ready(self, seconds: float, end: RunEnd, mask: Callable[[str], str]) -> None:
        """Waits for a response of the target that is not an error of a gateway.

        Raises Unreachable if there was no response at all in that time.
        """
        until = time.monotonic() + seconds
        while True:
            late = time.monotonic() >= until
            try:
                response = self.http.get("/", follow_redirects=False)
            except TooLarge:
                return
            except httpx.HTTPError as error:
                if late:
                    reason = mask(self.reason(error))
                    url = str(self.http.base_url).rstrip("/")
                    raise Unreachable(f"{url}: {reason}") from None
            else:
                if late or response.status_code not in GATEWAY:
                    return
            if end.interrupted:
                raise Interrupted
            end.wait(0.2, False)

    def reason(self, error: Exception) -> str:
        proxy = self._wire.proxy if self._wire else None
        return reason_of(error) + (f", through the proxy {mask_text(proxy)}" if proxy else "")

    def close(self) -> None:
        self.http.close()

    def _wait_turn(self) -> None:
        if not self._pause:
            return
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._next)
            self._next = turn + self._pause
        time.sleep(turn - now)


def kit_version() -> str:
    try:
        return metadata.version("ringme-mock")
    except metadata.PackageNotFoundError:
        return "unknown"


def _client(target: Target, wire: Wire | None) -> httpx.Client:
    user_agent = f"ringme-contract/{kit_version()}"
    return httpx.Client(
        base_url=target.url,
        transport=wire,
        trust_env=False,
        timeout=httpx.Timeout(target.timeout, connect=min(target.timeout, _CONNECT)),
        headers={"User-Agent": user_agent, "Accept-Encoding": "gzip, deflate"},
    )
