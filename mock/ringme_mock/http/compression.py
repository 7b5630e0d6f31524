"""Compression of responses for clients that accept it (rule gzip)."""

from __future__ import annotations

import asyncio
import gzip
from functools import lru_cache

from ringme_mock.actions.request_context import STORAGE, RequestContext
from ringme_mock.actions.response import JSON, Reply
from ringme_mock.http.cycle import Headers

# Bytes of a body from which compression pays off.
SHORTEST = 1024
# Bytes of a body from which a thread compresses it, so that other requests need not wait.
_LONG = 65_536
_LONGEST_HEADER = 200
_NONE_SENT = (204, 206)
_PLAIN = [(b"vary", b"Accept-Encoding")]
_PACKED = [*_PLAIN, (b"content-encoding", b"gzip")]


def is_compressible(request: RequestContext, reply: Reply) -> bool:
    """Tell if the response depends on the encodings that the client accepts."""
    kind = reply.media_type
    return (
        len(reply.body) >= SHORTEST
        and kind is not None
        and (kind == JSON or kind.startswith("text/"))
        and reply.status not in _NONE_SENT
        and not request.raw_path.startswith(STORAGE)
    )


async def compressed(request: RequestContext, body: bytes) -> tuple[bytes, Headers]:
    """Return the body in an encoding that the client accepts, with the headers for it."""
    # Several headers of this name count as one list (RFC 9110 section 5.3).
    given = [value for name, value in request.scope["headers"] if name == b"accept-encoding"]
    if not accepts_gzip(b",".join(given)):
        return body, _PLAIN
    if len(body) < _LONG:
        return _compress(body), _PACKED
    return await asyncio.to_thread(_compress, body), _PACKED


def _compress(body: bytes) -> bytes:
    return gzip.compress(body, compresslevel=6, mtime=0)


def accepts_gzip(header: bytes) -> bool:
    """Read an Accept-Encoding header; `*` does not count, nor gzip with a weight of 0."""
    return _read(header) if len(header) > _LONGEST_HEADER else _read_kept(header)


def _read(header: bytes) -> bool:
    for part in header.lower().split(b","):
        coding, *parameters = (one.strip() for one in part.split(b";"))
        if coding in (b"gzip", b"x-gzip"):
            return not any(_is_no(one) for one in parameters)
    return False


def _is_no(parameter: bytes) -> bool:
    name, _, weight = parameter.partition(b"=")
    return name.strip() == b"q" and not weight.strip().strip(b"0.")


_read_kept = lru_cache(100)(_read)
