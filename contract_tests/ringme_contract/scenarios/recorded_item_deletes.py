"""Deletes of recorded items. They cannot be created again, so as few as possible are deleted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.datetime_texts import SECOND, read_datetime, whole_second
from ringme_contract.entries.factories import Item
from ringme_contract.entries.operation_paths import fill
from ringme_contract.scenarios.group_user_scope import LONG_AGO
from ringme_contract.scenarios.item_kinds import (
    CLIENT,
    FAX,
    RECORD,
    VOICEMAIL,
    Items,
    ItemViews,
    Section,
    between,
    group_then,
    of_each_kind,
    section_of,
    strange_sections,
)
from ringme_contract.scenarios.users import User
from ringme_contract.scenarios.views import own_id

# The number of numbers among which two for a range delete are searched.
_NUMBERS = 8


def _can(items: Items, section: Section, action: str) -> bool:
    item = (items.name,) if action == "delete" else ()
    return items.kit.path.find(items.name, action, (section.owner, *item)) is not None


def _expect_deleted(kit: CheckContext, path: str, **query: object) -> None:
    response = kit.expect(kit.client.delete(path, **query), 204)
    kit.expect_equal(f"the body of the response to DELETE {path}", response.content, b"")


@check("media-delete", uses=("record",), deletes_recorded_items=True, smoke=True)
def a_deleted_record_is_gone_everywhere(kit: CheckContext) -> None:
    """From lists of client, group and number, statistics, its file and its URL; others stay."""
    _delete_at_each_level(Items(kit, RECORD))


@check("media-delete", uses=("voicemail",), deletes_recorded_items=True)
def a_deleted_voicemail_is_gone_everywhere(kit: CheckContext) -> None:
    """From the lists of client, group and number, and its file; others stay."""
    _delete_at_each_level(Items(kit, VOICEMAIL))


@check("media-delete", uses=("fax",), deletes_recorded_items=True)
def a_deleted_fax_is_gone_everywhere(kit: CheckContext) -> None:
    """From the lists of client, group and number, and its file; others stay."""
    _delete_at_each_level(Items(kit, FAX))


def _delete_at_each_level(items: Items) -> None:
    """Deletes one item by its group and, if there are enough, by client and number.

    Each as a user of that level, if there is one; at the number a fax as a user of its group.
    """
    for level in ("extension_group", "extension", "client"):
        if level == "extension_group" or items.has_more_than_spared():
            _delete_one(items, level)


def _delete_one(items: Items, level: str) -> None:
    """Deletes one item, which other checks need least."""
    kit, whole, known = items.kit, items.read(), items.kit.target.identities
    own = own_id(kit, "extension", "extension") if "extension" in known else None
    at_own = level == "extension" and items.name != FAX
    groups = [one["id"] for one in kit.factory.read("extension_group")]
    # Another check needs an item with the group of its time.
    telling = sum(group_then(one) in groups for _, its in items.numbers() for one in its)

    def badness(pair: tuple[Item, Item]) -> tuple[object, ...]:
        value = _value(items, pair[1], whole)
        tells = group_then(pair[1]) in groups
        return value[0] > 1, (own == pair[0]["id"]) != at_own, tells != (telling > 1), value

    pairs = ((number, one) for number, its in items.numbers() for one in its)
    number, item = min(pairs, key=badness)
    views = ItemViews(items, number)
    views.remember(item)
    section, key = views.section(level), item[items.key]
    if not _can(items, section, "delete"):
        return
    then = [section_of(group_then(item))] if group_then(item) in groups else []
    for elsewhere in (*strange_sections(kit), *then):
        if _can(items, elsewhere, "delete"):
            kit.expect(kit.client.delete(items.path(elsewhere, key)), 404, items.missing)
    views.expect("a delete in other groups and at another number", [])
    # Hexadecimal digits are valid in either case.
    path = items.path(section, key.swapcase() if level == "client" else key)
    caller = kit.client
    if at_own and own == number["id"]:
        caller = kit.caller("extension")
    elif level != "client" and "login" in known:
        caller = User(kit, views.group.key).log_in().caller
    kit.expect(caller.delete(path), 204)
    views.expect(f"DELETE {path}", [item])


@dataclass(frozen=True)
class Choice:
    """A range with one item of some numbers, if possible beside an item of another number.

    `kept` is the number of their items outside the range, `beside` that of others' items inside. It
    is `sharp` if a kept item is less than a second after its end.
    """

    numbers: tuple[Item, ...]
    item: Item
    start: datetime
    end: datetime
    kept: int
    beside: int
    sharp: bool
    value: tuple[int, bool]

    @property
    def bounds(self) -> dict[str, str]:
        return between(self.start, self.end)

    @property
    def badness(self) -> tuple[object, ...]:
        """The sort key: one item beside it is enough to see that it stays."""
        return (
            (self.beside == 0) + (self.kept == 0),
            self.value,
            not self.sharp,
            self.beside,
            self.end - self.start,
        )


def _choose(items: Items, one_number: bool = False, count: int = 1) -> Choice:
    """The range whose delete reveals most if it deletes too much.

    Items of other numbers inside must stay, and items of the group outside. The range has `count`
    items.
    """
    kit, whole, moment = items.kit, items.read(), items.moment
    first, last = (read_datetime(text) for text in kit.target.range)
    found: list[Choice] = []
    # Ends at which an implementation that drops fractions deletes one item more.
    edges = [one for one in map(moment, whole) if one.microsecond]
    numbers = items.numbers()[:_NUMBERS]
    pairs = () if one_number else combinations(numbers, 2)
    for pair in (*pairs, *combinations(numbers, 1)):
        own = [item for _, its in pair for item in its]
        rest = [moment(item) for item in whole if item not in own]
        for item in own:
            at = moment(item)
            near = min(rest, key=lambda there: abs(there - at), default=at)
            more = map(moment, own) if count > 1 else ()
            for reach in (near, at, *map(whole_second, edges), *more):
                start, end = whole_second(min(at, reach)), _up(max(at, reach))
                inside = [start <= moment(mine) <= end for mine in own]
                if first <= start <= end <= last and sum(inside) == count:
                    found.append(
                        Choice(
                            numbers=tuple(number for number, _ in pair),
                            item=item,
                            start=start,
                            end=end,
                            kept=len(own) - count,
                            beside=sum(start <= there <= end for there in rest),
                            sharp=any(end < moment(one) < end + SECOND for one in own),
                            value=_value(items, item, whole),
                        )
                    )
    kit.need(found, f"no part of the target's range has just {count} of the {items}")
    return min(found, key=lambda choice: choice.badness)


def _value(items: Items, item: Item, whole: list[Item]) -> tuple[int, bool]:
    """The value of an item for other checks: one of two with the same time, one with a fraction."""
    at = items.moment(item)
    same = sum(items.moment(one) == at for one in whole)
    return {1: 1, 2: 2}.get(same, 0), at.microsecond > 0


def _up(moment: datetime) -> datetime:
    whole = whole_second(moment)
    return whole if whole == moment else whole + SECOND


@check("media-delete", uses=("record",), deletes_recorded_items=True)
def a_deleted_range_of_records_is_just_its_list(kit: CheckContext) -> None:
    """One record is deleted; those of others in that time, and those around it, stay."""
    _delete_range(Items(kit, RECORD))


@check("media-delete", uses=("voicemail",), deletes_recorded_items=True)
def a_deleted_range_of_voicemail_is_just_its_list(kit: CheckContext) -> None:
    """One message is deleted; those of others in that time, and those around it, stay."""
    _delete_range(Items(kit, VOICEMAIL))


def _delete_range(items: Items) -> None:
    """Deletes a range of a group and, if there are enough items, of a number and of the client."""
    _delete_range_of_group(items)
    for level in ("extension", "client"):
        if items.has_more_than_spared():
            _delete_range_at(items, level)


def _delete_range_of_group(items: Items) -> None:
    kit, chosen = items.kit, _choose(items)
    views = ItemViews(items, *chosen.numbers)
    views.remember(chosen.item)
    listed = items.read(views.group, **chosen.bounds)
    kit.expect_equal(f"the {items} of the range", listed, [chosen.item])
    _expect_deleted(kit, items.path(section_of(kit.new_group()["id"])), **chosen.bounds)
    views.expect("deleting the range in a group that has none", [])
    # A delete has no pages, and can be repeated.
    for pages in ({"page": 2, "per_page": 1}, {}):
        _expect_deleted(kit, items.path(views.group), **chosen.bounds, **pages)
        views.expect(f"deleting the range {chosen.bounds}", [chosen.item])


def _delete_range_at(items: Items, level: str) -> None:
    """Deletes two items of a number, or all of the client in the second of an item.

    All numbers with items in that time are in one group; the others keep theirs.
    """
    chosen = _choose(items, one_number=True, count=2 if level == "extension" else 1)
    others = [
        number
        for number, its in items.numbers()
        if number not in chosen.numbers
        and any(chosen.start <= items.moment(one) <= chosen.end for one in its)
    ]
    views = ItemViews(items, *chosen.numbers, *others)
    section = views.section(level)
    if not _can(items, section, "delete_range"):
        return
    views.remember(chosen.item)
    at = items.moment(chosen.item)
    bounds = chosen.bounds if level == "extension" else between(whole_second(at), _up(at))
    gone = items.read(section, **bounds)
    path = items.path(section, action="delete_range")
    _expect_deleted(items.kit, path, **_unpadded(bounds), per_page=1)
    views.expect(f"DELETE {path} of the range {bounds}", gone)


def _unpadded(bounds: dict[str, str]) -> dict[str, str]:
    """The same times without leading zeros, which are optional."""
    return {name: re.sub(r"\b0(?=[0-9])", "", text) for name, text in bounds.items()}


@check("user-types", needs=("client", "extension"), deletes_recorded_items=True)
def an_extension_user_may_delete_ranges_of_its_number(kit: CheckContext) -> None:
    """Of all kinds; there is nothing in the range."""
    caller, number = kit.caller("extension"), own_id(kit, "extension", "extension")
    for operation in kit.secured_operations:
        if operation.action == "delete_range" and operation.section == kit.roles.numbers:
            path = fill(operation, {kit.roles.numbers: number})
            kit.expect(caller.delete(path, **LONG_AGO), operation.status)


@check("access", deletes_recorded_items=True)
@of_each_kind(RECORD, VOICEMAIL)
def who_may_not_delete_a_range_of_the_client_does_not(kit: CheckContext, items: Items) -> None:
    """No token, a read-only user, users of a group and of a number: refused, all stays."""
    reason = f"the target deletes no ranges of {items} at client level"
    kit.need_offered(_can(items, CLIENT, "delete_range"), reason)
    before, path = items.read(), items.path(CLIENT, action="delete_range")
    kit.expect(kit.anonymous.delete(path, **kit.range_query), 401)
    for name, word in (
        ("client_read_only", "user_access_type_deny"), ("group", "access_denied"),
        ("extension", "access_denied"),
    ):  # fmt: skip
        if name in kit.target.identities:
            kit.expect(kit.caller(name).delete(path, **kit.range_query), 403, word)
    kit.expect_equal(f"the {items} of the client", items.read(), before)
