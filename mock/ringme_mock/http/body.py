"""Request bodies: from bytes to a checked JSON object."""

from __future__ import annotations

import io
import logging
from typing import Any
from urllib.parse import parse_qsl

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import Field, parse_form

from ringme_mock.actions.request_context import RequestContext
from ringme_mock.actions.response import JSON
from ringme_mock.errors import (
    NO_STORE,
    ApiError,
    TokenRefused,
    invalid,
    token_refused,
    too_large,
    unsupported_media_type,
)
from ringme_mock.http.cycle import Cycle
from ringme_mock.json_bytes import DEEPEST, read_json
from ringme_spec.operations import Body

# The response names the problem, so the log need not.
logging.getLogger("python_multipart").setLevel(logging.CRITICAL)

# Limit in bytes.
LONGEST_BODY = 1_048_576
# Digits of a Content-Length; longer ones are not converted.
_SHORT_NUMBER = 12
_JSON = JSON.encode()


async def read_bytes(request: RequestContext, limit: int = LONGEST_BODY) -> bytes:
    """Read the body. Raises the 413 as soon as more than `limit` bytes are announced or read."""
    length = request.headers.get(b"content-length", b"")
    if len(length) > _SHORT_NUMBER or (length.isdigit() and int(length) > limit):
        raise too_large(limit)
    own = getattr(request.receive_part, "__self__", None)
    whole = own.take_body() if isinstance(own, Cycle) else None
    if whole is None:
        return await _receive_bytes(request, limit)
    request.keep(whole)
    if len(whole) > limit:
        raise too_large(limit)
    return whole


async def _receive_bytes(request: RequestContext, limit: int) -> bytes:
    parts = []
    size = 0
    while True:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            # The part that arrived could be valid JSON.
            raise invalid("body: is shorter than Content-Length")
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise too_large(limit)
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def media_type(request: RequestContext) -> str:
    """Return the media type of the body in lower case, or an empty text."""
    return request.header(b"content-type").partition(";")[0].strip().lower()


async def read_object(
    request: RequestContext, body: Body, limit: int = LONGEST_BODY, deepest: int = DEEPEST
) -> dict[str, Any]:
    """Read a JSON object that fits the schema; unknown keys are kept.

    Raises the 415 for another media type or a content encoding, the 413 for more than `limit`
    bytes, and the 400 for anything but JSON of at most `deepest` levels that fits the schema (rule
    body).
    """
    if request.headers.get(b"content-type") != _JSON:
        sent = media_type(request)
        if sent and sent not in body.media_types:
            raise unsupported_media_type(" or ".join(body.media_types))
    coding = request.headers.get(b"content-encoding")
    if coding and coding.lower() != b"identity":
        raise unsupported_media_type(f"{body.media_types[0]}, not compressed")
    content = await read_bytes(request, limit)
    if not content:
        raise invalid("body: is missing, it must be a JSON object")
    try:
        value = read_json(content, deepest)
    except ValueError as error:
        raise invalid(f"body: {error}") from None
    if not isinstance(value, dict):
        raise invalid("body: must be a JSON object")
    if not body.validator.is_valid(value):
        for field, reason in body.validator.problems(value):
            raise invalid(f"{field or 'body'}: {reason}")
    return value


async def read_form(request: RequestContext, body: Body) -> dict[str, Any]:
    """Read the parameters of the token endpoint from query and form (rule token-in).

    The form has precedence; files in a multipart body are ignored. Raises the errors of RFC 6749.
    """
    given = dict(parse_qsl(request.query.decode("latin-1"), keep_blank_values=True))
    try:
        content = await read_bytes(request)
    except ApiError as error:
        refused = token_refused(error.status, "invalid_request", error.message)
        refused.headers.update(error.headers)
        raise refused from None
    if content:
        sent = media_type(request)
        if sent not in body.media_types:
            expected = " or ".join(body.media_types)
            raise token_refused(415, "invalid_request", f"Content-Type: must be {expected}")
        try:
            given.update(_parse_form(content, request.header(b"content-type")))
        except (FormParserError, ValueError):
            raise token_refused(400, "invalid_request", f"body: is not {sent} in UTF-8") from None
    return given


async def read_page_form(request: RequestContext, body: Body) -> dict[str, Any]:
    """Read the form and the query of a page. Raises the errors of the API."""
    try:
        return await read_form(request, body)
    except TokenRefused as error:
        headers = {name: one for name, one in error.headers.items() if name not in NO_STORE}
        raise ApiError(error.status, error.message, headers=headers) from None


def _parse_form(content: bytes, content_type: str) -> dict[str, str]:
    """Read the fields of a form. Raises ValueError if they are not UTF-8."""
    if not content_type.lower().startswith("multipart/"):
        text = content.decode("utf-8")
        return dict(parse_qsl(text, keep_blank_values=True, errors="strict"))
    given = {}

    def take(field: Field) -> None:
        name, value = field.field_name or b"", field.value or b""
        given[name.decode("utf-8")] = value.decode("utf-8")

    parse_form(
        {"Content-Type": content_type.encode("latin-1")},
        io.BytesIO(content),
        take,
        lambda file: file.close(),
    )
    return given
