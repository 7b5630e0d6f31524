"""Response of an action."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

JSON = "application/json"


@dataclass(slots=True)
class Reply:
    """Complete response: status, body, media type (None without a body), further headers."""

    status: int
    body: bytes = b""
    media_type: str | None = None
    headers: Mapping[str, str] | None = None


def json_reply(status: int, value: Any, headers: Mapping[str, str] | None = None) -> Reply:
    return Reply(status, orjson.dumps(value), JSON, headers)
