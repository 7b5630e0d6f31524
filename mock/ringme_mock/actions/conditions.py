"""Files on a condition: unless the client has it, a part if it is the same (RFC 9110, 13)."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from ringme_mock.actions.byte_ranges import ranged
from ringme_mock.actions.request_context import RequestContext
from ringme_mock.actions.response import Reply


def conditional(reply: Reply, request: RequestContext) -> Reply:
    """Give a whole file its ETag; return 304 if the client has it, or the part that it wants."""
    tag = f'"{hashlib.sha256(reply.body).hexdigest()[:32]}"'
    if _is_known(request.header(b"if-none-match"), tag):
        return Reply(304, headers={"ETag": tag})
    same = b"if-range" not in request.headers or request.header(b"if-range") == tag
    wanted = request.header(b"range") if request.method == "GET" and same else ""
    return ranged(replace(reply, headers={**(reply.headers or {}), "ETag": tag}), wanted)


def _is_known(condition: str, tag: str) -> bool:
    """Compare with a list of tags, weak ones too; `*` is for any file."""
    known = (one.strip().removeprefix("W/") for one in condition.split(","))
    return any(one in ("*", tag) for one in known)
