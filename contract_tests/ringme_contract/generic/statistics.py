"""Statistics, against the lists that they are of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.datetime_texts import latest_end, read_datetime, write_datetime
from ringme_contract.entries.factories import Item
from ringme_contract.generic.owners import ClientView
from ringme_contract.lists import list_path, lists_with, read_list
from ringme_spec.operations import Operation


@check("stats-agree", writes=False, smoke=True)
def statistics_add_up_to_the_list(kit: CheckContext) -> None:
    """Of the whole range, and of the half of it, for each owner that has statistics."""
    counted = 0
    for what, stats, items, got in _statistics(kit, "size"):
        content = stats.collection.content
        sizes = [one[content.size] for one in items] if content else []
        sums = {stats.resource["count"]: len(sizes), stats.resource["size"]: sum(sizes)}
        kit.expect_properties(what, got, sums)
        counted += len(sizes)
    kit.need(counted, "no owner with statistics has items in the target's range")


@check("call-stats", writes=False, smoke=True)
def statistics_count_the_parts_of_the_list(kit: CheckContext) -> None:
    """Of the whole range and of its halves, for each owner that has such statistics."""
    counted = 0
    for what, stats, items, got in _statistics(kit, "by"):
        by, count = stats.resource["by"], stats.resource["count"]
        for value in stats.response_properties:
            number = len([one for one in items if one[by] == value])
            kit.expect_properties(f"{what}: {value}", got.get(value), {count: number})
            counted += number
    kit.need(counted, "nothing could be counted in the target's range")


def _statistics(kit: CheckContext, key: str) -> Iterator[tuple[str, Operation, list[Item], Any]]:
    """Statistics with a key in `x-resource`: a name, the operation, the list, and what they say.

    Of each owner, of the whole range, of its halves, and from the month before. Raises NotOffered
    without any.
    """
    view, caller = ClientView(kit), kit.client
    start, end = kit.target.range
    middle = write_datetime(read_datetime(start) + (read_datetime(end) - read_datetime(start)) / 2)
    every = [one for one in kit.operations if one.action == "stats" and key in one.resource]
    kit.need_offered(every, f"the target has no statistics with {key}")
    for stats, owner in ((one, owner) for one in every for owner in _owners(kit, view, one)):
        # Where there are several lists of the same, the statistics are of any.
        listing = lists_with(kit, owner=stats.section, collection=stats.collection.name)[0]
        for bounds in (
            (start, end),
            (start, middle),
            (middle, end),
            *_from_month_before(kit, stats),
        ):
            query = dict(zip(kit.range_query, bounds, strict=True))
            items = read_list(kit, caller, listing, owner, **query)
            got = caller.read(list_path(stats, owner), **query)
            if bounds == (start, end):
                # What the list alone knows.
                known = {one.name for one in stats.query_parameters}
                given = kit.factory.query(listing, full=True)
                more = {name: one for name, one in given.items() if name not in known}
                again = caller.read(list_path(stats, owner), **query, **more)
                kit.expect_equal(f"{stats.id} of {owner} with {', '.join(more)}", again, got)
            yield f"{stats.id} of {owner} from {bounds[0]} to {bounds[1]}", stats, items, got


def _from_month_before(kit: CheckContext, stats: Operation) -> Iterator[tuple[str, str]]:
    start, end = kit.target.range
    before = read_datetime(start).replace(day=1) - timedelta(seconds=1)
    if latest_end(stats.collection.range, before) >= read_datetime(end):
        yield write_datetime(before), end


def _owners(kit: CheckContext, view: ClientView, stats: Operation) -> list[object]:
    """Owners to look at; first two with an entry that the statistics do not count."""
    found, by = view.owners(stats.section), stats.resource.get("by")
    if by is None or stats.section != kit.roles.numbers:
        return found
    first = view.numbers_with(
        stats.collection, lambda one: one[by] not in stats.response_properties
    )
    return [*first, *(one for one in found if one not in first)]
