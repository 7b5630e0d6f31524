"""Bodies of the largest size that the document allows, and of one byte more."""

from __future__ import annotations

import json
import re

import httpx

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.collection_entries import Entries, all_entries
from ringme_contract.entries.factories import Item
from ringme_contract.http.no_response import Unreachable
from ringme_spec.operations import Operation


@check("body-size", isolated=True)
def a_body_of_the_largest_size_is_read(kit: CheckContext) -> None:
    """An update padded with an unknown key; one byte more is applied or gets a 413."""
    tried = 0
    for entries in all_entries(kit):
        update = entries.operation("update")
        most = _largest(update) if update else None
        if update is None or most is None:
            continue
        entry, bodies = entries.make(), [kit.factory.change(update) for _ in range(2)]
        kit.expect(_put(entries, entry, bodies[0], most), 200)
        entry = {**entry, **entries.shown(bodies[0])}
        entries.expect_read(entry)
        if _is_applied(entries, entry, bodies[1], most + 1):
            entry = {**entry, **entries.shown(bodies[1])}
        entries.expect_read(entry)
        tried += 1
    kit.need_offered(tried, "the document does not define a maximum size of a body")


def _is_applied(entries: Entries, entry: Item, body: Item, size: int) -> bool:
    """True if a body that may be refused for its size was accepted. Fails for any other refusal."""
    try:
        response = _put(entries, entry, body, size)
    except Unreachable:
        # The server need not read all of the body, and the response can get lost then.
        entries.kit.transport.unreachable = 0
        return False
    if not response.is_success:
        entries.kit.expect(response, 413)
    return response.is_success


def _largest(operation: Operation) -> int | None:
    """The maximum number of bytes of a body, from the description of the 413."""
    described = operation.responses.get("413", {}).get("description", "")
    found = re.search(r"([0-9]+) bytes", described)
    return int(found[1]) if found else None


def _put(entries: Entries, entry: Item, body: Item, size: int) -> httpx.Response:
    padding = size - len(json.dumps({**body, "padding": ""}))
    content = json.dumps({**body, "padding": "x" * padding})
    headers = {"Content-Type": "application/json"}
    path = entries.path("update", entry)
    return entries.caller.request("PUT", path, content=content, headers=headers)
