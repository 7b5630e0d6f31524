"""Retries: which requests are repeated, after which time, and the state of rate limits."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from ringme_contract.http.request_time import TooLarge

SAFE = ("GET", "HEAD", "OPTIONS", "PUT", "DELETE")
# Statuses of a gateway whose service is unavailable for a moment.
GATEWAY = (502, 503, 504)
THROTTLED = 429
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError)
_USELESS = (TooLarge, httpx.DecodingError)
_TRIES, _TRIES_IN_TIME, _TRIES_THROTTLED = 3, 2, 6
_FIRST_WAIT, _LONGEST_WAIT = 0.1, 5.0
# Requests kept for the clean-up (a fifth of a small rate limit), and more for each entry, which is
# searched for, read, deleted, and searched for again.
_KEPT, _KEPT_FOR_ENTRY = 20, 4
# A larger number of seconds is a Unix time.
_EPOCH = 10**9
# Error numbers of the system, before their text.
_ERRNO = re.compile(r"\[Errno -?[0-9]+\] ")


class Retries:
    """The attempts of one request. `safe` means that it may be repeated even if it got through."""

    def __init__(self, safe: bool) -> None:
        self.tries = 0
        self.safe = safe
        # An attempt without a response may have taken effect.
        self.may_have_worked = False

    def after_error(self, error: Exception) -> float | None:
        self.tries += 1
        unsent = isinstance(error, _UNSENT)
        self.may_have_worked = self.may_have_worked or not unsent
        if isinstance(error, _USELESS) or not (self.safe or unsent):
            return None
        late = isinstance(error, httpx.TimeoutException)
        return self._wait(_TRIES_IN_TIME if late else _TRIES)

    def after_response(self, response: httpx.Response) -> float | None:
        self.tries += 1
        if response.status_code == THROTTLED and self.tries < _TRIES_THROTTLED:
            told = reset_of(response)
            return self._wait(_TRIES_THROTTLED, _FIRST_WAIT * 10) if told is None else told
        if response.status_code in GATEWAY and self.safe:
            self.may_have_worked = True
            return self._wait(_TRIES)
        return None

    def _wait(self, tries: int, first: float = _FIRST_WAIT) -> float | None:
        return min(first * 2**self.tries, _LONGEST_WAIT) if self.tries < tries else None


class Throttle:
    """Requests left to each identity by the rate limit, as responses tell."""

    def __init__(self) -> None:
        # The number of entries created and not yet deleted.
        self.made = 0
        self._first: dict[str, int] = {}
        self._closed: dict[str, tuple[float, int]] = {}

    def note(self, identity: str, response: httpx.Response) -> None:
        left, limit = _number(response, "Remaining"), _number(response, "Limit")
        if response.status_code == THROTTLED:
            left = 0
        elif left is None or limit is None:
            return
        else:
            first = self._first.setdefault(identity, left)
            # A count that never decreases means nothing.
            kept = min(_KEPT, limit // 5) + _KEPT_FOR_ENTRY * self.made
            if left > kept or left >= first:
                self._closed.pop(identity, None)
                return
        seconds = reset_of(response)
        if seconds is not None:
            self._closed[identity] = (time.monotonic() + seconds, left)

    def closed(self, identity: str) -> tuple[float, int] | None:
        """The seconds until more requests are allowed, and how many are kept; None if open."""
        until, left = self._closed.get(identity, (0.0, 0))
        seconds = until - time.monotonic()
        if seconds > 0:
            return seconds, left
        self._closed.pop(identity, None)
        return None


def reason_of(error: Exception) -> str:
    text = _ERRNO.sub("", str(error))
    if isinstance(error, httpx.ConnectTimeout):
        return "no connection in time"
    if isinstance(error, httpx.TimeoutException):
        return "no response in time"
    if isinstance(error, TooLarge):
        return f"the response is larger than the kit takes: {text}"
    if isinstance(error, httpx.RemoteProtocolError):
        closed = "connect" in text or "peer" in text
        what = "connection was closed before the response was complete"
        return f"the {what if closed else 'response is no valid HTTP'} ({text})"
    if isinstance(error, httpx.DecodingError):
        return f"the body is not encoded as its Content-Encoding says ({text})"
    if "CERTIFICATE_VERIFY_FAILED" in text:
        why = text.partition("verify failed: ")[2].partition(" (_ssl")[0]
        return f"its certificate is not trusted ({why}); --ca FILE adds a CA certificate to trust"
    return text or type(error).__name__


def reset_of(response: httpx.Response) -> float | None:
    """The seconds after which to retry, according to a response; None if it does not say."""
    text = response.headers.get("Retry-After", "")
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        reset = _number(response, "Reset")
    left = _number(response, "Remaining") or 0
    if reset is None or (response.status_code == 429 and left > 0):
        # A 429 with requests left has another cause, which may end at any time.
        return None
    return max(0.0, reset - time.time()) if reset > _EPOCH else float(reset)


def _number(response: httpx.Response, name: str) -> int | None:
    text = response.headers.get(f"X-RateLimit-{name}", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
