"""Recorded items: their lists, ranges, order, statistics and files."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import unquote

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.datetime_texts import SECOND, latest_end, read_datetime, whole_second
from ringme_contract.entries.operation_paths import fill
from ringme_contract.own_entries import OwnEntries
from ringme_contract.scenarios.item_kinds import (
    CLIENT,
    FAX,
    LOG,
    RECORD,
    VOICEMAIL,
    Items,
    between,
    fetch,
    group_of,
    group_then,
    of_each_kind,
    offered,
    section_of,
    section_of_number,
)

_STARTS = (
    "2015-01-15 12:00:00", "2014-12-31 08:30:15", "2015-12-31 00:00:00", "2016-10-01 00:00:00",
    "2016-01-31 23:59:59", "2016-07-31 05:06:07", "2016-11-30 10:20:30", "2016-12-01 00:00:00",
)  # fmt: skip


@check("group-media-by-membership")
@of_each_kind()
def items_go_where_their_number_goes(kit: CheckContext, items: Items) -> None:
    """Into a group, into another one, back, out of it; the items themselves do not change."""
    number, its = items.numbers()[0]
    first, second = (section_of(kit.new_group()["id"]) for _ in range(2))
    steady = {CLIENT: items.read(), section_of_number(number): its}
    former = number["extension_group_id"]
    if former is not None:
        there = items.read(section_of(former))
        steady[section_of(former)] = [one for one in there if not items.is_of(one, number)]
    for group in (first, second, first, None):
        kit.place(number["id"], group.key if group else None)
        shown = {one: its if one is group else [] for one in (first, second)}
        what = f"{items} after number {number['id']} went to {group or 'no group'}"
        items.expect_lists({**steady, **shown}, what)
        for section, here in shown.items() if items.size else ():
            path = items.path(section, its[0][items.key])
            kit.expect(kit.client.get(path), 200 if here else 404)


@check("group-media-by-membership")
@of_each_kind(RECORD, VOICEMAIL, FAX)
def a_file_is_not_in_the_group_of_then(kit: CheckContext, items: Items) -> None:
    """It is 404 in the group that its number was in at the time of the call, but left."""
    groups = [one["id"] for one in kit.factory.read("extension_group")]
    found = [
        (number, item, then)
        for number, its in items.numbers()
        for item in its
        if (then := group_then(item)) in groups
    ]
    kit.need(found, f"none of the {items} names a group that still exists")
    number, item, then = found[0]
    if number["extension_group_id"] == then:
        kit.place(number["id"], kit.new_group()["id"])
    path = items.path(section_of(then), item[items.key])
    kit.expect(kit.client.get(path), 404, items.missing)


@check("media-range", writes=False)
@of_each_kind(FAX, LOG)
def one_end_is_enough_where_none_is_needed(kit: CheckContext, items: Items) -> None:
    """Faxes and the log of client, group and number: from an item on, up to an item, and all."""
    sections, homed = [CLIENT], [one for one, _ in items.numbers() if one["extension_group_id"]]
    for number in homed[:1]:
        sections += [section_of(number["extension_group_id"]), section_of_number(number)]
    for section in sections:
        within, path = items.read_some(section), items.path(section)
        whole = kit.client.read(path)
        inside = [one for one in whole if one in within]
        kit.expect_equal(f"the {items} of the target's range among all", inside, within)
        at = within[len(within) // 2][items.time]
        for name, expected in (
            ("start_datetime", [one for one in whole if one[items.time] >= at]),
            ("end_datetime", [one for one in whole if one[items.time] <= at]),
        ):
            got = kit.client.read(path, **{name: at})
            kit.expect_equal(f"the {items} of {section} with the {name} {at}", got, expected)


def _paths(kit: CheckContext, *kinds: str) -> list[str]:
    """The lists and statistics of these kinds for the client, a group and a number of the check."""
    own = OwnEntries(kit)
    group = section_of(own["extension_group"]["id"])
    sections = (group, section_of_number(own["extension"]), CLIENT)
    found = []
    for items in offered(kit, kinds):
        found += [items.path(section) for section in sections]
        if items.name == RECORD:
            found += [items.path(section, action="stats") for section in sections]
    return found


@check("media-interval", uses=("record",), isolated=True, smoke=True)
def records_reach_to_the_end_of_the_next_month(kit: CheckContext) -> None:
    """To its last second, however long the month; not a second further, nor a year."""
    _expect_interval(kit, RECORD)


@check("media-interval", uses=("voicemail",), isolated=True)
def voicemail_reaches_two_months(kit: CheckContext) -> None:
    """To the same time of day, or of a shorter month's last day; not a second further."""
    _expect_interval(kit, VOICEMAIL)


def _expect_interval(kit: CheckContext, kind: str) -> None:
    client, items = kit.client, Items(kit, kind)

    def try_start(path: str, text: str) -> None:
        start = read_datetime(text)
        latest = latest_end(items.range, start)
        for end in (start, latest):
            kit.expect(client.get(path, **between(start, end)), 200)
        for beyond in (SECOND, timedelta(days=1), timedelta(days=365)):
            response = client.get(path, **between(start, latest + beyond))
            kit.expect_named(response, "end_datetime")

    # The client's list may be long, and is tried with the first two only.
    starts = [
        (path, text)
        for path in _paths(kit, kind)
        for text in (_STARTS[:2] if path == items.path(CLIENT) else _STARTS)
    ]
    kit.map(lambda one: try_start(*one), starts)


@check("media-interval", isolated=True)
def faxes_and_the_log_have_no_interval(kit: CheckContext) -> None:
    """Many years at once are accepted."""
    years = {"start_datetime": "2001-01-01 00:00:00", "end_datetime": "2031-12-31 23:59:59"}
    for path in _paths(kit, FAX, LOG):
        kit.expect(kit.client.get(path, **years), 200)


@check("media-order")
@of_each_kind()
def items_of_one_moment_are_sorted_too(kit: CheckContext, items: Items) -> None:
    """By their id, entries of the log by their number, in the direction of the whole list."""
    section = group_of(kit, *items.tied_numbers())
    for order, backwards in (("desc", True), ("asc", False)):
        whole = items.read(section, order=order)
        keys = [items.sort_key(one) for one in whole]
        what = f"the order {order} of the {items} of {section}"
        kit.expect_equal(what, keys, sorted(keys, reverse=backwards))
        query = {"order": order, "per_page": 1}
        pages = [{**query, "page": number + 1} for number in range(min(len(whole), 12))]
        single = kit.map(lambda page: items.read(section, **page)[0], pages)
        kit.expect_equal(f"{what}, one by one", single, whole[: len(single)])


@check("stats-agree", uses=("record",))
def statistics_are_those_of_the_list(kit: CheckContext) -> None:
    """Of an empty group, of parts of its records and of all; also after a number leaves."""
    records, section = Items(kit, RECORD), section_of(kit.new_group()["id"])
    number, items = records.numbers()[0]
    nothing = records.sums([])
    kit.expect_properties("statistics of an empty group", records.stats(section), nothing)
    kit.place(number["id"], section.key)
    # With the same query as before: the response must not come from a cache.
    kit.expect_properties("statistics of the group", records.stats(section), records.sums(items))
    first, last = (read_datetime(text) for text in kit.target.range)
    for item in (items[0], items[-1], items[len(items) // 2]):
        at = whole_second(records.moment(item))
        for start, end in (
            (at, at), (first, at), (at, last), (at, at + SECOND), (first, at - SECOND),
        ):  # fmt: skip
            if not first <= start <= end <= last:
                continue
            listed = records.read(section, **between(start, end))
            expected = [one for one in items if start <= records.moment(one) <= end]
            kit.expect_equal(f"the records from {start} to {end}", listed, expected)
            # Statistics have no pages.
            got = records.stats(section, **between(start, end), page=2, per_page=1)
            what = f"the statistics from {start} to {end}"
            kit.expect_properties(what, got, records.sums(listed))
    kit.place(number["id"], None)
    kit.expect_properties("statistics once the number left", records.stats(section), nothing)


@check("media-file", uses=("record", "storage_url"))
def the_url_of_a_file_serves_the_same_bytes(kit: CheckContext) -> None:
    """An absolute URL that needs no token, from the group and from the client."""
    records = Items(kit, RECORD)
    number, items = records.numbers()[0]
    group = group_of(kit, number)
    for key in [one[records.key] for one in items[:3]]:
        file = kit.expect(kit.client.get(records.path(group, key)), 200).content
        for place in (group, CLIENT):
            url = kit.client.read(records.path(place, key, "storage_url"))["record_url"]
            kit.expect_true("record_url is absolute", url.startswith(("http://", "https://")), url)
            got = kit.expect(fetch(kit, url), 200).content
            sizes = f"{len(got)} bytes, not the {len(file)} of the file"
            kit.expect_true(f"{url} serves the bytes of the file", got == file, sizes)


_WHOLE = ("bytes=1-2,4-5", "bytes=5-3", "bytes=x-", "bytes=-", "lines=1-2", "")


@check("media-file", uses=("record", "storage_url", "client_items"), writes=False)
def the_url_of_a_file_serves_ranges(kit: CheckContext) -> None:
    """From the start, inside, to the end, the last bytes; beyond it 416; several are ignored."""
    records = Items(kit, RECORD)
    path = records.path(CLIENT, records.read_some()[0][records.key], "storage_url")
    url = kit.client.read(path)["record_url"]
    whole = kit.expect(fetch(kit, url), 200)
    size, last = len(whole.content), len(whole.content) - 1
    kit.expect_equal("Accept-Ranges", whole.headers.get("Accept-Ranges"), "bytes")
    head = kit.transport.send("anonymous", "HEAD", url)
    kit.transport.exchanges[-1].problems.clear()
    kit.expect(head, 200)
    length = head.headers.get("Content-Length", str(size))
    kit.expect_equal("Content-Length of HEAD", length, str(size))
    for wanted, first, end in (
        ("bytes=0-0", 0, 0), ("bytes=2-5", 2, 5), ("bytes=3-", 3, last),
        ("bytes=-4", last - 3, last), (f"bytes={last}-{size + 9}", last, last),
        (f"bytes=-{size + 9}", 0, last),
    ):  # fmt: skip
        part = kit.expect(fetch(kit, url, Range=wanted), 206)
        kit.expect_true(
            f"the range {wanted} returns its bytes",
            part.content == whole.content[first : end + 1],
        )
        told = part.headers.get("Content-Range")
        kit.expect_equal(f"Content-Range for {wanted}", told, f"bytes {first}-{end}/{size}")
    for wanted in (f"bytes={size}-", "bytes=-0"):
        refused = kit.expect(fetch(kit, url, Range=wanted), 416)
        told = refused.headers.get("Content-Range")
        kit.expect_equal(f"Content-Range for {wanted}", told, f"bytes */{size}")
    for wanted in _WHOLE:
        other = kit.expect(fetch(kit, url, Range=wanted), 200)
        kit.expect_true(
            f"the range {wanted} returns the whole file", other.content == whole.content
        )
    if tag := whole.headers.get("ETag", ""):
        kit.expect(fetch(kit, url, **{"If-None-Match": tag}), 304)
        kit.expect(fetch(kit, url, **{"If-Range": '"another"', "Range": "bytes=0-0"}), 200)


@check("media-file", uses=("record", "client_items"), writes=False)
def a_file_has_the_name_of_its_record(kit: CheckContext) -> None:
    """An ASCII name as it is; another one in `filename*`, beside an ASCII name."""
    records = Items(kit, RECORD)
    items = records.read_some()
    plain = [one for one in items if one["file_name"].isascii()][:2]
    for item in (*plain, *[one for one in items if not one["file_name"].isascii()][:1]):
        name, path = item["file_name"], records.path(CLIENT, item[records.key])
        told = kit.expect(kit.client.get(path), 200).headers["Content-Disposition"]
        full = re.search(r"filename\*=UTF-8''([^;\s]+)", told, re.IGNORECASE)
        found = re.search(r'filename="([^"]*)"', told)
        if not name.isascii():
            kit.expect_true("there is also an ASCII name", found is not None, told)
            found = full
        kit.expect_equal("the name", found and unquote(found[1]), name)


@check("record-download", uses=("record", "client_items", "record_download"), writes=False)
def a_recording_is_one_file_at_each_of_its_addresses(kit: CheckContext) -> None:
    """The same bytes and name; an unknown one is 404 at each."""
    records = Items(kit, RECORD)
    items = records.read_some()
    known, another = (one[records.key] for one in (items[0], items[-1]))
    unknown = f"{known.partition('-')[0]}-{'0' * 32}"
    for key, status in ((known, 200), (another, 200), (unknown, 404)):
        keys = {**CLIENT.keys(kit), RECORD: key}
        addresses = [fill(one, keys) for one in kit.path.alike(RECORD, "download", keys)]
        several = len(addresses) >= 2
        kit.need_offered(several, "the document has only one address of a recording of a client")
        first, *others = (kit.expect(kit.client.get(path), status) for path in addresses)
        for other in others:
            what = f"the content at {other.request.url.path} is that at {first.request.url.path}"
            kit.expect_true(what, other.content == first.content)
            name = first.headers.get("Content-Disposition")
            kit.expect_equal("its name", other.headers.get("Content-Disposition"), name)
