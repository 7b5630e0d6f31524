"""Damaged responses."""

from __future__ import annotations

DROP = "drop"
TRUNCATE = "truncate"
MALFORMED = "malformed"


def malformed(body: bytes) -> bytes:
    """Cut a body so that it is no JSON."""
    return body[: len(body) // 2] + b'{"'
