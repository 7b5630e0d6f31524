"""Stores of the document's collections, with just what they are sorted and found by."""

from __future__ import annotations

from functools import cache

from ringme_mock.store.collection import Entry
from ringme_mock.store.store import Store
from ringme_spec.contract import Contract
from ringme_spec.document import read_yaml
from ringme_spec.paths import SPEC

CLIENT, GROUP, MEMBERS = 12, 3, (30, 31, 32, 33)


@cache
def contract() -> Contract:
    return Contract(read_yaml(SPEC))


def empty_store() -> Store:
    return Store.empty(contract(), {})


def number(key: int, name: str, group: int | None = None) -> Entry:
    return {"id": key, "name": name, "client_id": CLIENT, "extension_group_id": group}


def record(place: int, extension: int) -> Entry:
    """A call record; a higher place is never an earlier moment."""
    return {
        "record_uuid": f"{extension}-{place:032X}",
        "init_time_gmt": f"2016-04-01 {place // 3600:02}:{place // 60 % 60:02}:{place % 60:02}",
        "client_owner_id": CLIENT,
        "extension_id": extension,
    }


def group_store(owners: list[int]) -> Store:
    """A group of four numbers, and one record after the other on the number that is named."""
    store = empty_store()
    store["extension"].insert_many(number(key, f"000*{key}", GROUP) for key in MEMBERS)
    store["record"].insert_many(record(place, MEMBERS[owner]) for place, owner in enumerate(owners))
    return store
