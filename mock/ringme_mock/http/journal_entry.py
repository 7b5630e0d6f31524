"""Entry of the journal: a request and its response, and their JSON."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from ringme_mock.actions.response import JSON
from ringme_mock.errors import ApiError, NotMocked
from ringme_mock.http.response_headers import response_headers
from ringme_mock.json_bytes import read_json
from ringme_mock.store.access import Caller
from ringme_mock.store.rate_limits import Allowance
from ringme_spec.operations import Operation
from ringme_spec.redaction import MASK, Redaction, mask_text

# Bytes of a response body that are kept.
RESPONSE_LIMIT = 8192
# Bytes that a header takes besides its value.
HEADER_SIZE = 64
_COOKIES = ("cookie", "set-cookie")
# A preference other than those of the mock: code=404, wait=2, example=NAME.
_PREFERENCE = re.compile(r"([\w.%-]{1,100})=(?!(?<=example=)|[0-9.]{1,6}(?:[;,\s]|$))[^;,\s]+")
_SCHEMES = ("bearer", "basic")


class NotedResponse(NamedTuple):
    """Response before compression; `body` is the beginning of its body, which has `size` bytes.

    `headers` are those of the reply, without the ones that follow from the request.
    """

    status: int
    media_type: str | None
    headers: Mapping[str, str] | None
    body: bytes
    size: int

    def content(self, redaction: Redaction) -> Any:
        """Return the JSON body, or a text if it was cut off; None for any other body."""
        if self.media_type != JSON or not self.body:
            return None
        if self.size > len(self.body):
            return redaction.mask_text(self.body.decode("utf-8", "ignore")) + "..."
        try:
            return redaction.mask(read_json(self.body))
        except ValueError:
            return None


def shown_headers(headers: Iterable[tuple[bytes, bytes]], redaction: Redaction) -> dict[str, str]:
    """Return headers by name, secrets masked; repeated ones are joined."""
    found: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        shown = _shown(name, value, redaction)
        name = redaction.mask_text(name)
        found[name] = f"{found[name]}, {shown}" if name in found else shown
    return found


def _shown(name: str, value: str, redaction: Redaction) -> str:
    if name in _COOKIES:
        return MASK
    if redaction.is_secret(name):
        scheme, space, _ = value.partition(" ")
        return f"{scheme} {MASK}" if space and scheme.lower() in _SCHEMES else MASK
    if name == "prefer":
        return _PREFERENCE.sub(f"\\1={MASK}", value)
    # URLs may have secrets in their query.
    before, mark, query = value.partition("?")
    query = redaction.mask_query(query.encode("latin-1"))
    return f"{redaction.mask_text(before)}{mark}{query}"


class JournalEntry(NamedTuple):
    """Request and its response; `status` is None if the connection was dropped.

    `at` is in seconds since 1970, `seconds` the time until the response. `values` are those of the
    path parameters. `body` is the beginning of the request's body, which has `size` bytes. `weight`
    is the memory that the entry counts for, in bytes.
    """

    number: int
    at: float
    method: str
    path: str
    query_string: bytes
    target: Operation | None
    values: Sequence[str]
    caller: Caller | None
    allowance: Allowance | None
    applied_preferences: str
    headers: Mapping[bytes, bytes]
    body: bytes
    size: int
    status: int | None
    refusal: ApiError | None
    detail: str
    fault: str | None
    seconds: float
    response: NotedResponse | None
    weight: int

    @property
    def operation(self) -> str | None:
        return self.target.id if self.target else None

    @property
    def login(self) -> str | None:
        return self.caller.user["login"] if self.caller else None

    @property
    def reason(self) -> str | None:
        return reason_of(self.refusal, self.detail)

    @property
    def parameters(self) -> dict[str, str]:
        if self.target is None:
            return {}
        names = [parameter.name for parameter in self.target.path_parameters]
        return dict(zip(names, self.values, strict=False))

    @property
    def verdict(self) -> str:
        """One of `valid`, `refused`, `not_mocked`, `failed` and `fault` (injected)."""
        if self.fault is not None:
            return "fault"
        if self.status is None or self.status >= 500:
            return "failed"
        if isinstance(self.refusal, NotMocked):
            return "not_mocked"
        return "refused" if self.status >= 400 else "valid"

    def as_json(self, redaction: Redaction) -> dict[str, Any]:
        """Return the entry as JSON, without headers and response; secrets are masked."""
        moment = datetime.fromtimestamp(self.at, UTC)
        return {
            "number": self.number,
            "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "method": self.method,
            "path": mask_text(self.path),
            "query": redaction.mask(_pairs(self.query_string.decode("latin-1"))),
            "operation": self.operation,
            "parameters": {name: mask_text(one) for name, one in self.parameters.items()},
            "login": self.login,
            "application": self.caller.application["client_id"] if self.caller else None,
            "body": self._body(redaction),
            "size": self.size,
            "verdict": self.verdict,
            "status": self.status,
            "reason": mask_text(self.reason) if self.reason else None,
            "word": self.refusal.code if self.refusal else None,
            "fault": self.fault,
            "milliseconds": round(self.seconds * 1000, 3),
        }

    def exchange(self, redaction: Redaction) -> dict[str, Any]:
        """Return the headers and the response as JSON, secrets masked."""
        return {
            # The mapping has them in reverse order.
            "headers": shown_headers(list(self.headers.items())[::-1], redaction),
            "response": self._response(self.response, redaction) if self.response else None,
        }

    def _response(self, response: NotedResponse, redaction: Redaction) -> dict[str, Any]:
        headers = response_headers(self, response, response.size)
        return {
            "headers": shown_headers(headers, redaction),
            "body": response.content(redaction),
            "size": response.size,
        }

    def _body(self, redaction: Redaction) -> Any:
        """Return a JSON body or the fields of a form, secrets masked; None for any other body."""
        kind = self.headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
        try:
            if kind == b"application/x-www-form-urlencoded":
                return redaction.mask(_pairs(self.body.decode("utf-8")))
            if not self.body or self.size != len(self.body):
                return None
            return redaction.mask(read_json(self.body))
        except ValueError:
            return None


def reason_of(refusal: ApiError | None, detail: str) -> str | None:
    """Join the message to the client and the detail of the journal; None if both are empty."""
    parts = [refusal.message, detail] if refusal else [detail]
    return ": ".join(part for part in parts if part) or None


def _pairs(text: str) -> dict[str, str | list[str]]:
    """Read a query or form by name; repeated names have a list."""
    found = parse_qs(text, keep_blank_values=True)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}
