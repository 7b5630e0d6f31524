"""JSON as the mock writes it."""

from __future__ import annotations

from typing import Any

import orjson


def json_body(value: Any) -> bytes:
    """Write a response's body; its line ends, so that a terminal goes on in a line of its own."""
    return orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)
