"""404 for missing clients, groups, numbers, users, items, and paths."""

from __future__ import annotations

import re

from ringme_contract.assertions import error_code
from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.entries.factories import Item
from ringme_contract.entries.operation_paths import fill
from ringme_contract.scenarios.item_kinds import (
    FAX,
    RECORD,
    VOICEMAIL,
    Kind,
    group_of,
    numbers_with,
    of_each_kind,
    offered,
    section_of,
)


@check("error-not-found")
@of_each_kind((RECORD, VOICEMAIL, FAX))
def an_item_of_another_group_is_missing(kit: CheckContext, kind: Kind) -> None:
    """It is there under the group of its number, but not under another one or as another kind."""
    number, items = numbers_with(kit, kind)[0]
    item: Item = items[0]
    key = item[kind.key or ""]
    here, elsewhere = section_of(group_of(kit, number)), section_of(kit.new_group()["id"])
    client, word = kit.client, f"{kind.name}_not_found"
    kit.expect(client.get(here.path(kit, kind, key)), 200)
    kit.expect(client.get(elsewhere.path(kit, kind, key)), 404, word)
    for other in offered(kit, (RECORD, VOICEMAIL, FAX)):
        if other is not kind:
            # Where uuids have another form, it may be no path at all.
            response = kit.expect(client.get(here.path(kit, other, key)), 404)
            words = {f"{other.name}_not_found", None if FAX in (kind, other) else ""}
            got = error_code(response)
            kit.expect_true("the 404 has the word of its path", got in words, got)
    if kind is RECORD and "storage_url" not in kit.target.off:
        kit.expect(client.get(elsewhere.path(kit, kind, key, "storage_url")), 404, word)
    if "other_client" in kit.target.identities:
        other_client = kit.caller("other_client")
        kit.expect(other_client.get(here.path(kit, kind, key)), 403, "access_denied")
        for operation in kit.secured_operations:
            if operation.reads and [one.name for one in operation.path_collections][1:] == [
                kind.name
            ]:
                outer = operation.entry_parameters[0]
                own = outer.me or kit.factory.own(str(outer.collection), "other_client")
                path = fill(operation, {str(outer.collection): own, kind.name: key})
                kit.expect(other_client.get(path), 404, word)


@check("error-not-found", isolated=True)
def a_user_of_another_kind_is_no_group_user(kit: CheckContext) -> None:
    """The client's own user, by its id: not to be read, and in no list."""
    caller = kit.client
    me = caller.read(kit.me)
    path = kit.path("user", me["id"])
    # Read alone: a server might change or delete it, and with it the caller.
    kit.expect(caller.get(path), 404, "user_not_found")
    listed = [one["id"] for one in caller.read(kit.path("user"))]
    kit.expect_true("the list of group users leaves it out", me["id"] not in listed, listed)


@check("error-no-route", isolated=True)
def a_literal_segment_wins_over_an_id(kit: CheckContext) -> None:
    """There is no record of the name stats that could have a URL."""
    group = kit.new_group()["id"]
    path = kit.path("record", "stats", "storage_url", extension_group=group)
    kit.expect(kit.client.get(path), 404)
    # Whether it is no path or no record, with its word, is the same to who asks.
    kit.transport.exchanges[-1].problems.clear()


@check("known-paths", writes=False, smoke=True)
def what_is_not_implemented_is_missing(kit: CheckContext) -> None:
    """404 with a message, without a token and with one; who has the resource is not asked."""
    lacking = 0
    for template in kit.contract.known_paths:
        path = re.sub(r"\{\w+\}", "1", template)
        for caller in (kit.anonymous, kit.client):
            response = caller.get(path)
            if response.status_code == 404:
                message = response.json().get("message")
                kit.expect_true(f"the 404 of {path} has a message", bool(message), message)
                lacking += 1
            elif response.status_code in (400, 405) or response.status_code >= 500:
                kit.expect(response, 404)
            else:
                # The document says nothing of what is there.
                kit.transport.exchanges[-1].problems.clear()
    kit.need_offered(lacking, "the target has all of x-known-paths")
