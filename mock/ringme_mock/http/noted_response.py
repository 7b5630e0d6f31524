"""Response as the journal keeps and shows it, and headers with their secrets masked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ringme_mock.actions.response import JSON
from ringme_mock.json_bytes import read_json
from ringme_spec.redaction import MASK, Redaction

# Bytes of a response that are kept.
RESPONSE_LIMIT = 8192
# What a header takes beside its value.
HEADER_SIZE = 64
_COOKIES = ("cookie", "set-cookie")
# A preference that is none of the mock's: code=404, wait=2, example=NAME.
_PREFERENCE = re.compile(r"([\w.%-]{1,100})=(?!(?<=example=)|[0-9.]{1,6}(?:[;,\s]|$))[^;,\s]+")
_SCHEMES = ("bearer", "basic")


class NotedResponse(NamedTuple):
    """Response before it was compressed; `body` is the beginning of it, of `size` bytes.

    `headers` are its own, without those that follow from the request.
    """

    status: int
    media_type: str | None
    headers: Mapping[str, str] | None
    body: bytes
    size: int

    def content(self, redaction: Redaction) -> Any:
        """Return JSON, or as a text what was cut off of it; None for any other body."""
        if self.media_type != JSON or not self.body:
            return None
        if self.size > len(self.body):
            return redaction.mask_text(self.body.decode("utf-8", "ignore")) + "..."
        try:
            return redaction.mask(read_json(self.body))
        except ValueError:
            return None


def shown_headers(headers: Iterable[tuple[bytes, bytes]], redaction: Redaction) -> dict[str, str]:
    """Return headers by name, secrets masked; of repeated ones all values."""
    found: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        shown = _shown(name, value, redaction)
        name = redaction.mask_text(name)
        found[name] = f"{found[name]}, {shown}" if name in found else shown
    return found


def _shown(name: str, value: str, redaction: Redaction) -> str:
    if name in _COOKIES:
        return MASK
    if redaction.is_secret(name):
        scheme, space, _ = value.partition(" ")
        return f"{scheme} {MASK}" if space and scheme.lower() in _SCHEMES else MASK
    if name == "prefer":
        return _PREFERENCE.sub(f"\\1={MASK}", value)
    # URLs may have secrets in their query.
    before, mark, query = value.partition("?")
    query = redaction.mask_query(query.encode("latin-1"))
    return f"{redaction.mask_text(before)}{mark}{query}"
