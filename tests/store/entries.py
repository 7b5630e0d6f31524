"""Stores with minimal entries, which have only the properties that a store sorts and finds by."""

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
    """Return a call record; records with higher places are not earlier."""
    return {
        "record_uuid": f"{extension}-{place:032X}",
        "init_time_gmt": f"2016-04-01 {place // 3600:02}:{place // 60 % 60:02}:{place % 60:02}",
        "client_owner_id": CLIENT,
        "extension_id": extension,
    }


def group_store(owners: list[int]) -> Store:
    """Return a group of four numbers, and consecutive records of the numbers in `owners`."""
    store = empty_store()
    store["extension"].insert_many(number(key, f"000*{key}", GROUP) for key in MEMBERS)
    store["record"].insert_many(record(place, MEMBERS[owner]) for place, owner in enumerate(owners))
    return store
