"""Recording of requests and responses, as evidence for a verdict."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import httpx

from ringme_spec.redaction import MASK, Redaction

_BODY_LIMIT = 4000
# The longest body in a command line. A longer one is written shorter if one byte repeats.
_LONGEST = 60_000
_RUN = re.compile(rb"(.)\1{999,}", re.DOTALL)
# Headers that curl sets itself; shown only if they differ from the defaults of the kit.
_OF_CLIENT = ("accept", "accept-encoding", "user-agent", "connection")
_OF_CURL = frozenset({"host", "content-length", *_OF_CLIENT})
# A mask becomes a variable of the shell, called by the name before it.
_NAMED_MASK = re.compile(rf"(\w+)(\"?[=:] ?\"?|%22%3A%22){re.escape(MASK)}")


@dataclass(frozen=True)
class Exchange:
    """A request and its response; secrets are masked and long bodies cut.

    `problems` are differences between the response and the document. The status of a request
    without a response is 0. `breaks` tells how the request breaks the connection each time, while
    other requests do not.
    """

    identity: str
    method: str
    url: str
    request_headers: dict[str, str]
    request_body: str
    status: int
    response_headers: dict[str, str]
    response_body: str
    seconds: float
    operation: str | None = None
    problems: list[str] = field(default_factory=list)
    breaks: str = ""

    @property
    def line(self) -> str:
        return f"{self.method} {urlsplit(self.url).path}"

    def mentions(self, text: str) -> bool:
        """True if the request or the response may contain a text, which must need no escape."""
        return any(text in one for one in (self.url, self.request_body, self.response_body))

    def curl(self) -> str:
        """A command line that sends the request; the token has to be filled in."""
        body = self.request_body.encode("utf-8", "replace")
        return curl_line(self.method, self.url, self.request_headers, body, self.request_body)


def first_problem(exchanges: Iterable[Exchange]) -> str | None:
    """The first problem of a response; None if the responses conform."""
    return next((one.problems[0] for one in exchanges if one.problems), None)


class Recording(Exchange):
    """An exchange whose secrets are masked only when it is looked at."""

    _request: httpx.Request
    _redaction: Redaction
    _defaults: httpx.Headers
    _headers: httpx.Headers
    _content: bytes
    _size: int

    def __init__(
        self,
        identity: str,
        request: httpx.Request,
        response: httpx.Response | None,
        redaction: Redaction,
        defaults: httpx.Headers,
        **more: Any,
    ) -> None:
        content = b"" if response is None else response.content
        self.__dict__.update(
            {"operation": None, "problems": [], "breaks": "", **more},
            identity=identity,
            method=request.method,
            status=0 if response is None else response.status_code,
            seconds=0.0 if response is None else response.elapsed.total_seconds(),
            _request=request,
            _redaction=redaction,
            _defaults=defaults,
            _headers=httpx.Headers() if response is None else response.headers,
            # Masked before it is cut: a part of a secret would not be recognised.
            _content=content[: 2 * _BODY_LIMIT],
            _size=len(content),
        )

    __eq__ = object.__eq__
    __hash__ = object.__hash__

    @cached_property
    def url(self) -> str:
        return self._redaction.mask_text(str(self._request.url))

    @cached_property
    def request_headers(self) -> dict[str, str]:
        return {
            name.title(): _mask_header(name, value, self._redaction)
            for name, value in self._request.headers.items()
        }

    @cached_property
    def request_body(self) -> str:
        content = _content(self._request)
        return _text(content[: 2 * _BODY_LIMIT], len(content), self._redaction.mask_text)

    @cached_property
    def response_headers(self) -> dict[str, str]:
        mask = self._redaction.mask_text
        return {
            name: MASK if name == "set-cookie" else mask(value)
            for name, value in self._headers.items()
        }

    @cached_property
    def response_body(self) -> str:
        if not self.status:
            return f"({self.breaks or 'no response'})"
        return _text(self._content, self._size, self._redaction.mask_text)

    def mentions(self, text: str) -> bool:
        # Masking is slow, and most exchanges are never shown.
        raw, request = text.encode(), self._request
        return raw in self._content or raw in _content(request) or text in str(request.url)

    def curl(self) -> str:
        content = _content(self._request)
        plain = content.decode("utf-8", "replace")
        text = self._redaction.mask_text(plain)
        if text != plain:
            # No secret may be in the line, however it is written there.
            content = text.encode("utf-8", "replace")
        headers = self.request_headers
        shown = {name: value for name, value in headers.items() if self._is_own(name.lower())}
        return curl_line(self.method, self.url, shown, content, text)

    def _is_own(self, name: str) -> bool:
        """True for a header that curl would not send by itself in the same way."""
        value = self._request.headers[name]
        if name in _OF_CLIENT:
            return bool(value != self._defaults.get(name))
        if name == "content-length":
            return bool(value == "0")
        if name == "host":
            return bool(value != self._request.url.netloc.decode("ascii"))
        return name not in _OF_CURL


def curl_line(method: str, url: str, headers: dict[str, str], content: bytes, text: str) -> str:
    """A command for a shell that sends the same request; masked secrets become variables."""
    parts = ["curl", "-i"]
    if method == "HEAD":
        parts.append("--head")
    elif method != "GET" or content:
        parts += ["-X", method]
    path = url.partition("?")[0]
    parts += ["--path-as-is"] if "/." in path else []
    parts += ["--globoff"] if re.search(r"[\[\]{}]", url) else []
    parts.append(url)
    names = {name.lower() for name in headers}
    for name, value in headers.items():
        parts += ["-H", f"{name}: {value}" if value else f"{name};"]
    before = ""
    if content:
        if "content-type" not in names:
            parts += ["-H", "Content-Type:"]
        # Without it curl waits for a 100 Continue before it sends a long body.
        parts += ["-H", "Expect:"] if len(content) > _LONGEST and "expect" not in names else []
        before = _piped(content)
        parts += ["--data-binary", "@-" if before else text]
    line = " ".join(shlex.quote(part) for part in parts)
    line = line.replace(f"'Authorization: Bearer {MASK}'", '"Authorization: Bearer $TOKEN"')
    return before + _NAMED_MASK.sub(_variable, line)


def _variable(match: re.Match[str]) -> str:
    name = "TOKEN" if match[1].lower().endswith("access_token") else match[1].upper()
    return f"{match[1]}{match[2]}'\"${name}\"'"


def _piped(content: bytes) -> str:
    """A command that pipes the body into curl; empty if the body can be an argument."""
    if len(content) <= _BODY_LIMIT and b"\0" not in content:
        try:
            content.decode("utf-8")
        except UnicodeDecodeError:
            return f"{_printf(content)} | "
        return ""
    run = _RUN.search(content)
    if run is None:
        return f"{_printf(content)} | " if len(content) <= _LONGEST else "# the body is too long: "
    many = f"head -c {len(run[0])} /dev/zero | tr '\\0' '\\{run[1][0]:03o}'"
    rest = content[run.end() :]
    return f"{{ {_printf(content[: run.start()])}; {many}; {_printf(rest)}; }} | "


def _printf(content: bytes) -> str:
    letters = (chr(one) if chr(one).isalnum() and one < 128 else f"\\{one:03o}" for one in content)
    return f"printf '{''.join(letters)}'"


def _mask_header(name: str, value: str, redaction: Redaction) -> str:
    if name in ("cookie", "proxy-authorization"):
        return MASK
    if name != "authorization":
        return redaction.mask_text(value)
    kind, _, token = value.partition(" ")
    # A made-up token is no secret, and the command needs it to reproduce the request.
    return value if token and redaction.is_harmless(token) else f"{kind} {MASK}"


def _content(request: httpx.Request) -> bytes:
    try:
        return request.content
    except httpx.RequestNotRead:
        return b"(streamed)"


def _text(content: bytes, size: int, mask: Callable[[str], str]) -> str:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        # The cut may be within a character.
        if error.start < len(content) - 3 or size <= len(content):
            return f"({size} bytes, not text)"
        text = content[: error.start].decode("utf-8")
    shown = mask(text)
    return f"{shown[:_BODY_LIMIT]} ... ({size} bytes)" if len(shown) > _BODY_LIMIT else shown
