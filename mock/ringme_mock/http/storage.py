"""Stored files, which need no token."""

from __future__ import annotations

from ringme_mock.actions.media import FILE_HEADERS, STORAGE_PATH, file_reply
from ringme_mock.actions.response import Reply
from ringme_mock.http.request_context import RequestContext
from ringme_mock.http.urls import decoded

_MISSING = Reply(404, b"There is no such file.\n", "text/plain; charset=utf-8", FILE_HEADERS)
_PREFIX = f"{STORAGE_PATH}/"


def find_file(request: RequestContext) -> Reply | None:
    """Respond with the file of a path below the storage; None for any other path."""
    if not request.raw_path.startswith(_PREFIX) or request.method not in ("GET", "HEAD"):
        return None
    names = [decoded(name) for name in request.raw_path.removeprefix(_PREFIX).split("/")]
    store = request.session.state.store
    collection = store.collections.get(names[0])
    if len(names) != 2 or collection is None or collection.rule.content is None:
        return _MISSING
    entry = collection.get(names[1])
    return file_reply(store, collection.rule, entry) if entry is not None else _MISSING
