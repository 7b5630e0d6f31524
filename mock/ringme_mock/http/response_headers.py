"""Headers of the API's responses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringme_mock.actions.response import JSON

if TYPE_CHECKING:
    from ringme_mock.actions.request_context import RequestContext
    from ringme_mock.actions.response import Reply
    from ringme_mock.http.cycle import Headers
    from ringme_mock.http.journal_entry import JournalEntry, NotedResponse

_JSON_TYPE = (b"content-type", JSON.encode())
_VARY = (b"vary", b"Origin")


def response_headers(
    request: RequestContext | JournalEntry, reply: Reply | NotedResponse, size: int
) -> Headers:
    """Make the headers of a response with a body of `size` bytes; the journal makes them again."""
    headers = []
    if reply.media_type == JSON:
        headers.append(_JSON_TYPE)
    elif reply.media_type is not None:
        headers.append((b"content-type", reply.media_type.encode("latin-1")))
    # A response without content has no length (RFC 9110 section 8.6).
    if size or reply.status not in (204, 304):
        headers.append((b"content-length", b"%d" % size))
    if reply.headers:
        for name, value in reply.headers.items():
            headers.append((name.lower().encode("latin-1"), value.encode("latin-1")))
    if request.allowance is not None:
        headers += request.allowance.headers()
    if request.applied_preferences:
        headers.append((b"preference-applied", request.applied_preferences.encode("latin-1")))
        headers.append((b"vary", b"Prefer"))
    if b"origin" not in request.headers:
        # Otherwise the CORS middleware adds it.
        headers.append(_VARY)
    return headers
