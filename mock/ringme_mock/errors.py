"""Errors of the API, as exceptions."""

from __future__ import annotations

from dataclasses import dataclass, field

from ringme_spec.collections import CollectionRule
from ringme_spec.redaction import mask_text

NO_STORE = {"Cache-Control": "no-store"}


@dataclass
class ApiError(Exception):
    """Refusal of a request: status of the response, message for people, error code for programs.

    `headers` are additional headers of the response. Source: contract section 2.
    """

    status: int
    message: str
    code: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, str]:
        """Return the JSON object of the response (rule error-body)."""
        body = {"message": self.message}
        if self.code is not None:
            body["status"] = self.code
        return body


class TokenRefused(ApiError):
    """Error of the token endpoint. Source: RFC 6749 section 5.2."""

    def body(self) -> dict[str, str]:
        """Return the JSON object of the response (rule token-errors)."""
        return {"error": self.code or "", "error_description": self.message}


def invalid(message: str) -> ApiError:
    """Make a 400 for a parameter, a body, or a rule; the message names the field."""
    return ApiError(400, message)


def unauthorized() -> ApiError:
    """Make a 401 for a missing, wrong, expired or revoked token."""
    return ApiError(401, "Unauthorized", headers={"WWW-Authenticate": "Bearer"})


def forbidden(code: str, message: str) -> ApiError:
    return ApiError(403, message, code)


def missing(rule: CollectionRule) -> ApiError:
    """Make a 404 for an entry of a collection that a path or a reference does not find."""
    return ApiError(404, rule.missing_message, rule.missing)


def no_route(path: str) -> ApiError:
    return ApiError(404, f"No such path: {mask_text(path)[:200]}")


def method_not_allowed(method: str, allowed: list[str]) -> ApiError:
    text = ", ".join(allowed)
    return ApiError(405, f"method not allowed: {method}; allowed: {text}", headers={"Allow": text})


def unsupported_media_type(expected: str) -> ApiError:
    return ApiError(415, f"Content-Type: must be {expected}")


def too_large(limit: int) -> ApiError:
    """Make a 413 for a body of more bytes than `limit`, the rest of which is not read."""
    return ApiError(413, f"body: must have at most {limit} bytes", headers={"Connection": "close"})


def too_many_requests() -> ApiError:
    """Make a 429 for a client that has used up its requests of this hour."""
    return ApiError(429, "Too many requests", "rate_limit_exceeded")


def token_refused(status: int, error: str, description: str) -> TokenRefused:
    """Make an error of the token endpoint, which no cache may keep."""
    return TokenRefused(status, description, error, dict(NO_STORE))
