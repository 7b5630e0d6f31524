"""Input of requests: ids of the path, values of the query, and JSON bodies."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from flask import request

from second.document import check, defaults, fields
from second.refusal import Refusal, broken

BIGGEST = 2**63 - 1
USUAL = 100
_WHOLE = re.compile("-?(0|[1-9][0-9]*)")


def whole(field: str, text: str, least: int, most: int | None = None) -> int:
    """Reads a whole number of the path or the query."""
    # A longer number exceeds any limit, and Python may refuse to read it.
    if not _WHOLE.fullmatch(text) or (most is not None and len(text) > 40):
        raise broken(field, "be a whole number that is not too big")
    number = int(text[:40])
    if number < least or (most is not None and number > most):
        raise broken(field, f"be no less than {least}" + (f", no more than {most}" if most else ""))
    return number


def an_id(field: str, text: str) -> int:
    return whole(field, text, 1, BIGGEST)


def client_ref(text: str) -> int | None:
    """Reads a client in the path; None for the caller's own."""
    if text == "@me":
        return None
    if not re.fullmatch("[1-9][0-9]{0,18}", text) or int(text) > BIGGEST:
        raise broken("client_id", "be a whole number or @me")
    return int(text)


# The path parameter of the owner of recorded items, by section.
_OWNERS = {"client": "client_id", "extension_group": "ext_group_id", "extension": "extension_id"}


def path_values(found: dict[str, str]) -> dict[str, Any]:
    """The values of a path, ids as numbers; the client is None for the caller's own."""
    return {
        name: _path_value(_OWNERS[found["section"]] if name == "owner" else name, text)
        for name, text in found.items()
    }


def _path_value(name: str, text: str) -> Any:
    if name == "client_id":
        return client_ref(text)
    return an_id(name, text) if name.endswith("_id") else text


# --- query


def value(name: str) -> str | None:
    """The last value of a query parameter; None if it is empty or missing."""
    given = [one for one in request.args.getlist(name) if one]
    return given[-1] if given else None


def values(name: str) -> list[str]:
    """The values of a list in the query, in any of its three forms."""
    spelt = re.compile(re.escape(name) + r"(\[[0-9]*\])?")
    return [
        one for key, given in request.args.lists() if spelt.fullmatch(key) for one in given if one
    ]


def one_of(field: str, text: str, allowed: tuple[str, ...]) -> str:
    if text not in allowed:
        raise broken(field, f"be one of {', '.join(allowed)}")
    return text


@dataclass(frozen=True)
class Page:
    """The requested part of a list; without a size all, or USUAL entries of a numbered page."""

    number: int
    size: int | None

    @classmethod
    def asked(cls) -> Page:
        number = whole("page", value("page") or "0", 0, BIGGEST)
        size = whole("per_page", value("per_page") or "0", 0, 1000)
        return cls(number or 1, size or (USUAL if number else None))

    @property
    def bounds(self) -> tuple[int, int]:
        """LIMIT and OFFSET."""
        if self.size is None:
            return -1, 0
        return self.size, min((self.number - 1) * self.size, BIGGEST)


# --- bodies


def body(schema: str, whole_thing: bool = False) -> dict[str, Any]:
    """The known keys of the body; with `whole_thing` also the defaults of those not sent."""
    sent = sent_json()
    check(schema, sent)
    known = {name: sent[name] for name in fields(schema) if name in sent}
    return {**defaults(schema), **known} if whole_thing else known


def sent_json() -> dict[str, Any]:
    """The body, which must be a JSON object."""
    if request.content_type and request.mimetype != "application/json":
        raise Refusal(415, "Content-Type: must be application/json")
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Refusal(415, "Content-Encoding: must be left out")
    try:
        # Decoded here, since json would accept bytes in UTF-16.
        sent = json.loads(request.get_data().decode("utf-8"), parse_constant=_no_number)
        # JSON can contain lone surrogates, which cannot be stored.
        json.dumps(sent, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise Refusal(400, "body: must be JSON in UTF-8") from None
    if not isinstance(sent, dict):
        raise Refusal(400, "body: must be a JSON object")
    return sent


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
