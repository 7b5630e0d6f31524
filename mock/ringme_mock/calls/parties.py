"""Parties: the numbers in a request, internal ones of the client or outside ones."""

from __future__ import annotations

import re
from random import Random

from ringme_mock.calls.call import Number
from ringme_mock.errors import invalid
from ringme_mock.store.collection import Entry
from ringme_mock.store.store import Store
from ringme_spec.collections import Numbering

NUMBERS = "extension"
PHONE = "phone"
_OUTSIDE = re.compile(r"\+?[0-9]{1,32}")


def number_of(entry: Entry, numbering: Numbering | None) -> Number:
    """Make the Number of an entry, as it is now."""
    text = entry[numbering.property] if numbering else str(entry["id"])
    bare = text.rpartition(numbering.separator)[2] if numbering else text
    screen = entry.get("caller_id_name") or entry.get("label") or bare
    group = entry.get("extension_group_id")
    return Number(entry["id"], text, entry["domain"], entry["type"], group, screen)


def find_party(store: Store, client: Entry, text: str, field: str) -> Number | str | None:
    """Find a number: internal, outside (as text), or None if it is an unknown internal one.

    A number is internal if it has the prefix, or exactly as many digits as the client's numbers.
    Raises the 400 for another prefix, and for anything else that is no number.
    """
    numbers = store[NUMBERS]
    numbering = numbers.rule.numbering
    if numbering is None:
        return text
    prefix, separator, digits = text.rpartition(numbering.separator)
    if separator and prefix != client[numbering.prefix]:
        raise invalid(
            f"{field}: {text[:40]}: must begin with {client[numbering.prefix]}{separator}"
        )
    if not separator and (not text.isdecimal() or len(text) != client[numbering.digits]):
        if not _OUTSIDE.fullmatch(text):
            raise invalid(f"{field}: {text[:40]}: is not a number")
        return text
    whole = f"{client[numbering.prefix]}{numbering.separator}{digits}"
    unique = numbers.rule.unique
    found = numbers.by_unique(whole, client["id"] if unique and unique.within else None)
    return number_of(found, numbering) if found else None


def is_active(store: Store, number: Number) -> bool:
    found = store[NUMBERS].get(number.key)
    return found is not None and found["status"] == "active"


def hexadecimal(random: Random) -> str:
    return f"{random.getrandbits(128):032x}"
