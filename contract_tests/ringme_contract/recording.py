"""Recording of requests and responses, so that a report can prove a verdict."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field

import httpx

from ringme_spec.redaction import MASK, Redaction

_BODY_LIMIT = 4000


@dataclass(frozen=True)
class Exchange:
    """One request and its response, secrets masked, long bodies cut.

    `problems` are the differences between the response and the document.
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

    def curl(self) -> str:
        """The request as a command line; the token has to be put in."""
        parts = ["curl", "-i"]
        if self.method != "GET":
            parts += ["-X", self.method]
        parts.append(self.url)
        for name, value in self.request_headers.items():
            parts += ["-H", f"{name}: {value}"]
        if self.request_body:
            parts += ["--data-binary", self.request_body]
        line = " ".join(shlex.quote(part) for part in parts)
        # The shell fills in the token that the mask stands for.
        return line.replace(f"'Authorization: Bearer {MASK}'", '"Authorization: Bearer $TOKEN"')


def record(
    identity: str,
    response: httpx.Response,
    operation: str | None,
    problems: list[str],
    redaction: Redaction,
) -> Exchange:
    request = response.request
    return Exchange(
        identity=identity,
        method=request.method,
        url=redaction.mask_text(str(request.url)),
        request_headers={
            name.title(): _mask_header(name, value)
            for name, value in request.headers.items()
            if name in ("authorization", "content-type", "content-encoding")
        },
        request_body=_text(_content(request), redaction),
        status=response.status_code,
        response_headers={
            name: MASK if name == "set-cookie" else redaction.mask_text(value)
            for name, value in response.headers.items()
        },
        response_body=_text(response.content, redaction),
        seconds=response.elapsed.total_seconds(),
        operation=operation,
        problems=[redaction.mask_text(one) for one in problems],
    )


def _mask_header(name: str, value: str) -> str:
    if name != "authorization":
        return value
    kind, _, _ = value.partition(" ")
    return f"{kind} {MASK}"


def _content(request: httpx.Request) -> bytes:
    try:
        return request.content
    except httpx.RequestNotRead:
        return b"(streamed)"


def _text(content: bytes, redaction: Redaction) -> str:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return f"({len(content)} bytes that are no text)"
    # Masked before it is cut: half a secret is not known for one.
    shown = redaction.mask_text(text[: 2 * _BODY_LIMIT])
    if len(text) > _BODY_LIMIT:
        return f"{shown[:_BODY_LIMIT]} ... ({len(text)} characters)"
    return shown
