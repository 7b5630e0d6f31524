"""Secrets that are made and compared."""

from __future__ import annotations

import hmac
import secrets
import string

_SIGNS = string.ascii_letters + string.digits


def new_text() -> str:
    """A token, a code, a login: nobody guesses it."""
    return "".join(secrets.choice(_SIGNS) for _ in range(30))


def same(one: str, other: str) -> bool:
    """Whether a secret is right."""
    return hmac.compare_digest(one.encode(), other.encode(errors="replace"))
