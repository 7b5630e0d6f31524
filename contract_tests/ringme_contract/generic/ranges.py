"""Ranges, order, statistics and files of recorded items, compared with their lists."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import httpx

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.datetime_texts import (
    SECOND,
    latest_end,
    read_datetime,
    whole_second,
    write_datetime,
)
from ringme_contract.entries.factories import Item
from ringme_contract.generic.owners import ClientView
from ringme_contract.lists import list_path, lists_with, moment_of, read_list, sort_key
from ringme_contract.own_entries import OwnEntries
from ringme_contract.samples import some
from ringme_spec.operations import Operation

_INSTANTS = 4
_DECEMBER = "2015-12-31 12:00:00"


@check("media-range", writes=False, smoke=True)
def a_range_is_the_part_of_the_whole_between_its_ends(kit: CheckContext) -> None:
    """Ends at the times of items, a second before and a second after.

    Lists of the client, and with fewer ends of the group and the number with most items.
    """
    tried, view = 0, ClientView(kit)
    parts: set[datetime] = set()
    for operation in lists_with(kit, ranged=True):
        caller, owners = kit.client, view.owners(operation.section)
        wholes = {one: read_list(kit, caller, operation, one, order="asc") for one in owners}
        owner = max(wholes, key=lambda one: len(wholes[one]), default=None)
        bounds = list(_bounds(kit, operation, wholes.get(owner, []), parts))
        for bound in (
            bounds if operation.section == kit.roles.clients else some(kit, bounds, 3, owner)
        ):
            _compare(kit, operation, owner, wholes[owner], bound)
            tried += 1
    kit.need(tried, "the client has no recorded items in the target's range")


def _bounds(
    kit: CheckContext, operation: Operation, whole: list[Item], parts: set[datetime]
) -> Iterator[datetime]:
    """Times just before, at and just after some items, within the target's range.

    `parts` are the times of parts of items in other lists, of which those of this one are added.
    """
    first, last = (read_datetime(text) for text in kit.target.range)
    # Items with a fraction, where an implementation that drops it goes wrong.
    fractions = [one for one in whole if moment_of(operation, one).microsecond]
    rest = [one for one in whole if one not in fractions]
    kit.random.shuffle(rest)
    chosen = [*fractions[:2], *rest[:_INSTANTS]]
    # The times of parts of an item, such as the legs of a call, must not count, but where the
    # parts themselves are listed.
    inside = [moment_of(operation, one) for item in whole for one in _parts(operation, item)]
    listed = sorted(parts.intersection(moment_of(operation, one) for one in whole))
    parts.update(inside)
    moments: set[datetime] = set()
    for moment in (
        *(moment_of(operation, one) for one in chosen),
        *kit.random.sample(inside, min(2, len(inside))),
        *kit.random.sample(listed, min(1, len(listed))),
    ):
        second = moment.replace(microsecond=0)
        moments.update((second - SECOND, second, second + SECOND))
    yield from sorted(one for one in moments if first <= one <= last)


def _parts(operation: Operation, item: Item) -> list[Item]:
    """The parts of an item that have a different time."""
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


@check("media-range", isolated=True)
def a_start_after_the_end_is_refused(kit: CheckContext) -> None:
    """By a second, in each list, statistics and delete; one second alone is a range."""
    own, end = OwnEntries(kit), read_datetime(kit.target.range[0])
    operations = _own_ranged(kit, own)
    kit.need_offered(operations, "the target lacks every list that takes a range")
    for operation in operations:
        kit.expect_named(
            _request(kit, own, operation, end + SECOND, end), next(iter(kit.range_query))
        )
        kit.expect(_request(kit, own, operation, end, end), operation.status)


@check("media-interval", isolated=True)
def no_range_is_longer_than_its_rule_says(kit: CheckContext) -> None:
    """Of each list, statistics and delete up to the last second; a second further is a 400.

    From the start of the target's range on, and from one in a December, to the next year.
    """
    own, tried = OwnEntries(kit), 0
    starts = [read_datetime(one) for one in (kit.target.range[0], _DECEMBER)]
    for operation in _own_ranged(kit, own):
        rule = operation.collection.range
        if rule is None or rule.months is None:
            continue
        for start, more in product(starts, (timedelta(0), SECOND)):
            end = latest_end(rule, start) + more
            status = 400 if more else operation.status
            kit.expect(_request(kit, own, operation, start, end), status)
        tried += 1
    kit.need_offered(tried, "the target lacks every list with a longest range")


def _own_ranged(kit: CheckContext, own: OwnEntries) -> list[Operation]:
    """The operations that take a range; of the deletes, only those of entries of the check."""
    return [
        one
        for one in kit.secured_operations
        if one.ranged and (one.reads or (one.action == "delete_range" and own.holds(one)))
    ]


def _request(
    kit: CheckContext, own: OwnEntries, operation: Operation, start: datetime, end: datetime
) -> httpx.Response:
    texts = map(write_datetime, (start, end))
    query = dict(zip(kit.range_query, texts, strict=True))
    return kit.client.request(operation.method, own.path(operation), params=query)


@check("media-order", writes=False, smoke=True)
def ascending_is_the_reverse_of_descending(kit: CheckContext) -> None:
    """Lists of the client, of its groups and of its numbers, including ties."""
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


@check("stats-agree", writes=False, smoke=True)
def statistics_add_up_to_the_list(kit: CheckContext) -> None:
    """Of the whole range and of parts of it, for each owner with statistics."""
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
    """Of the whole range and of parts of it, for each owner with such statistics."""
    counted = 0
    for what, stats, items, got in _statistics(kit, "by"):
        by, count = stats.resource["by"], stats.resource["count"]
        for value in stats.response_properties:
            number = len([one for one in items if one[by] == value])
            kit.expect_properties(f"{what}: {value}", got.get(value), {count: number})
            counted += number
    kit.need(counted, "nothing could be counted in the target's range")


def _statistics(kit: CheckContext, key: str) -> Iterator[tuple[str, Operation, list[Item], Any]]:
    """Statistics with a key in `x-resource`: a text, the operation, the list, and the response.

    For each owner: the whole range, up to an item and from it on, and from the month before. Raises
    NotOffered without any.
    """
    view, caller = ClientView(kit), kit.client
    start, end = kit.target.range
    every = [one for one in kit.operations if one.action == "stats" and key in one.resource]
    kit.need_offered(every, f"the target has no statistics with {key}")
    for stats, owner in ((one, owner) for one in every for owner in _owners(kit, view, one)):
        # Any list of the collection will do.
        listing = lists_with(kit, owner=stats.section, collection=stats.collection.name)[0]
        moments = [moment_of(listing, one) for one in read_list(kit, caller, listing, owner)]
        # A range in whole seconds cannot end at an item with a fraction.
        whole = [write_datetime(one) for one in moments if one == whole_second(one)] or [start]
        middle = whole[len(whole) // 2]
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
                # Parameters of the list that statistics do not have are ignored.
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
    """The owners to try; first two with an entry that the statistics do not count."""
    found, by = view.owners(stats.section), stats.resource.get("by")
    if by is None or stats.section != kit.roles.numbers:
        return found
    first = view.numbers_with(
        stats.collection, lambda one: one[by] not in stats.response_properties
    )
    return [*first, *(one for one in found if one not in first)]


_FILES = 3
_PLAIN = {"Accept-Encoding": "identity"}


@check("media-file", writes=False, smoke=True)
def files_are_as_long_as_their_items_say(kit: CheckContext) -> None:
    """Some records, voicemails and faxes of the client's groups: attachments with a name.

    HEAD of the first file of each group has the same length. Range is ignored: only URLs without a
    token support it.
    """
    caller, fetched = kit.client, 0
    for operation in lists_with(kit, owner=kit.roles.groups, ranged=True):
        rule = operation.collection
        if rule.content is None:
            continue
        for group in ClientView(kit).groups:
            items = read_list(kit, caller, operation, group["id"])[:_FILES]
            for item in items:
                path = kit.path(rule.name, item[rule.key], **{kit.roles.groups: group["id"]})
                asked = {"Range": "bytes=0-1"} if item is items[-1] else {}
                response = kit.expect(caller.request("GET", path, headers=asked), 200)
                size = item[rule.content.size]
                kit.expect_equal(f"the length of {path}", len(response.content), size)
                told = response.headers.get("Content-Disposition", "").lower()
                is_named = told.startswith("attachment") and "filename" in told
                kit.expect_true("the file is an attachment with a name", is_named, told)
                if item is items[0]:
                    # A compressed file would have another length.
                    head = kit.expect(caller.request("HEAD", path, headers=_PLAIN), 200)
                    length = head.headers.get("Content-Length", str(size))
                    kit.expect_equal(f"Content-Length of HEAD {path}", length, str(size))
                fetched += 1
    kit.need(fetched, "no group of the client has recorded items in the target's range")


@check("media-file", writes=False)
def a_file_is_whole_at_client_and_number_too(kit: CheckContext) -> None:
    """An item of each kind of a number that is in a group."""
    homes = {one["id"]: one[kit.roles.home] for one in kit.factory.read(kit.roles.numbers)}
    for listing in lists_with(kit, owner=kit.roles.clients, ranged=True):
        rule, number = listing.collection, kit.roles.of_number(listing.collection) or ""
        listed = read_list(kit, kit.client, listing) if rule.content else []
        for item in [one for one in listed if homes.get(one[number]) is not None][:1]:
            for owner in ({}, {kit.roles.numbers: item[number]}):
                path = kit.path(rule.name, item[rule.key], **owner)
                length = len(kit.expect(kit.client.get(path), 200).content)
                size = item[rule.content.size] if rule.content else 0
                kit.expect_equal(f"the length of {path}", length, size)
