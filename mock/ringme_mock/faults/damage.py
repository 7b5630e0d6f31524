"""How an answer can arrive damaged."""

from __future__ import annotations

DROP = "drop"
TRUNCATE = "truncate"
MALFORMED = "malformed"


def malformed(body: bytes) -> bytes:
    """What is JSON no more, whatever it was before."""
    return body[: len(body) // 2] + b'{"'
