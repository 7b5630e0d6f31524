"""Lists of recorded items: whose they are, which range they show, and in which order."""

from __future__ import annotations

from datetime import timedelta

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.datetime_texts import SECOND, latest_end, read_datetime
from ringme_contract.entries.factories import Item
from ringme_contract.own_entries import OwnEntries
from ringme_contract.scenarios.item_kinds import (
    CLIENT,
    FAX,
    KINDS,
    LOG,
    RECORD,
    VOICEMAIL,
    Kind,
    Section,
    between,
    expect_lists,
    group_of,
    numbers_with,
    of_each_kind,
    offered,
    read,
    section_of,
    section_of_number,
    tied_numbers,
)
from ringme_contract.verdict import NotReached

_STARTS = (
    "2015-01-15 12:00:00", "2014-12-31 08:30:15", "2015-12-31 00:00:00", "2016-01-01 00:00:00",
    "2016-01-31 23:59:59", "2016-07-31 05:06:07", "2016-11-30 10:20:30", "2016-12-01 00:00:00",
)  # fmt: skip


@check("group-media-by-membership")
@of_each_kind()
def items_go_where_their_number_goes(kit: CheckContext, kind: Kind) -> None:
    """Into a group, into another one, out of it; the items themselves stay what they were."""
    number, items = numbers_with(kit, kind)[0]
    whole = read(kit, CLIENT, kind)
    first, second = (section_of(kit.new_group()["id"]) for _ in range(2))
    former = number["extension_group_id"]
    rest = None
    if former is not None:
        rest = [one for one in read(kit, section_of(former), kind) if not kind.is_of(one, number)]
    for group, in_first, in_second in (
        (first, True, False),
        (second, False, True),
        (None, False, False),
    ):
        kit.place(number["id"], group.key if group else None)
        what = f"{kind.plural} after number {number['id']} went to {group or 'no group'}"
        shown = {
            first: items if in_first else [],
            second: items if in_second else [],
            CLIENT: whole,
            section_of_number(number): items,
        }
        if rest is not None:
            shown[section_of(former)] = rest
        expect_lists(kit, kind, shown, what)
        if kind.key is not None:
            for section, here in ((first, in_first), (second, in_second)):
                path = section.path(kit, kind, items[0][kind.key])
                kit.expect(kit.client.get(path), 200 if here else 404)


@check("group-media-by-membership")
@of_each_kind((RECORD, VOICEMAIL, FAX))
def a_file_is_not_in_the_group_of_then(kit: CheckContext, kind: Kind) -> None:
    """It is 404 in the group that its number was in at the time of the call, and is no more."""
    groups = [one["id"] for one in kit.factory.read("extension_group")]
    found = (
        (number, item, then)
        for number, items in numbers_with(kit, kind)
        for item in items
        if (then := item.get("extension_group_owner_id", item.get("extension_group_id"))) in groups
    )
    number, item, then = next(found, (None, None, None))
    if number is None or item is None or then is None:
        raise NotReached(f"no {kind.name} tells a group that there still is")
    if number["extension_group_id"] == then:
        kit.place(number["id"], kit.new_group()["id"])
    client, key = kit.client, item[kind.key or ""]
    path = section_of(then).path(kit, kind, key)
    kit.expect(client.get(path), 404, f"{kind.name}_not_found")


@check("media-range", writes=False)
@of_each_kind((FAX, LOG))
def one_end_is_enough_where_none_is_needed(kit: CheckContext, kind: Kind) -> None:
    """Faxes and the log, from an item on, up to an item, and as a whole."""
    path = CLIENT.path(kit, kind)
    client = kit.client
    within = read(kit, CLIENT, kind)
    kit.need(within, f"the client has no {kind.plural} in the target's range")
    whole: list[Item] = client.read(path)
    kit.expect_equal(
        f"the {kind.plural} of the target's range among all",
        [one for one in whole if one in within],
        within,
    )
    at = within[len(within) // 2][kind.time]
    after = [one for one in whole if one[kind.time] >= at]
    before = [one for one in whole if one[kind.time] <= at]
    kit.expect_equal(f"{kind.plural} from {at} on", client.read(path, start_datetime=at), after)
    kit.expect_equal(f"{kind.plural} up to {at}", client.read(path, end_datetime=at), before)


@check("media-range", isolated=True)
def a_start_after_the_end_is_refused(kit: CheckContext) -> None:
    """By a second, for each list and for the statistics."""
    start, end = "2016-04-02 00:00:01", "2016-04-02 00:00:00"
    for path in _paths(kit):
        response = kit.client.get(path, start_datetime=start, end_datetime=end)
        kit.expect_named(response, "start_datetime")
        kit.expect(kit.client.get(path, start_datetime=end, end_datetime=end), 200)


def _paths(kit: CheckContext, kinds: tuple[Kind, ...] = KINDS) -> list[str]:
    """The lists of these kinds for the client and for a group and number of its own, and stats."""
    own = OwnEntries(kit)
    group = section_of(own["extension_group"]["id"])
    sections = (group, section_of_number(own["extension"]), CLIENT)
    found = [section.path(kit, kind) for kind in offered(kit, kinds) for section in sections]
    if RECORD in offered(kit, kinds):
        found += [section.path(kit, RECORD, action="stats") for section in sections]
    return found


@check("media-interval", uses=("record",), isolated=True, smoke=True)
def records_reach_to_the_end_of_the_next_month(kit: CheckContext) -> None:
    """To its last second, however long the month; not a second further, and not a year."""
    _expect_interval(kit, RECORD)


@check("media-interval", uses=("voicemail",), isolated=True)
def voicemail_reaches_two_months(kit: CheckContext) -> None:
    """To the same second of the day, or of a shorter month's last day; not a second further."""
    _expect_interval(kit, VOICEMAIL)


def _expect_interval(kit: CheckContext, kind: Kind) -> None:
    client = kit.client

    def try_start(path: str, text: str) -> None:
        start = read_datetime(text)
        latest = latest_end(kind.range(kit), start)
        kit.expect(client.get(path, **between(start, start)), 200)
        kit.expect(client.get(path, **between(start, latest)), 200)
        for beyond in (SECOND, timedelta(days=1), timedelta(days=365)):
            response = client.get(path, **between(start, latest + beyond))
            kit.expect_named(response, "end_datetime")

    # The client's own list may be long, and is tried with the first two only.
    starts = [
        (path, text)
        for path in _paths(kit, (kind,))
        for text in (_STARTS[:2] if path == CLIENT.path(kit, kind) else _STARTS)
    ]
    kit.map(lambda one: try_start(*one), starts)


@check("media-interval", isolated=True)
def faxes_and_the_log_have_no_interval(kit: CheckContext) -> None:
    """Many years at once are fine."""
    for path in _paths(kit, (FAX, LOG)):
        response = kit.client.get(
            path, start_datetime="2001-01-01 00:00:00", end_datetime="2031-12-31 23:59:59"
        )
        kit.expect(response, 200)


def _expect_sorted(kit: CheckContext, kind: Kind, section: Section) -> int:
    down, again, up = kit.map(
        lambda query: read(kit, section, kind, **query), ({}, {"order": "desc"}, {"order": "asc"})
    )
    what = f"{kind.plural} of {section}"
    kit.expect_equal(f"{what}, order=desc", again, down)
    kit.expect_equal(f"{what}, order=asc", up, down[::-1])
    keys = [kind.sort_key(one) for one in down]
    kit.expect_equal(f"the order of {what}", keys, sorted(keys, reverse=True))
    return len(down)


@check("media-order")
@of_each_kind()
def items_of_one_moment_are_sorted_too(kit: CheckContext, kind: Kind) -> None:
    """By their id, entries of the log by their number, in the direction of the whole."""
    section = section_of(group_of(kit, *tied_numbers(kit, kind)))
    _expect_sorted(kit, kind, section)
    for order in ("desc", "asc"):
        whole = read(kit, section, kind, order=order)
        single = kit.map(
            lambda page, order=order: read(  # type: ignore[misc]
                kit, section, kind, order=order, per_page=1, page=page + 1
            )[0],
            range(min(len(whole), 12)),
        )
        kit.expect_equal(f"{kind.plural} of {section} one by one", single, whole[: len(single)])
