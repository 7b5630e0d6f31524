"""Checks of the head of a request."""

from __future__ import annotations

import json
from functools import lru_cache
from http import HTTPStatus
from urllib.parse import unquote

import httptools

from ringme_mock.http.extension import Headers

INVALID = "Invalid HTTP request received."
_MOST_KEPT = 1000
_LONGEST_KEPT = 500
# Connection options of an offer to upgrade.
_OFFER = frozenset((b"upgrade", b"http2-settings"))


class Refused(Exception):
    """Refusal of an invalid or too large request: status and message."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self._status = status
        self._message = message

    def response(self) -> bytes:
        """Return the bytes of a response after which the connection is closed."""
        body = json.dumps({"message": self._message}).encode()
        head = (
            f"HTTP/1.1 {self._status} {HTTPStatus(self._status).phrase}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n"
            "connection: close\r\n\r\n"
        )
        return head.encode() + body


def read_target(target: bytes) -> tuple[str, bytes, bytes]:
    """Split a target into path, raw path and query. Raises Refused for an invalid one."""
    return _read_kept(target) if len(target) <= _LONGEST_KEPT else _read_target(target)


def _read_target(target: bytes) -> tuple[str, bytes, bytes]:
    if target.startswith(b"/") and b"#" not in target:
        raw_path, _, query = target.partition(b"?")
    else:
        try:
            url = httptools.parse_url(target)
        except httptools.HttpParserInvalidURLError:
            raise Refused(400, INVALID) from None
        raw_path, query = url.path or b"/", url.query or b""
    if not raw_path.isascii():
        raise Refused(400, INVALID)
    return unquote(raw_path.decode("ascii")), raw_path, query


_read_kept = lru_cache(_MOST_KEPT)(_read_target)


def check_head(version: str, headers: Headers) -> None:
    """Raise Refused for a head without one clear host, or without one clear end of the body."""
    names = [name for name, _ in headers]
    hosts = names.count(b"host")
    codings = [value.lower() for name, value in headers if name == b"transfer-encoding"]
    if version not in ("1.1", "1.0"):
        raise Refused(400, f"HTTP/{version} is not supported; use HTTP/1.1")
    if hosts > 1:
        raise Refused(400, "Host: must be given once")
    if not hosts and version == "1.1":
        raise Refused(400, "Host: is missing")
    if codings and (version == "1.0" or codings != [b"chunked"]):
        raise Refused(400, "Transfer-Encoding: must be chunked, and of HTTP/1.1")


def expects_100(headers: Headers) -> bool:
    """Check for a client that waits for a 100 before it sends the body."""
    return any(name == b"expect" and value.lower() == b"100-continue" for name, value in headers)


def without_offer(method: bytes, target: bytes, version: str, headers: Headers) -> bytes:
    """Write a head again, without its offer to upgrade the protocol."""
    lines = [method + b" " + target + f" HTTP/{version}".encode()]
    for name, value in headers:
        if name == b"connection":
            tokens = [token.strip() for token in value.split(b",")]
            value = b", ".join(token for token in tokens if token.lower() not in _OFFER)
        if name not in _OFFER:
            lines.append(name + b": " + value)
    return b"\r\n".join([*lines, b"", b""])
