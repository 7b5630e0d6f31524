"""Error handlers: any exception becomes a response of the API."""

from __future__ import annotations

import logging

from starlette.exceptions import HTTPException

from ringme_mock.actions.request_context import RequestContext
from ringme_mock.actions.response import JSON, Reply, json_reply
from ringme_mock.errors import ApiError, no_route, unauthorized
from ringme_mock.http.connexion_parts import (
    ConnexionRequest,
    ConnexionResponse,
    ProblemException,
)
from ringme_mock.json_bytes import write_json

logger = logging.getLogger(__name__)


def refuse(request: RequestContext, error: Exception) -> Reply:
    """Make the response to a refusal, and note the refusal on the request (rule error-body)."""
    request.refusal = refusal = as_api_error(error)
    # The journal keeps the refusal, and would keep the frames of the traceback alive.
    refusal.__traceback__ = refusal.__context__ = None
    return json_reply(refusal.status, refusal.body(), refusal.headers)


def as_api_error(error: Exception) -> ApiError:
    """Convert any exception to an ApiError; an unexpected one is logged and becomes a 500."""
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
    return ApiError(500, "Internal error of the mock; see its log")


async def handle_error(_request: ConnexionRequest, error: Exception) -> ConnexionResponse:
    """Handle exceptions of pages; the signature is that of Connexion's error handlers."""
    refused = as_api_error(error)
    return ConnexionResponse(
        status_code=refused.status,
        mimetype=JSON,
        body=write_json(refused.body()),
        headers=refused.headers,
    )
