"""Faults in how the bodies of requests are read."""

from __future__ import annotations

import json
import re

from ringme_contract.proof.interception import Answered, Asked
from ringme_contract.proof.patches_requests import broken, refusal
from ringme_contract.proof.site import Site, patch


@patch
def content_type_needs_body(site: Site) -> None:
    """A GET or DELETE that names a media type has to have a body."""

    def before(asked: Asked) -> Answered | None:
        if asked.method in ("GET", "DELETE") and asked.header("content-type") and not asked.body:
            return refusal(400, "body: is missing")
        return None

    site.before(before)


@patch
def any_media_type(site: Site) -> None:
    """The media type of a body does not matter."""

    def before(asked: Asked) -> None:
        if asked.body and asked.action != "token":
            asked.set_header("content-type", "application/json")

    site.before(before)


@patch
def list_as_empty_object(site: Site) -> None:
    """A body that is a list counts as an object with nothing in it."""

    def before(asked: Asked) -> None:
        if asked.body[:1] == b"[" and asked.action != "token":
            asked.set_fields({})

    site.before(before)


@patch
def latin_bodies(site: Site) -> None:
    """A body that is not UTF-8 is read as Latin-1."""

    def before(asked: Asked) -> None:
        try:
            asked.body.decode("utf-8")
        except UnicodeDecodeError:
            asked.body = asked.body.decode("latin-1").encode("utf-8")
            asked.set_header("content-length", str(len(asked.body)))

    site.before(before)


@patch
def any_unicode(site: Site) -> None:
    """A body may be in UTF-16 or UTF-32 as well."""

    def before(asked: Asked) -> None:
        encoding = json.detect_encoding(asked.body)
        if asked.action == "token" or encoding.startswith("utf-8"):
            return
        try:
            asked.body = asked.body.decode(encoding).encode("utf-8")
        except UnicodeError:
            return
        asked.set_header("content-length", str(len(asked.body)))

    site.before(before)


@patch
def text_numbers(site: Site, keys: list[str]) -> None:
    """Digits in quotes count as a number."""

    def before(asked: Asked) -> None:
        body = asked.fields()
        found = {key: int(body[key]) for key in keys if re.fullmatch("[0-9]+", str(body.get(key)))}
        if found:
            asked.set_fields({**body, **found})

    site.before(before)


@patch
def broken_on_body(site: Site, pattern: str) -> None:
    """A body with such text breaks the server."""
    site.before(lambda asked: broken(asked, bool(re.search(pattern, _plain(asked.body)))))


def _plain(body: bytes) -> str:
    """A body with its escapes read, so that a pattern finds what they spell."""
    text = body.decode("utf-8", "replace")
    try:
        return text + json.dumps(json.loads(text), ensure_ascii=False)
    except (ValueError, RecursionError):
        return text
