"""Statistics of recorded items, and their files."""

from __future__ import annotations

import re
from urllib.parse import unquote

import httpx

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.datetime_texts import SECOND, read_datetime, whole_second
from ringme_contract.entries.factories import Item
from ringme_contract.entries.operation_paths import fill
from ringme_contract.scenarios.item_kinds import (
    CLIENT,
    FAX,
    RECORD,
    VOICEMAIL,
    Kind,
    Section,
    between,
    fetch,
    group_of,
    numbers_with,
    of_each_kind,
    read,
    section_of,
)

_PLAIN = {"Accept-Encoding": "identity"}


def _stats(kit: CheckContext, section: Section, **query: object) -> object:
    query = {**kit.range_query, **query}
    return kit.client.read(section.path(kit, RECORD, action="stats"), **query)


def _sums(items: list[Item]) -> dict[str, int]:
    return {"count": len(items), "size": sum(one["record_file_size"] for one in items)}


@check("stats-agree", uses=("record",))
def statistics_are_those_of_the_list(kit: CheckContext) -> None:
    """Of an empty group, of a part of its records and of all; they follow a number that leaves."""
    number, items = numbers_with(kit, RECORD)[0]
    group: int = kit.new_group()["id"]
    section, nothing = section_of(group), {"count": 0, "size": 0}
    kit.expect_properties("the statistics of an empty group", _stats(kit, section), nothing)
    kit.place(number["id"], group)
    kit.expect_properties("the statistics of the group", _stats(kit, section), _sums(items))
    first, last = (read_datetime(text) for text in kit.target.range)
    for item in (items[0], items[-1], items[len(items) // 2]):
        at = whole_second(RECORD.moment(item))
        for bounds in ((at, at), (first, at), (at, last), (at, at + SECOND), (first, at - SECOND)):
            if not first <= bounds[0] <= bounds[1] <= last:
                continue
            listed = read(kit, section, RECORD, **between(*bounds))
            expected = [one for one in items if bounds[0] <= RECORD.moment(one) <= bounds[1]]
            kit.expect_equal(f"the records from {bounds[0]} to {bounds[1]}", listed, expected)
            what = f"the statistics from {bounds[0]} to {bounds[1]}"
            kit.expect_properties(what, _stats(kit, section, **between(*bounds)), _sums(listed))
    paged = _stats(kit, section, page=2, per_page=1)
    kit.expect_properties("the statistics, which have no pages", paged, _sums(items))
    kit.place(number["id"], None)
    kit.expect_properties("the statistics once the number left", _stats(kit, section), nothing)


@check("media-file")
@of_each_kind((RECORD, VOICEMAIL, FAX))
def a_file_is_as_long_as_its_item_says(kit: CheckContext, kind: Kind) -> None:
    """Some items of each kind; a record at the client is the same file as in the group."""
    number, items = numbers_with(kit, kind)[0]
    client, section = kit.client, section_of(group_of(kit, number))
    for item in items[:4]:
        key = item[kind.key or ""]
        path = section.path(kit, kind, key)
        response = kit.expect(client.get(path), 200)
        kit.expect_equal(f"the length of {path}", len(response.content), item[kind.size or ""])
        # A compressed file would be of another length.
        head = kit.expect(client.request("HEAD", path, headers=_PLAIN), 200)
        told = head.headers.get("Content-Length", str(len(response.content)))
        kit.expect_equal(f"Content-Length of HEAD {path}", told, str(len(response.content)))
        disposition = response.headers.get("Content-Disposition", "")
        kit.expect_true(
            "the file is an attachment with a name",
            disposition.lower().startswith("attachment") and "filename" in disposition,
            disposition,
        )
        if kind is RECORD:
            at_client = kit.expect(client.get(CLIENT.path(kit, kind, key)), 200)
            kit.expect_true(
                f"{path} is the same file at the client", at_client.content == response.content
            )


@check("media-file", uses=("record", "storage_url"))
def the_url_of_a_file_serves_the_same_bytes(kit: CheckContext) -> None:
    """An absolute URL that needs no token, from the group as from the client."""
    number, items = numbers_with(kit, RECORD)[0]
    client, section = kit.client, section_of(group_of(kit, number))
    for item in items[:3]:
        key = item["record_uuid"]
        file = kit.expect(client.get(section.path(kit, RECORD, key)), 200).content
        for place in (section, CLIENT):
            url = client.read(place.path(kit, RECORD, key, "storage_url"))["record_url"]
            kit.expect_true("record_url is absolute", url.startswith(("http://", "https://")), url)
            response = kit.expect(fetch(kit, url), 200)
            kit.expect_true(
                f"{url} serves the bytes of the file",
                response.content == file,
                f"{len(response.content)} bytes, not the {len(file)} of the file",
            )


_WHOLE = ("bytes=1-2,4-5", "bytes=5-3", "bytes=x-", "bytes=-", "lines=1-2", "")


@check("media-file", uses=("record", "storage_url", "client_items"), writes=False)
def the_url_of_a_file_serves_ranges(kit: CheckContext) -> None:
    """From the start, within, to the end, the last bytes; beyond it 416; several are the whole."""
    items = read(kit, CLIENT, RECORD)
    kit.need(items, "the client has no call records in the target's range")
    path = CLIENT.path(kit, RECORD, items[0]["record_uuid"], "storage_url")
    url = kit.client.read(path)["record_url"]
    whole = kit.expect(fetch(kit, url), 200)
    size = len(whole.content)
    kit.expect_equal("Accept-Ranges", whole.headers.get("Accept-Ranges"), "bytes")
    last = size - 1
    for wanted, first, end in (
        ("bytes=0-0", 0, 0), ("bytes=2-5", 2, 5), ("bytes=3-", 3, last),
        ("bytes=-4", last - 3, last), (f"bytes={last}-{size + 9}", last, last),
        (f"bytes=-{size + 9}", 0, last),
    ):  # fmt: skip
        part = kit.expect(_fetch_range(kit, url, wanted), 206)
        kit.expect_true(f"{wanted} gives its bytes", part.content == whole.content[first : end + 1])
        told = part.headers.get("Content-Range")
        kit.expect_equal(f"Content-Range for {wanted}", told, f"bytes {first}-{end}/{size}")
    for wanted in (f"bytes={size}-", "bytes=-0"):
        refused = kit.expect(_fetch_range(kit, url, wanted), 416)
        told = refused.headers.get("Content-Range")
        kit.expect_equal(f"Content-Range for {wanted}", told, f"bytes */{size}")
    for wanted in _WHOLE:
        other = kit.expect(_fetch_range(kit, url, wanted), 200)
        kit.expect_true(f"{wanted} gives the whole", other.content == whole.content)


def _fetch_range(kit: CheckContext, url: str, wanted: str) -> httpx.Response:
    response = kit.transport.send("anonymous", "GET", url, headers={"Range": wanted})
    # The document has no such path, so there is nothing to check the response against.
    kit.transport.exchanges[-1].problems.clear()
    return response


@check("media-file", uses=("record", "client_items"), writes=False)
def a_file_has_the_name_of_its_record(kit: CheckContext) -> None:
    """One of ASCII as it is; any other in `filename*`, beside a name of ASCII."""
    plain = others = 0
    for item in read(kit, CLIENT, RECORD):
        name = item["file_name"]
        if plain > 1 and (others or name.isascii()):
            continue
        path = CLIENT.path(kit, RECORD, item["record_uuid"])
        told = kit.expect(kit.client.get(path), 200).headers["Content-Disposition"]
        full = re.search(r"filename\*=UTF-8''([^;\s]+)", told, re.IGNORECASE)
        found = re.search(r'filename="([^"]*)"', told)
        if name.isascii():
            kit.expect_equal("the name", found and unquote(found[1]), name)
            plain += 1
        else:
            kit.expect_equal("the full name", full and unquote(full[1]), name)
            kit.expect_true("there is a name of ASCII beside it", found is not None, told)
            others += 1
    kit.need(plain + others, "the client has no call records in the target's range")


@check("record-download", uses=("record", "client_items", "record_download"), writes=False)
def a_recording_is_one_file_at_each_of_its_addresses(kit: CheckContext) -> None:
    """The same bytes and name; what is not there is not there at any."""
    items = read(kit, CLIENT, RECORD)
    kit.need(items, "the client has no call records in the target's range")
    client, known = kit.client, items[0]["record_uuid"]
    unknown = f"{known.partition('-')[0]}-{'0' * 32}"
    for key, status in ((known, 200), (items[-1]["record_uuid"], 200), (unknown, 404)):
        keys = {**CLIENT.keys(kit), RECORD.name: key}
        addresses = [fill(one, keys) for one in kit.path.alike(RECORD.name, "download", keys)]
        kit.need_offered(
            len(addresses) >= 2, "the document has one address of a recording of a client"
        )
        first, *others = (kit.expect(client.get(path), status) for path in addresses)
        for other in others:
            what = f"the content at {other.request.url.path} is that at {first.request.url.path}"
            kit.expect_true(what, other.content == first.content)
            name = first.headers.get("Content-Disposition")
            kit.expect_equal("its name", other.headers.get("Content-Disposition"), name)
