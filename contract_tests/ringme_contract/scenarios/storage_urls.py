"""Storage URLs of recordings, and names and addresses of downloads."""

from __future__ import annotations

import re
from urllib.parse import unquote

import httpx

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.entries.operation_paths import fill
from ringme_contract.scenarios.item_kinds import CLIENT, RECORD, fetch, read
from ringme_contract.verdict import NotOffered, NotReached

_WHOLE = ("bytes=1-2,4-5", "bytes=5-3", "bytes=x-", "bytes=-", "lines=1-2", "")


@check(
    "media-file", layer="scenarios", uses=("record", "storage_url", "client_items"), writes=False
)
def the_url_of_a_file_serves_ranges(kit: CheckContext) -> None:
    """From the start, within, to the end, the last bytes; beyond it 416; several are the whole."""
    items = read(kit, CLIENT, RECORD)
    if not items:
        raise NotReached("the client has no call records in the target's range")
    path = CLIENT.path(kit, RECORD, items[0]["record_uuid"], "storage_url")
    url = kit.caller("client").read(path)["record_url"]
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


@check("media-file", layer="scenarios", uses=("record", "client_items"), writes=False)
def a_file_has_the_name_of_its_record(kit: CheckContext) -> None:
    """One of ASCII as it is; any other in `filename*`, beside a name of ASCII."""
    plain = others = 0
    for item in read(kit, CLIENT, RECORD):
        name = item["file_name"]
        if plain > 1 and (others or name.isascii()):
            continue
        path = CLIENT.path(kit, RECORD, item["record_uuid"])
        told = kit.expect(kit.caller("client").get(path), 200).headers["Content-Disposition"]
        full = re.search(r"filename\*=UTF-8''([^;\s]+)", told, re.IGNORECASE)
        found = re.search(r'filename="([^"]*)"', told)
        if name.isascii():
            kit.expect_equal("the name", found and unquote(found[1]), name)
            plain += 1
        else:
            kit.expect_equal("the full name", full and unquote(full[1]), name)
            kit.expect_true("there is a name of ASCII beside it", found is not None, told)
            others += 1
    if not plain + others:
        raise NotReached("the client has no call records in the target's range")


@check(
    "record-download",
    layer="scenarios",
    uses=("record", "client_items", "record_download"),
    writes=False,
)
def a_recording_is_one_file_at_each_of_its_addresses(kit: CheckContext) -> None:
    """The same bytes and name; what is not there is not there at any."""
    items = read(kit, CLIENT, RECORD)
    if not items:
        raise NotReached("the client has no call records in the target's range")
    client, known = kit.caller("client"), items[0]["record_uuid"]
    unknown = f"{known.partition('-')[0]}-{'0' * 32}"
    for key, status in ((known, 200), (items[-1]["record_uuid"], 200), (unknown, 404)):
        keys = {CLIENT.owner: CLIENT.key, RECORD.name: key}
        addresses = [fill(one, keys) for one in kit.path.alike(RECORD.name, "download", keys)]
        if len(addresses) < 2:
            raise NotOffered("the document has one address of a recording of a client")
        first, *others = (kit.expect(client.get(path), status) for path in addresses)
        for other in others:
            what = f"the content at {other.request.url.path} is that at {first.request.url.path}"
            kit.expect_true(what, other.content == first.content)
            name = first.headers.get("Content-Disposition")
            kit.expect_equal("its name", other.headers.get("Content-Disposition"), name)
