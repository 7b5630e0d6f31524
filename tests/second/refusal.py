"""The ways in which a request is refused."""

from __future__ import annotations


class Refusal(Exception):
    """An answer of 4xx: its code, a sentence, and the word for `status` where there is one."""

    def __init__(self, code: int, message: str, word: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.word = word


class TokenRefusal(Exception):
    """A refusal of the token endpoint in the words of RFC 6749."""

    def __init__(self, code: int, error: str) -> None:
        super().__init__(error)
        self.code = code
        self.error = error


def broken(field: str, what: str) -> Refusal:
    """A parameter or key that is not as it must be."""
    return Refusal(400, f"{field}: must {what}")


def denied() -> Refusal:
    """What is there, but out of reach."""
    return Refusal(403, "Access denied", "access_denied")


def missing(kind: str) -> Refusal:
    """What is not where the path looks for it."""
    return Refusal(404, f"There is no such {kind.replace('_', ' ')}", f"{kind}_not_found")


def unauthorized() -> Refusal:
    """No token that is good."""
    return Refusal(401, "Unauthorized")


def blocked() -> Refusal:
    """A user, or the client of a user, that is shut out."""
    return Refusal(403, "The user is blocked", "user_blocked")
