"""Requests exactly as written: only Host and Content-Length are added."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import orjson

from support.timeouts import TIMEOUT

_BOUNDARY = "------------------------5cc1bc6f6f3cd6d0"


@dataclass(frozen=True)
class Reply:
    """Response; header names are case-insensitive, `content` is decompressed."""

    status: int
    headers: Message
    content: bytes

    def json(self) -> Any:
        return orjson.loads(self.content)


def send(origin: str, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
    """Send one request; return its response."""
    connection = HTTPConnection(urlsplit(origin).netloc, timeout=TIMEOUT)
    try:
        connection.putrequest(method, target, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        if body or method in ("POST", "PUT"):
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        response = connection.getresponse()
        content = response.read()
    finally:
        connection.close()
    if response.headers.get("Content-Encoding") == "gzip":
        content = gzip.decompress(content)
    return Reply(response.status, response.headers, content)


def multipart(fields: Mapping[str, str]) -> tuple[str, bytes]:
    """Return Content-Type and body of a form, as curl sends an array of fields."""
    parts = "".join(
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    return f"multipart/form-data; boundary={_BOUNDARY}", f"{parts}--{_BOUNDARY}--\r\n".encode()
