"""Errors of the API, as exceptions."""

from __future__ import annotations

from dataclasses import dataclass, field

from ringme_spec.collections import CollectionRule
from ringme_spec.redaction import mask_text

NO_STORE = {"Cache-Control": "no-store"}


@dataclass
class ApiError(Exception):
    """Refusal: status, message for people, error code for programs, further response headers."""

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


class NotMocked(ApiError):
    """Refusal of a path that the service is known to have, but the document has not."""


class TokenRefused(ApiError):
    """Error of the token endpoint (RFC 6749 section 5.2)."""

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
    """Make a 404 for a key in a path or a reference without an entry."""
    return ApiError(404, rule.missing_message, rule.missing)


def no_route(path: str, near: str = "") -> ApiError:
    """Make a 404 for an unknown path; `near` is a path that may have been meant."""
    hint = f"; did you mean {mask_text(near)[:200]}?" if near else ""
    return ApiError(404, f"No such path: {mask_text(path)[:200]}{hint}")


def not_mocked(template: str, about: str) -> NotMocked:
    """Make a 404 for a path of the service that is not in the document (rule known-paths)."""
    return NotMocked(404, f"The service has this resource, the mock does not: {template} ({about})")


def method_not_allowed(method: str, allowed: list[str]) -> ApiError:
    text = ", ".join(allowed)
    return ApiError(405, f"method not allowed: {method}; allowed: {text}", headers={"Allow": text})


def unsupported_media_type(expected: str) -> ApiError:
    return ApiError(415, f"Content-Type: must be {expected}")


def too_large(limit: int) -> ApiError:
    """Make a 413 for a body of more than `limit` bytes, the rest of which is not read."""
    return ApiError(413, f"body: must have at most {limit} bytes", headers={"Connection": "close"})


def too_many_requests(seconds: int) -> ApiError:
    """Make a 429 for a client over its rate limit, which is reset in `seconds`."""
    headers = {"Retry-After": str(max(1, seconds))}
    return ApiError(429, "Too many requests", "rate_limit_exceeded", headers)


def token_refused(status: int, error: str, description: str) -> TokenRefused:
    """Make an error of the token endpoint, which must not be cached."""
    return TokenRefused(status, description, error, dict(NO_STORE))
