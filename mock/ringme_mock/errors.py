"""The errors that the mock answers with, and the errors that keep it from starting."""

from __future__ import annotations

from dataclasses import dataclass, field

NO_STORE = {"Cache-Control": "no-store"}


class StartError(Exception):
    """Why the mock cannot start, in one line that names the file and what is wrong in it."""


@dataclass
class ApiError(Exception):
    """A refused request.

    `body` is the JSON object of the answer; `headers` are those that the refusal needs beside
    the ones that every answer has. Source: contract section 2.
    """

    status: int
    body: dict[str, object]
    headers: dict[str, str] = field(default_factory=dict)


def invalid(message: str) -> ApiError:
    """A 400 for a parameter, a body, or a rule of the operation; the message names the field."""
    return ApiError(400, {"message": message})


def unauthorized() -> ApiError:
    """A 401 for a missing, wrong, expired or revoked token."""
    return ApiError(401, {"message": "Unauthorized"}, {"WWW-Authenticate": "Bearer"})


def forbidden(status: str, message: str) -> ApiError:
    """A 403 with its status word."""
    return ApiError(403, {"message": message, "status": status})


def missing(collection: str, status: str | None) -> ApiError:
    """A 404 for an entry that is not where the path, or a reference, looks for it."""
    body: dict[str, object] = {"message": f"No such {collection.replace('_', ' ')}"}
    if status is not None:
        body["status"] = status
    return ApiError(404, body)


def no_route(path: str) -> ApiError:
    """A 404 for a path that the document does not have."""
    return ApiError(404, {"message": f"No such path: {path[:200]}"})


def method_not_allowed(method: str, allowed: list[str]) -> ApiError:
    """A 405 for a method that the path does not have, with those that it has."""
    text = ", ".join(allowed)
    return ApiError(405, {"message": f"{method} is not possible here, but {text}"}, {"Allow": text})


def unsupported_media_type(expected: str) -> ApiError:
    """A 415 for a body of another kind than `expected`."""
    return ApiError(415, {"message": f"Content-Type: must be {expected}"})


def too_many_requests() -> ApiError:
    """A 429 for a client whose requests of this hour are used up."""
    return ApiError(429, {"message": "Too many requests", "status": "rate_limit_exceeded"})


def token_refused(status: int, error: str, description: str) -> ApiError:
    """An error of the token endpoint, as RFC 6749 section 5.2 writes it."""
    return ApiError(status, {"error": error, "error_description": description}, dict(NO_STORE))
