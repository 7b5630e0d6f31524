"""The head of a request: what it must say, and the refusal of one that does not."""

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
# What belongs to an offer to go on in another protocol.
_OFFER = frozenset((b"upgrade", b"http2-settings"))


class Refused(Exception):
    """A request that is none, or takes up too much: a status, and a sentence for people."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self._status = status
        self._message = message

    def response(self) -> bytes:
        """The response to it, behind which the connection ends."""
        body = json.dumps({"message": self._message}).encode()
        head = (
            f"HTTP/1.1 {self._status} {HTTPStatus(self._status).phrase}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n"
            "connection: close\r\n\r\n"
        )
        return head.encode() + body


def read_target(target: bytes) -> tuple[str, bytes, bytes]:
    """Path, raw path and query of a request. Raises Refused for what is no URL."""
    # A page requests the same things again and again. Long ones are not to fill the memory.
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
    """Raises Refused for a head that leaves open for whom it is, or where its body ends."""
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
    """Whether the client waits for a 100 before it sends the body."""
    return any(name == b"expect" and value.lower() == b"100-continue" for name, value in headers)


def without_offer(method: bytes, target: bytes, version: str, headers: Headers) -> bytes:
    """The bytes of a head without its offer to go on in another protocol."""
    lines = [method + b" " + target + f" HTTP/{version}".encode()]
    for name, value in headers:
        if name == b"connection":
            tokens = [token.strip() for token in value.split(b",")]
            value = b", ".join(token for token in tokens if token.lower() not in _OFFER)
        if name not in _OFFER:
            lines.append(name + b": " + value)
    return b"\r\n".join([*lines, b"", b""])
