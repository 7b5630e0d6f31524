"""Statistics of recorded items, and their files."""

from __future__ import annotations

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.datetime_texts import SECOND, read_datetime, whole_second
from ringme_contract.entries.factories import Item
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


def _stats(kit: CheckContext, section: Section, **query: object) -> object:
    query = {**kit.range_query, **query}
    return kit.caller("client").read(section.path(kit, RECORD, action="stats"), **query)


def _sums(items: list[Item]) -> dict[str, int]:
    return {"count": len(items), "size": sum(one["record_file_size"] for one in items)}


@check("stats-agree", layer="scenarios", uses=("record",))
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


@check("media-file", layer="scenarios")
@of_each_kind((RECORD, VOICEMAIL, FAX))
def a_file_is_as_long_as_its_item_says(kit: CheckContext, kind: Kind) -> None:
    """Some items of each kind; a record at the client is the same file as in the group."""
    number, items = numbers_with(kit, kind)[0]
    client, section = kit.caller("client"), section_of(group_of(kit, number))
    for item in items[:4]:
        key = item[kind.key or ""]
        path = section.path(kit, kind, key)
        response = kit.expect(client.get(path), 200)
        kit.expect_equal(f"the length of {path}", len(response.content), item[kind.size or ""])
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


@check("media-file", layer="scenarios", uses=("record", "storage_url"))
def the_url_of_a_file_serves_the_same_bytes(kit: CheckContext) -> None:
    """An absolute URL that needs no token, from the group as from the client."""
    number, items = numbers_with(kit, RECORD)[0]
    client, section = kit.caller("client"), section_of(group_of(kit, number))
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
