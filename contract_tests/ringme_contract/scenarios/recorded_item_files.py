"""Statistics of recorded items, and their files."""

from __future__ import annotations

import re
from urllib.parse import unquote

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.datetime_texts import SECOND, read_datetime, whole_second
from ringme_contract.entries.operation_paths import fill
from ringme_contract.scenarios.item_kinds import (
    CLIENT,
    RECORD,
    Items,
    between,
    fetch,
    group_of,
    section_of,
)


@check("stats-agree", uses=("record",))
def statistics_are_those_of_the_list(kit: CheckContext) -> None:
    """Of an empty group, of a part of its records and of all; they follow a number that leaves."""
    records, section = Items(kit, RECORD), section_of(kit.new_group()["id"])
    number, items = records.numbers()[0]
    nothing = records.sums([])
    kit.expect_properties("statistics of an empty group", records.stats(section), nothing)
    kit.place(number["id"], section.key)
    first, last = (read_datetime(text) for text in kit.target.range)
    for item in (items[0], items[-1], items[len(items) // 2]):
        at = whole_second(records.moment(item))
        for start, end in (
            (first, last), (at, at), (first, at), (at, last), (at, at + SECOND),
            (first, at - SECOND),
        ):  # fmt: skip
            if not first <= start <= end <= last:
                continue
            listed = records.read(section, **between(start, end))
            expected = [one for one in items if start <= records.moment(one) <= end]
            kit.expect_equal(f"the records from {start} to {end}", listed, expected)
            # They have no pages.
            got = records.stats(section, **between(start, end), page=2, per_page=1)
            what = f"the statistics from {start} to {end}"
            kit.expect_properties(what, got, records.sums(listed))
    kit.place(number["id"], None)
    kit.expect_properties("statistics once the number left", records.stats(section), nothing)


@check("media-file", uses=("record", "storage_url"))
def the_url_of_a_file_serves_the_same_bytes(kit: CheckContext) -> None:
    """An absolute URL that needs no token, from the group as from the client."""
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
    """From the start, within, to the end, the last bytes; beyond it 416; several are the whole."""
    records = Items(kit, RECORD)
    path = records.path(CLIENT, records.read_some()[0][records.key], "storage_url")
    url = kit.client.read(path)["record_url"]
    whole = kit.expect(fetch(kit, url), 200)
    size, last = len(whole.content), len(whole.content) - 1
    kit.expect_equal("Accept-Ranges", whole.headers.get("Accept-Ranges"), "bytes")
    head = kit.transport.send("anonymous", "HEAD", url)
    kit.transport.exchanges[-1].problems.clear()
    kit.expect(head, 200)
    for wanted, first, end in (
        ("bytes=0-0", 0, 0), ("bytes=2-5", 2, 5), ("bytes=3-", 3, last),
        ("bytes=-4", last - 3, last), (f"bytes={last}-{size + 9}", last, last),
        (f"bytes=-{size + 9}", 0, last),
    ):  # fmt: skip
        part = kit.expect(fetch(kit, url, Range=wanted), 206)
        kit.expect_true(f"{wanted} gives its bytes", part.content == whole.content[first : end + 1])
        told = part.headers.get("Content-Range")
        kit.expect_equal(f"Content-Range for {wanted}", told, f"bytes {first}-{end}/{size}")
    for wanted in (f"bytes={size}-", "bytes=-0"):
        refused = kit.expect(fetch(kit, url, Range=wanted), 416)
        told = refused.headers.get("Content-Range")
        kit.expect_equal(f"Content-Range for {wanted}", told, f"bytes */{size}")
    for wanted in _WHOLE:
        other = kit.expect(fetch(kit, url, Range=wanted), 200)
        kit.expect_true(f"{wanted} gives the whole", other.content == whole.content)


@check("media-file", uses=("record", "client_items"), writes=False)
def a_file_has_the_name_of_its_record(kit: CheckContext) -> None:
    """One of ASCII as it is; any other in `filename*`, beside a name of ASCII."""
    records = Items(kit, RECORD)
    items = records.read_some()
    plain = [one for one in items if one["file_name"].isascii()][:2]
    for item in (*plain, *[one for one in items if not one["file_name"].isascii()][:1]):
        name, path = item["file_name"], records.path(CLIENT, item[records.key])
        told = kit.expect(kit.client.get(path), 200).headers["Content-Disposition"]
        full = re.search(r"filename\*=UTF-8''([^;\s]+)", told, re.IGNORECASE)
        found = re.search(r'filename="([^"]*)"', told)
        if not name.isascii():
            kit.expect_true("there is a name of ASCII beside it", found is not None, told)
            found = full
        kit.expect_equal("the name", found and unquote(found[1]), name)


@check("record-download", uses=("record", "client_items", "record_download"), writes=False)
def a_recording_is_one_file_at_each_of_its_addresses(kit: CheckContext) -> None:
    """The same bytes and name; what is not there is not there at any."""
    records = Items(kit, RECORD)
    items = records.read_some()
    known, another = (one[records.key] for one in (items[0], items[-1]))
    unknown = f"{known.partition('-')[0]}-{'0' * 32}"
    for key, status in ((known, 200), (another, 200), (unknown, 404)):
        keys = {**CLIENT.keys(kit), RECORD: key}
        addresses = [fill(one, keys) for one in kit.path.alike(RECORD, "download", keys)]
        several = len(addresses) >= 2
        kit.need_offered(several, "the document has one address of a recording of a client")
        first, *others = (kit.expect(kit.client.get(path), status) for path in addresses)
        for other in others:
            what = f"the content at {other.request.url.path} is that at {first.request.url.path}"
            kit.expect_true(what, other.content == first.content)
            name = first.headers.get("Content-Disposition")
            kit.expect_equal("its name", other.headers.get("Content-Disposition"), name)
