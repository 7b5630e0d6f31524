"""Faults in stored values."""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from ringme_contract.datetime_texts import read_datetime, write_datetime
from ringme_contract.lists import Item
from ringme_contract.proof.fault import Shown, after_success, patch
from ringme_contract.proof.messages import Request, Response
from ringme_contract.proof.mock import Mock
from ringme_contract.proof.site import Site

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BEYOND_THE_BASIC_PLANE = re.compile("[\U00010000-\U0010ffff]")


def _json_anew(text: str) -> str:
    with suppress(ValueError):
        return json.dumps(json.loads(text))
    return text


# Functions from the value sent to the value stored; null stays null.
_CHANGES: dict[str, Callable[[Any], Any]] = {
    "cut": lambda new: new[:100],
    "cut at 255": lambda new: new[:255],
    "cut at 64 KiB": lambda new: new[: 2**16 - 1],
    "lower": lambda new: new.lower(),
    "trimmed": lambda new: new.strip(),
    "empty is null": lambda new: new or None,
    "null is null": lambda new: None if new == "null" else new,
    "digits are a number": lambda new: int(new) if new.isdecimal() else new,
    "no zeros before": lambda new: new.lstrip("0") if new.isdecimal() else new,
    "no password": lambda new: re.sub("(://[^:@/]*):[^@/]*@", r"\1@", new),
    "no prefix": lambda new: new.rpartition("*")[2],
    "Moscow time": lambda new: write_datetime(read_datetime(new) + timedelta(hours=3)),
    "double": lambda new: min(int(float(new)), 2**63 - 1024),
    "32 bits": lambda new: max(-(2**31), min(new, 2**31 - 1)),
    "not negative": lambda new: max(0, new),
    "question marks": lambda new: _BEYOND_THE_BASIC_PLANE.sub("?", new),
    "cut at emoji": lambda new: _BEYOND_THE_BASIC_PLANE.split(new)[0],
    "composed": lambda new: unicodedata.normalize("NFC", new),
    "without controls": lambda new: _CONTROLS.sub("", new),
    "lines of Unix": lambda new: new.replace("\r\n", "\n"),
    "up to a null character": lambda new: new.partition("\0")[0],
    "JSON anew": _json_anew,
    "HTML": lambda new: html.escape(new, quote=False),
}


@patch
def stored_otherwise(
    site: Site,
    operations: list[str],
    key: str,
    how: str,
    at_once: bool = False,
    together_with: str = "",
) -> None:
    """Stores another value than was sent; with `at_once` the response already shows it.

    With `together_with`, only if both keys are sent.
    """
    shown = Shown(site)
    old: dict[str, Item] = {}

    def stored(request: Request, new: Any) -> Any:
        if how == "lost":
            return old[request.key].get(key)
        if new is None:
            return 0 if how == "null is zero" else None
        return _CHANGES[how](new) if how in _CHANGES else new

    async def before(request: Request) -> None:
        if request.name in operations and how == "lost":
            meant = request.key
            old[meant] = await site.mock.entry(request.collection, meant) or {}

    def after(request: Request, response: Response) -> None:
        both = not together_with or {key, together_with} <= request.fields().keys()
        if request.name in operations and response.ok and both:
            made = response.json
            value = stored(request, made[key])
            shown.lay(request.collection, made["id"], {key: value})
            if at_once:
                response.set_json({**made, key: value})

    site.before(before)
    site.after(after)


@after_success
async def taken_from_others(mock: Mock, request: Request, response: Response, key: str) -> None:
    """Takes a value that an entry gets away from all others that have it."""
    value = response.json[key]
    if key in request.fields() and value is not None:
        for other in await mock.keys(request.collection, **{key: value}):
            if str(other) != request.key:
                await mock.change(request.collection, other, **{key: None})


@after_success
async def stored_in_all(mock: Mock, request: Request, _: Response, key: str) -> None:
    """Stores a value sent for one entry in all entries."""
    state, sent = await mock.state(), request.fields()
    for one in state[request.collection]["entries"] if key in sent else ():
        one[key] = sent[key]
    await mock.set_state(state)
