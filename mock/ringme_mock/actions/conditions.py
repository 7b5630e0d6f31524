"""Conditional requests and ranges of files (RFC 9110 sections 13 and 14)."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace

from ringme_mock.actions.request_context import RequestContext
from ringme_mock.actions.response import Reply

# One range; 100 digits are more than any size has.
_ONE_RANGE = re.compile(r"bytes=\s*([0-9]{0,100})-([0-9]{0,100})\s*", re.IGNORECASE)


def conditional(reply: Reply, request: RequestContext) -> Reply:
    """Add an ETag to a whole file; return 304 if the client has it, or the requested range."""
    tag = f'"{hashlib.sha256(reply.body).hexdigest()[:32]}"'
    if _is_known(request.header(b"if-none-match"), tag):
        return Reply(304, headers={"ETag": tag})
    same = b"if-range" not in request.headers or request.header(b"if-range") == tag
    wanted = request.header(b"range") if request.method == "GET" and same else ""
    return ranged(replace(reply, headers={**(reply.headers or {}), "ETag": tag}), wanted)


def _is_known(condition: str, tag: str) -> bool:
    """Compare a tag with a list of tags, weak ones included; `*` matches every file."""
    known = (one.strip().removeprefix("W/") for one in condition.split(","))
    return any(one in ("*", tag) for one in known)


def ranged(reply: Reply, wanted: str) -> Reply:
    """Return the range of a file that a Range header requests, or 416.

    Several ranges and invalid ones are ignored, so the whole file is returned.
    """
    whole = {**(reply.headers or {}), "Accept-Ranges": "bytes"}
    size = len(reply.body)
    span = _span(wanted, size)
    if span is None:
        return replace(reply, headers=whole)
    first, last = span
    if first >= size or last < first:
        return Reply(416, headers={**whole, "Content-Range": f"bytes */{size}"})
    headers = {**whole, "Content-Range": f"bytes {first}-{last}/{size}"}
    return replace(reply, status=206, body=reply.body[first : last + 1], headers=headers)


def _span(wanted: str, size: int) -> tuple[int, int] | None:
    """Return first and last index of a single range; None for anything else.

    An empty range begins at `size`, so that it cannot be satisfied.
    """
    match = _ONE_RANGE.fullmatch(wanted)
    if match is None or match[1] == match[2] == "":
        return None
    if not match[1]:
        length = int(match[2])
        return (max(0, size - length), size - 1) if length else (size, size)
    first, last = int(match[1]), int(match[2] or size)
    if match[2] and last < first:
        return None
    return first, min(last, size - 1)
