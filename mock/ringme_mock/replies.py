"""Answers, and the one place where errors become answers."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field
from typing import Any

from connexion.exceptions import ProblemException
from connexion.lifecycle import ConnexionRequest, ConnexionResponse
from starlette.exceptions import HTTPException

from ringme_mock.errors import ApiError, no_route, unauthorized

logger = logging.getLogger(__name__)

JSON = "application/json"


@dataclass(frozen=True)
class Reply:
    """A finished answer: status, body, media type (None without a body), further headers."""

    status: int
    body: bytes = b""
    media_type: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


def json_reply(status: int, value: Any, headers: dict[str, str] | None = None) -> Reply:
    """An answer in JSON, spaced as the documentation prints it."""
    body = json.dumps(value, ensure_ascii=False).encode("utf-8")
    return Reply(status, body, JSON, headers or {})


async def answer_error(_request: ConnexionRequest, error: Exception) -> ConnexionResponse:
    """Shapes any error into the answer that the API gives (rule error-body).

    Connexion calls it for whatever is raised in any layer, its own errors included.
    """
    refused = _as_api_error(error)
    return ConnexionResponse(
        status_code=refused.status,
        mimetype=JSON,
        body=json.dumps(refused.body(), ensure_ascii=False).encode("utf-8"),
        headers=refused.headers,
    )


def _as_api_error(error: Exception) -> ApiError:
    if isinstance(error, ApiError):
        return error
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == 401:
        return unauthorized()
    if status == 404:
        return no_route("")
    if status < 500:
        detail = error.detail if isinstance(error, HTTPException) else None
        title = error.title if isinstance(error, ProblemException) else None
        return ApiError(status, str(detail or title or "Refused"))
    logger.error("a request failed", exc_info=error)
    return ApiError(500, "The mock failed; its log says how")
