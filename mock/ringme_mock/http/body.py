"""Request bodies: from bytes to a checked JSON object."""

from __future__ import annotations

import io
import logging
from typing import Any
from urllib.parse import parse_qsl

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import Field, parse_form

from ringme_mock.actions.response import JSON
from ringme_mock.errors import ApiError, invalid, token_refused, too_large, unsupported_media_type
from ringme_mock.http.context import RequestContext
from ringme_mock.json_input import DEEPEST, read_json
from ringme_spec.operations import Body

# What is wrong with a form goes into the answer, and need not go to the terminal as well.
logging.getLogger("python_multipart").setLevel(logging.CRITICAL)

# The most bytes that a body of the API may have.
LONGEST_BODY = 1_048_576
# No length that is written with more digits is one that is taken.
_SHORT_NUMBER = 12
_JSON = JSON.encode()


async def read_bytes(request: RequestContext, limit: int = LONGEST_BODY) -> bytes:
    """All bytes of a request's body, with or without a Content-Length.

    Raises the 413 for more than `limit`, as soon as that is known.
    """
    whole = _take_bytes(request, limit)
    return await _receive_bytes(request, limit) if whole is None else whole


def _take_bytes(request: RequestContext, limit: int) -> bytes | None:
    """All bytes if they can be had at once; None where their parts must be received."""
    length = request.headers.get(b"content-length", b"")
    if len(length) > _SHORT_NUMBER or (length.isdigit() and int(length) > limit):
        raise too_large(limit)
    whole = request.take_whole()
    if whole is not None and len(whole) > limit:
        raise too_large(limit)
    return whole


async def _receive_bytes(request: RequestContext, limit: int) -> bytes:
    """All bytes, in the parts in which they come."""
    parts = []
    size = 0
    while True:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            # Half a body may well be JSON, but it is not what the client meant to send.
            raise invalid("body: ended before its length")
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise too_large(limit)
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def media_type(request: RequestContext) -> str:
    """The media type of a request in lower case, or nothing where it does not say."""
    return request.header(b"content-type").partition(";")[0].strip().lower()


async def read_object(
    request: RequestContext, body: Body, limit: int = LONGEST_BODY, deepest: int = DEEPEST
) -> dict[str, Any]:
    """The JSON object that a request carries, checked against the schema of the operation.

    It still holds keys that the schema does not know. Raises the 415 for another media type or
    an encoding, the 413 for more than `limit` bytes, and the 400 that names the field, or what is
    wrong with the JSON, which may have `deepest` levels (rule body).
    """
    if request.headers.get(b"content-type") != _JSON:
        sent = media_type(request)
        if sent and sent not in body.media_types:
            raise unsupported_media_type(" or ".join(body.media_types))
    coding = request.headers.get(b"content-encoding")
    if coding and coding.lower() != b"identity":
        raise unsupported_media_type(f"{body.media_types[0]}, not compressed")
    # As `read_bytes` does: one coroutine less for a body that is there, as nearly every one is.
    content = _take_bytes(request, limit)
    if content is None:
        content = await _receive_bytes(request, limit)
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
    """The parameters of the token endpoint, from the query and from a form (rule token-in).

    Where both have one, the form counts. Files in a multipart body are passed over. Raises the
    errors of RFC 6749.
    """
    given = dict(parse_qsl(request.query.decode("latin-1"), keep_blank_values=True))
    content = await _read_form_bytes(request)
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


async def _read_form_bytes(request: RequestContext) -> bytes:
    try:
        return await read_bytes(request)
    except ApiError as error:
        refused = token_refused(error.status, "invalid_request", error.message)
        refused.headers.update(error.headers)
        raise refused from None


def _parse_form(content: bytes, content_type: str) -> dict[str, str]:
    """The fields of a form. Raises ValueError for bytes that are no text."""
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
