"""What was asked and what was answered, kept so that a report can prove a verdict."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field

import httpx

MASK = "[masked]"
_SECRET_NAMES = "client_secret|password|refresh_token|access_token"
_SECRETS = (
    re.compile(rf'("(?:{_SECRET_NAMES})"\s*:\s*")[^"]*(")'),
    re.compile(rf"((?:^|[&?])(?:{_SECRET_NAMES})=)[^&\s]*()"),
    re.compile(rf'(name="(?:{_SECRET_NAMES})"\r?\n\r?\n)[^\r\n]*()', re.IGNORECASE),
)
_BODY_LIMIT = 4000


@dataclass(frozen=True)
class Exchange:
    """One request and its answer, secrets masked, long bodies cut.

    `identity` is who asked; `problems` what the answer says that the document does not.
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
    identity: str, response: httpx.Response, operation: str | None, problems: list[str]
) -> Exchange:
    """The evidence of one answered request."""
    request = response.request
    return Exchange(
        identity=identity,
        method=request.method,
        url=mask(str(request.url)),
        request_headers={
            name.title(): _mask_header(name, value)
            for name, value in request.headers.items()
            if name in ("authorization", "content-type", "content-encoding")
        },
        request_body=mask(_text(_content(request))),
        status=response.status_code,
        response_headers=dict(response.headers),
        response_body=mask(_text(response.content)),
        seconds=response.elapsed.total_seconds(),
        operation=operation,
        problems=problems,
    )


def mask(text: str) -> str:
    """A text without the values of secrets."""
    for pattern in _SECRETS:
        text = pattern.sub(rf"\1{MASK}\2", text)
    return text


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


def _text(content: bytes) -> str:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return f"({len(content)} bytes that are no text)"
    if len(text) > _BODY_LIMIT:
        return f"{text[:_BODY_LIMIT]} ... ({len(text)} characters)"
    return text
