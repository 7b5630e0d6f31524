"""Deletes of recorded items. What goes here cannot be made again, so as little as possible does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.datetime_texts import SECOND, latest_end, read_datetime, whole_second
from ringme_contract.entries.factories import Item
from ringme_contract.scenarios.item_kinds import (
    CLIENT,
    FAX,
    RECORD,
    VOICEMAIL,
    Kind,
    Section,
    between,
    group_of,
    has_more_than_spared,
    numbers_with,
    of_each_kind,
    offered,
    read,
    section_of,
)
from ringme_contract.scenarios.item_views import ItemViews

_NO_MOMENT = "2016-02-30 00:00:00"
# So many numbers are looked at for two that a range can be deleted of.
_NUMBERS = 8
_GROUP_THEN = "extension_group_owner_id"


def _sections_with(kit: CheckContext, kind: Kind, action: str, *sections: Section) -> list[Section]:
    """Those of some sections that have an action for such items."""
    item = (kind.name,) if action == "delete" else ()
    return [one for one in sections if kit.path.find(kind.name, action, (one.owner, *item))]


def _delete_at_each_level(kit: CheckContext, kind: Kind) -> None:
    """Deletes one item by its group, and if there are some more of them, by client and number."""
    for level in ("extension_group", "client", "extension"):
        if level == "extension_group" or has_more_than_spared(kit, kind):
            _delete_one(kit, kind, level)


def _delete_one(kit: CheckContext, kind: Kind, level: str) -> None:
    """Deletes one item, of the number that has most unless other checks would miss it."""
    whole = read(kit, CLIENT, kind)
    number, item = min(
        ((number, one) for number, items in numbers_with(kit, kind) for one in items),
        key=lambda pair: _value(kind, pair[1], whole),
    )
    views = ItemViews(kit, kind, group_of(kit, number), number)
    views.remember(item)
    client, key = kit.client, item[kind.key or ""]
    sections = {one.owner: one for one in views.lists}
    if not _sections_with(kit, kind, "delete", sections[level]):
        return
    # Its digits count in either case.
    path = sections[level].path(kit, kind, key.swapcase() if level == "client" else key)
    elsewhere = section_of(kit.new_group()["id"]).path(kit, kind, key)
    kit.expect(client.delete(elsewhere), 404, f"{kind.name}_not_found")
    views.expect("a delete in another group", [])
    response = kit.expect(client.delete(path), 204)
    kit.expect_equal("the body of the response to a DELETE", response.content, b"")
    views.expect(f"DELETE {path}", [item])


@check("media-delete", uses=("record",), deletes_recorded_items=True, smoke=True)
def a_deleted_record_is_gone_everywhere(kit: CheckContext) -> None:
    """From the lists of client, group and number, statistics, its file and its URL; no other."""
    _delete_at_each_level(kit, RECORD)


@check("media-delete", uses=("voicemail",), deletes_recorded_items=True)
def a_deleted_voicemail_is_gone_everywhere(kit: CheckContext) -> None:
    """From the lists of client, group and number, and its file; no other."""
    _delete_at_each_level(kit, VOICEMAIL)


@check("media-delete", uses=("fax",), deletes_recorded_items=True)
def a_deleted_fax_is_gone_everywhere(kit: CheckContext) -> None:
    """From the lists of client, group and number, and its file; no other."""
    _delete_at_each_level(kit, FAX)


@dataclass(frozen=True)
class Choice:
    """A range that holds one item of some numbers, and if it can be one of another beside.

    `kept` is how many items of theirs lie outside of it, `beside` how many of others inside. It is
    `sharp` if one that is kept lies within a second behind its end.
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
        """The key to choose by: one other item beside it is enough to see that that one stays."""
        return (
            (self.beside == 0) + (self.kept == 0),
            self.value,
            not self.sharp,
            self.beside,
            self.end - self.start,
        )


def _choose(kit: CheckContext, kind: Kind, one_number: bool = False) -> Choice:
    """The item with which a range delete that takes too much would show most.

    Another number's item in the range must stay, and so must the group's own outside of it.
    """
    whole = read(kit, CLIENT, kind)
    first, last = (read_datetime(text) for text in kit.target.range)
    found: list[Choice] = []
    # Where one that drops fractions takes the next item as well.
    edges = [one for one in map(kind.moment, whole) if one.microsecond]
    numbers = numbers_with(kit, kind)[:_NUMBERS]
    pairs = () if one_number else combinations(numbers, 2)
    for pair in (*pairs, *combinations(numbers, 1)):
        own = [item for _, items in pair for item in items]
        rest = [kind.moment(item) for item in whole if item not in own]
        for item in own:
            at = kind.moment(item)
            near = min(rest, key=lambda there: abs(there - at), default=at)
            for reach in (near, at, *map(whole_second, edges)):
                start, end = whole_second(min(at, reach)), _up(max(at, reach))
                inside = [start <= kind.moment(mine) <= end for mine in own]
                if first <= start <= end <= last and sum(inside) == 1:
                    found.append(
                        Choice(
                            numbers=tuple(number for number, _ in pair),
                            item=item,
                            start=start,
                            end=end,
                            kept=len(own) - 1,
                            beside=sum(start <= there <= end for there in rest),
                            sharp=any(end < kind.moment(one) < end + SECOND for one in own),
                            value=_value(kind, item, whole),
                        )
                    )
    kit.need(found, f"no second of the target's range has just one of the {kind.plural}")
    return min(found, key=lambda choice: choice.badness)


def _value(kind: Kind, item: Item, whole: list[Item]) -> tuple[int, bool]:
    """The worth of an item for other checks: one of two of a moment, one with a fraction."""
    at = kind.moment(item)
    same = sum(kind.moment(one) == at for one in whole)
    return {1: 1, 2: 2}.get(same, 0), at.microsecond > 0


def _up(moment: datetime) -> datetime:
    whole = whole_second(moment)
    return whole if whole == moment else whole + SECOND


def _delete_range(kit: CheckContext, kind: Kind) -> None:
    """Deletes a range of a group; if there are some more items, one of a number and one of all."""
    _delete_range_of_group(kit, kind)
    for level in ("extension", "client"):
        if has_more_than_spared(kit, kind):
            _delete_range_at(kit, kind, level)


def _delete_range_at(kit: CheckContext, kind: Kind, level: str) -> None:
    """Deletes an item of a number, or all that the client has in the second of that item."""
    chosen = _choose(kit, kind, one_number=True)
    views = ItemViews(kit, kind, group_of(kit, *chosen.numbers), *chosen.numbers)
    section = next(one for one in views.lists if one.owner == level)
    if not _sections_with(kit, kind, "delete_range", section):
        return
    views.remember(chosen.item)
    at = kind.moment(chosen.item)
    bounds = chosen.bounds if level == "extension" else between(whole_second(at), _up(at))
    gone = read(kit, section, kind, **bounds)
    path = section.path(kit, kind, action="delete_range")
    kit.expect(kit.client.delete(path, **bounds, per_page=1), 204)
    views.expect(f"DELETE {path} of the range {bounds}", gone)


def _delete_range_of_group(kit: CheckContext, kind: Kind) -> None:
    chosen = _choose(kit, kind)
    client, empty = kit.client, section_of(kit.new_group()["id"])
    views = ItemViews(kit, kind, group_of(kit, *chosen.numbers), *chosen.numbers)
    views.remember(chosen.item)
    path = views.group.path(kit, kind)
    listed = read(kit, views.group, kind, **chosen.bounds)
    kit.expect_equal(f"the {kind.plural} of the range", listed, [chosen.item])
    kit.expect(client.delete(empty.path(kit, kind), **chosen.bounds), 204)
    views.expect("deleting the range in a group that has none", [])
    # A delete has no pages.
    response = kit.expect(client.delete(path, **chosen.bounds, page=2, per_page=1), 204)
    kit.expect_equal("the body of the response to a DELETE", response.content, b"")
    views.expect(f"deleting the range {chosen.bounds}", [chosen.item])
    kit.expect(client.delete(path, **chosen.bounds), 204)
    views.expect("deleting the same range again", [chosen.item])


@check("media-delete", uses=("record",), deletes_recorded_items=True)
def a_deleted_range_of_records_is_just_its_list(kit: CheckContext) -> None:
    """One record goes; what others have in that time, and what lies beside it, stays."""
    _delete_range(kit, RECORD)


@check("media-delete", uses=("voicemail",), deletes_recorded_items=True)
def a_deleted_range_of_voicemail_is_just_its_list(kit: CheckContext) -> None:
    """One message goes; what others have in that time, and what lies beside it, stays."""
    _delete_range(kit, VOICEMAIL)


@check("media-delete", deletes_recorded_items=True)
@of_each_kind((RECORD, VOICEMAIL))
def what_has_left_a_group_is_not_deleted_there(kit: CheckContext, kind: Kind) -> None:
    """A number moves out of the group of the time of its call; a range of that group spares it."""
    groups = {one["id"] for one in kit.client.read(kit.path("extension_group"))}
    for number, items in numbers_with(kit, kind):
        for item in items:
            was, at = section_of(item[_GROUP_THEN]), kind.moment(item)
            bounds = between(whole_second(at), _up(at))
            if was.key not in groups:
                continue
            kit.place(number["id"], kit.new_group()["id"])
            if read(kit, was, kind, **bounds):
                continue
            before = read(kit, CLIENT, kind)
            kit.expect(kit.client.delete(was.path(kit, kind), **bounds), 204)
            what = f"the list of the client after {bounds} was deleted in {was}"
            kit.expect_equal(what, read(kit, CLIENT, kind), before)
            return
    kit.need(False, f"no number of the client has {kind.plural} of the time in a group that is")


@check("media-range", deletes_recorded_items=True)
@of_each_kind((RECORD, VOICEMAIL))
def a_range_that_is_refused_deletes_nothing(kit: CheckContext, kind: Kind) -> None:
    """Backwards, without an end, too long, or no dates: 400, and every list is as it was."""
    number, _ = numbers_with(kit, kind)[0]
    views = ItemViews(kit, kind, group_of(kit, number), number)
    client, path = kit.client, views.group.path(kit, kind)
    start, end = kit.target.range
    beyond = between(
        read_datetime(start), latest_end(kind.range(kit), read_datetime(start)) + SECOND
    )
    queries: tuple[dict[str, str], ...] = (
        {},
        {"start_datetime": start},
        {"end_datetime": end},
        {"start_datetime": "", "end_datetime": end},
        {"start_datetime": start, "end_datetime": ""},
        {"start_datetime": end, "end_datetime": start},
        {"start_datetime": _NO_MOMENT, "end_datetime": end},
        {"start_datetime": start, "end_datetime": "tomorrow"},
        beyond,
    )
    kit.map(lambda query: kit.expect(client.delete(path, **query), 400), queries)
    views.expect(f"DELETEs with queries of {', '.join(map(str, queries))}", [])
    kit.expect(client.delete(f"{path}extra/way"), 404)
    views.expect("a DELETE of a path that is none", [])


@check("access", deletes_recorded_items=True)
@of_each_kind((RECORD, VOICEMAIL))
def who_may_not_delete_a_range_of_the_client_does_not(kit: CheckContext, kind: Kind) -> None:
    """Without a token, by a reader, by users of a group and of a number: refused, all stays."""
    kit.need_offered(
        _sections_with(kit, kind, "delete_range", CLIENT),
        f"the target deletes no ranges of {kind.plural} at client level",
    )
    before, path = read(kit, CLIENT, kind), CLIENT.path(kit, kind, action="delete_range")
    kit.expect(kit.anonymous.delete(path, **kit.range_query), 401)
    for name, word in (
        ("client_read_only", "user_access_type_deny"), ("group", "access_denied"),
        ("extension", "access_denied"),
    ):  # fmt: skip
        if name in kit.target.identities:
            kit.expect(kit.caller(name).delete(path, **kit.range_query), 403, word)
    kit.expect_equal(f"the {kind.plural} of the client", read(kit, CLIENT, kind), before)


@check("error-app-access", needs=("client", "call_api"), deletes_recorded_items=True, isolated=True)
def an_application_with_call_api_may_delete_recorded_items(kit: CheckContext) -> None:
    """A range of a group that has none, so that nothing goes."""
    section = section_of(kit.new_group()["id"])
    for kind in offered(kit, (RECORD, VOICEMAIL)):
        path = section.path(kit, kind)
        query = kit.range_query
        kit.expect(kit.caller("call_api").delete(path, **query), 204)
