"""The errors that the mock responds with."""

from __future__ import annotations

from dataclasses import dataclass, field

from ringme_spec.redaction import mask_text

NO_STORE = {"Cache-Control": "no-store"}


@dataclass
class ApiError(Exception):
    """A refused request: the code of the answer, a sentence for people, a word for programs.

    `headers` are those that the refusal needs beside the ones that every answer has. Source:
    contract section 2.
    """

    status: int
    message: str
    word: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, str]:
        """The JSON object of the answer (rule error-body)."""
        body = {"message": self.message}
        if self.word is not None:
            body["status"] = self.word
        return body


class TokenRefused(ApiError):
    """An error of the token endpoint, as RFC 6749 section 5.2 writes it."""

    def body(self) -> dict[str, str]:
        """The JSON object of the answer (rule token-errors)."""
        body = {"error": self.word or ""}
        body["error_description"] = self.message
        return body


def invalid(message: str) -> ApiError:
    """A 400 for a parameter, a body, or a rule of the operation; the message names the field."""
    return ApiError(400, message)


def unauthorized() -> ApiError:
    """A 401 for a missing, wrong, expired or revoked token."""
    return ApiError(401, "Unauthorized", headers={"WWW-Authenticate": "Bearer"})


def forbidden(word: str, message: str) -> ApiError:
    """A 403 with its status word."""
    return ApiError(403, message, word)


def missing(collection: str, word: str | None) -> ApiError:
    """A 404 for an entry that is not where the path, or a reference, looks for it."""
    return ApiError(404, f"No such {collection.replace('_', ' ')}", word)


def no_route(path: str) -> ApiError:
    """A 404 for a path that the document does not have."""
    return ApiError(404, f"No such path: {mask_text(path)[:200]}")


def method_not_allowed(method: str, allowed: list[str]) -> ApiError:
    """A 405 for a method that the path does not have, with those that it has."""
    text = ", ".join(allowed)
    return ApiError(405, f"{method} is not possible here, but {text}", headers={"Allow": text})


def unsupported_media_type(expected: str) -> ApiError:
    """A 415 for a body of another kind than `expected`."""
    return ApiError(415, f"Content-Type: must be {expected}")


def too_large(limit: int) -> ApiError:
    """A 413 for a body of more bytes than `limit`; what is left of it is not read."""
    return ApiError(413, f"body: must have at most {limit} bytes", headers={"Connection": "close"})


def too_many_requests() -> ApiError:
    """A 429 for a client whose requests of this hour are used up."""
    return ApiError(429, "Too many requests", "rate_limit_exceeded")


def token_refused(status: int, error: str, description: str) -> TokenRefused:
    """An error of the token endpoint, which no cache may keep."""
    return TokenRefused(status, description, error, dict(NO_STORE))
