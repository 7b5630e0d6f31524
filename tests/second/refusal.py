"""Refusals of requests."""

from __future__ import annotations


class Refusal(Exception):
    """A response of 4xx: its status, a message, and the error code, if any."""

    def __init__(self, code: int, message: str, word: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.word = word


class TokenRefusal(Exception):
    """An error of the token endpoint, as in RFC 6749."""

    def __init__(self, code: int, error: str) -> None:
        super().__init__(error)
        self.code = code
        self.error = error


def broken(field: str, what: str) -> Refusal:
    """An invalid parameter or key."""
    return Refusal(400, f"{field}: must {what}")


def denied() -> Refusal:
    """An existing entry that the caller may not access."""
    return Refusal(403, "Access denied", "access_denied")


def missing(kind: str) -> Refusal:
    """An entry that is not where the path looks for it."""
    return Refusal(404, f"There is no such {kind.replace('_', ' ')}", f"{kind}_not_found")


def unauthorized() -> Refusal:
    """No valid token."""
    return Refusal(401, "Unauthorized")


def blocked() -> Refusal:
    """A blocked user, or a user of a blocked client."""
    return Refusal(403, "The user is blocked", "user_blocked")
