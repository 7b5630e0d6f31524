"""Ranges, order and statistics of recorded items, against the list of the target's whole range."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.datetime_texts import read_datetime, write_datetime
from ringme_contract.entries.factories import Item
from ringme_contract.generic.owners import ClientView
from ringme_contract.lists import lists_with, moment_of, read_list, sort_key
from ringme_contract.samples import some
from ringme_spec.operations import Operation

_SECOND = timedelta(seconds=1)
_INSTANTS = 4


@check("media-range", writes=False, smoke=True)
def a_range_is_the_part_of_the_whole_between_its_ends(kit: CheckContext) -> None:
    """Ends are taken from the items' own times: at one, a second before, a second after.

    Of the client; and of one group or number that has most, by a few of them.
    """
    tried, view = 0, ClientView(kit)
    for operation in lists_with(kit, ranged=True):
        caller, owners = kit.client, view.owners(operation.section)
        wholes = {one: read_list(kit, caller, operation, one, order="asc") for one in owners}
        owner = max(wholes, key=lambda one: len(wholes[one]), default=None)
        bounds = list(_bounds(kit, operation, wholes.get(owner, [])))
        for bound in (
            bounds if operation.section == kit.roles.clients else some(kit, bounds, 3, owner)
        ):
            _compare(kit, operation, owner, wholes[owner], bound)
            tried += 1
    kit.need(tried, "the client has no recorded items in the target's range")


def _bounds(kit: CheckContext, operation: Operation, whole: list[Item]) -> Iterator[datetime]:
    """Moments just before, at and just after the times of some items, within the range."""
    first, last = (read_datetime(text) for text in kit.target.range)
    # Those with a fraction are where an implementation that drops it goes wrong.
    fractions = [one for one in whole if moment_of(operation, one).microsecond]
    rest = [one for one in whole if one not in fractions]
    kit.random.shuffle(rest)
    chosen = [*fractions[:2], *rest[:_INSTANTS]]
    # Those of parts of an item, as the legs of a call, are not the time of the whole.
    parts = [part for item in whole for part in _parts(operation, item)]
    moments: set[datetime] = set()
    for item in (*chosen, *kit.random.sample(parts, min(2, len(parts)))):
        second = moment_of(operation, item).replace(microsecond=0)
        moments.update((second - _SECOND, second, second + _SECOND))
    yield from sorted(one for one in moments if first <= one <= last)


def _parts(operation: Operation, item: Item) -> list[Item]:
    """The parts of an item that have a time of their own, which is another one."""
    at, lists = moment_of(operation, item), (one for one in item.values() if isinstance(one, list))
    time = operation.collection.range.property if operation.collection.range else ""
    parts = [part for one in lists for part in one if isinstance(part, dict) and time in part]
    return [part for part in parts if moment_of(operation, part) != at]


def _compare(
    kit: CheckContext, operation: Operation, owner: object, whole: list[Item], bound: datetime
) -> None:
    caller, text = kit.client, write_datetime(bound)
    after = read_list(kit, caller, operation, owner, order="asc", start_datetime=text)
    kit.expect_equal(
        f"{operation.id} of {owner} from {text} on",
        after,
        [one for one in whole if moment_of(operation, one) >= bound],
    )
    before = read_list(kit, caller, operation, owner, order="asc", end_datetime=text)
    kit.expect_equal(
        f"{operation.id} of {owner} up to {text}",
        before,
        [one for one in whole if moment_of(operation, one) <= bound],
    )
    at = read_list(kit, caller, operation, owner, start_datetime=text, end_datetime=text)
    kit.expect_equal(
        f"{operation.id} of {owner} at {text} alone",
        at,
        [one for one in whole if moment_of(operation, one) == bound][::-1],
    )


@check("media-order", writes=False, smoke=True)
def ascending_is_the_reverse_of_descending(kit: CheckContext) -> None:
    """In lists of the client, of its groups and of its numbers; ties included."""
    longest = 0
    for operation, owner in ClientView(kit).ranged_lists():
        caller = kit.client
        ascending = read_list(kit, caller, operation, owner, order="asc")
        descending = read_list(kit, caller, operation, owner, order="desc")
        what = f"{operation.id} of {owner}"
        kit.expect_equal(f"{what}, desc", descending, ascending[::-1])
        kit.expect_equal(
            f"{what}, without order", read_list(kit, caller, operation, owner), descending
        )
        keys = [sort_key(operation, one) for one in ascending]
        kit.expect_equal(f"the order of {what}", keys, sorted(keys))
        longest = max(longest, len(ascending))
    kit.need(longest >= 2, "no list of recorded items in the target's range has two items")
