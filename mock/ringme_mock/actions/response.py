"""The response of an action."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

JSON = "application/json"
# `json.dumps` would make one for each answer.
_encode = json.JSONEncoder(ensure_ascii=False).encode


@dataclass(slots=True)
class Reply:
    """A finished answer: status, body, media type (None without a body), further headers."""

    status: int
    body: bytes = b""
    media_type: str | None = None
    headers: Mapping[str, str] | None = None


def json_reply(status: int, value: Any, headers: Mapping[str, str] | None = None) -> Reply:
    """An answer in JSON, spaced as the documentation prints it."""
    return Reply(status, json_bytes(value), JSON, headers)


def json_bytes(value: Any) -> bytes:
    """A value as the API writes it."""
    return json_text(value).encode("utf-8")


def json_text(value: Any) -> str:
    """The same before it is bytes."""
    # The encoder of the library takes a while to be set up, which the commonest values do without.
    if value is None:
        return "null"
    return repr(value) if type(value) is int else _encode(value)
