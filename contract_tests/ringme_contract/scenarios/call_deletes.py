"""Deletes of records, which leave their calls and legs as they were."""

from __future__ import annotations

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.datetime_texts import SECOND, whole_second
from ringme_contract.entries.factories import Item
from ringme_contract.scenarios.call_history import calls_with_legs, legs_of_calls
from ringme_contract.scenarios.item_kinds import (
    CLIENT,
    RECORD,
    Section,
    between,
    has_more_than_spared,
    numbers_with,
    read,
    section_of_number,
)
from ringme_contract.verdict import NotReached

_OWN = ("record_uuid", "record_file_size")


@check(
    "record-delete-keeps-call",
    layer="scenarios",
    uses=("record", "call_history"),
    deletes_recorded_items=True,
    smoke=True,
)
def a_call_outlasts_its_record(kit: CheckContext) -> None:
    """One record is deleted by its id, and if there are some more, one with a range."""
    number, items = numbers_with(kit, RECORD)[0]
    item = items[-1]
    _delete(kit, item, CLIENT.path(kit, RECORD, item[RECORD.key or ""], "delete"))
    if len(items) > 1 and has_more_than_spared(kit, RECORD):
        _delete_range(kit, section_of_number(number), items[:-1])


def _delete_range(kit: CheckContext, section: Section, items: list[Item]) -> None:
    for item in reversed(items):
        at = whole_second(RECORD.moment(item))
        bounds = between(at, at + SECOND)
        if read(kit, section, RECORD, **bounds) == [item]:
            path = section.path(kit, RECORD, action="delete_range")
            _delete(kit, item, path, **bounds)
            return
    raise NotReached(f"no second of {section} has just one record")


def _delete(kit: CheckContext, item: Item, path: str, **query: str) -> None:
    calls, legs = calls_with_legs(kit), legs_of_calls(kit)
    kit.expect(kit.caller("client").delete(path, **query), 204)
    what = f"after DELETE {path}"
    expected = [_without(one, item) for one in legs]
    kit.expect_equal(f"the legs {what}", legs_of_calls(kit), expected)
    for call in calls:
        call["cdr"] = [_without(one, item) for one in call["cdr"]]
    kit.expect_equal(f"the calls {what}", calls_with_legs(kit), calls)


def _without(leg: Item, record: Item) -> Item:
    """The leg as it is without a record, if that was its record."""
    if leg["record_uuid"] != record["record_uuid"]:
        return leg
    left = {name: value for name, value in leg.items() if name != "storage_url"}
    return {**left, **dict.fromkeys(_OWN)}
