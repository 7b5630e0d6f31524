"""Creation and comparison of secrets."""

from __future__ import annotations

import hmac
import secrets
import string

_SIGNS = string.ascii_letters + string.digits


def new_text() -> str:
    """A random token, code or session id."""
    return "".join(secrets.choice(_SIGNS) for _ in range(30))


def same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode(errors="replace"))
