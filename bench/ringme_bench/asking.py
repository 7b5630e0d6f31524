"""Single requests, asked outside of what is measured."""

from __future__ import annotations

import json
from http.client import HTTPConnection, HTTPException
from typing import Any

from ringme_bench.errors import BenchError
from ringme_bench.request import HOST, Request

_PATIENCE = 120.0


def ask(port: int, request: Request) -> bytes:
    """The body of the answer. Raises BenchError if it has another status, or does not come."""
    try:
        connection = HTTPConnection(HOST, port, timeout=_PATIENCE)
        try:
            connection.request(
                request.method, request.path, request.body or None, dict(request.headers)
            )
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
    except (OSError, HTTPException) as error:
        raise BenchError(f"{request.method} {request.path}: no answer: {error}") from None
    if answer.status != request.status:
        raise BenchError(
            f"{request.method} {request.path}: answered with {answer.status}, not"
            f" {request.status}: {content[:300].decode('utf-8', 'replace')}"
        )
    return content


def ask_json(port: int, request: Request) -> Any:
    """The JSON of the answer; None if there is no body. Raises BenchError as `ask` does."""
    content = ask(port, request)
    return json.loads(content) if content else None
