"""Answers, and the one place where errors become answers."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connexion.exceptions import ProblemException
from connexion.lifecycle import ConnexionRequest, ConnexionResponse
from starlette.exceptions import HTTPException

from ringme_mock.errors import ApiError, no_route, unauthorized

logger = logging.getLogger(__name__)

JSON = "application/json"
# `json.dumps` would make one for each answer.
_encode = json.JSONEncoder(ensure_ascii=False).encode


@dataclass(slots=True)
class Reply:
    """A finished answer: status, body, media type (None without a body), further headers."""

    status: int
    body: bytes = b""
    media_type: str | None = None
    headers: Mapping[str, str] | None = None


def json_reply(status: int, value: Any, headers: Mapping[str, str] | None = None) -> Reply:
    """An answer in JSON, spaced as the documentation prints it."""
    return Reply(status, json_bytes(value), JSON, headers)


def json_bytes(value: Any) -> bytes:
    """A value as the API writes it."""
    return json_text(value).encode("utf-8")


def json_text(value: Any) -> str:
    """The same before it is bytes."""
    # The encoder of the library takes a while to be set up, which the commonest values do without.
    if value is None:
        return "null"
    return repr(value) if type(value) is int else _encode(value)


def error_reply(error: ApiError) -> Reply:
    """The answer of a refusal (rule error-body)."""
    return json_reply(error.status, error.body(), error.headers)


def as_api_error(error: Exception) -> ApiError:
    """What the API says of any error; one that nobody meant goes to the log."""
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


async def answer_error(_request: ConnexionRequest, error: Exception) -> ConnexionResponse:
    """The same for the pages: Connexion calls it for whatever is raised in any layer."""
    refused = as_api_error(error)
    return ConnexionResponse(
        status_code=refused.status,
        mimetype=JSON,
        body=json_bytes(refused.body()),
        headers=refused.headers,
    )
