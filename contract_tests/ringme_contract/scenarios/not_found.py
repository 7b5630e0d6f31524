"""404 for missing clients, groups, numbers, users, items, and paths."""

from __future__ import annotations

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.factories import NOWHERE, Item
from ringme_contract.own_entries import OwnEntries
from ringme_contract.scenarios.item_kinds import (
    CLIENT,
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


@check("error-client-not-found", layer="scenarios", isolated=True, smoke=True)
def a_client_that_does_not_exist_is_missing(kit: CheckContext) -> None:
    """In each path that names a client, whatever stands behind it."""
    own = OwnEntries(kit)
    for operation in kit.secured_operations:
        if operation.section == "client":
            response = own.request(kit.caller("client"), operation, client=NOWHERE)
            kit.expect(response, 404, "client_not_found")
    own.expect_unchanged("requests for a client that does not exist")


@check(
    "error-not-found",
    layer="scenarios",
    needs=("client", "other_client"),
    isolated=True,
    smoke=True,
)
def what_is_not_there_is_missing_by_its_own_word(kit: CheckContext) -> None:
    """Groups, numbers, users and items that never were, were deleted, or are another client's."""
    own, gone = OwnEntries(kit), OwnEntries(kit)
    client, deleted = kit.caller("client"), gone.delete()
    for operation in kit.secured_operations:
        nowhere = kit.factory.nowhere(operation)
        inside = operation.section == "client"
        for parameter, rule in zip(
            operation.entry_parameters, operation.path_collections, strict=True
        ):
            if parameter.me is not None:
                continue
            keys = [nowhere[parameter.name]]
            if rule.name in deleted:
                keys.append(gone[rule.name][rule.key])
            if inside and rule.name in own.collections:
                keys.append(kit.factory.own(rule.name, "other_client"))
            for key in keys:
                response = own.request(client, operation, **{rule.name: key})
                kit.expect(response, 404, rule.missing)
    own.expect_unchanged("requests for what is not there")


@check("error-not-found", layer="scenarios")
@of_each_kind((RECORD, VOICEMAIL, FAX))
def an_item_of_another_group_is_missing(kit: CheckContext, kind: Kind) -> None:
    """It is there under the group of its number, but not under another one or as another kind."""
    number, items = numbers_with(kit, kind)[0]
    item: Item = items[0]
    key = item[kind.key or ""]
    here, elsewhere = section_of(group_of(kit, number)), section_of(kit.new_group()["id"])
    client, word = kit.caller("client"), f"{kind.name}_not_found"
    kit.expect(client.get(here.path(kit, kind, key)), 200)
    kit.expect(client.get(elsewhere.path(kit, kind, key)), 404, word)
    for other in offered(kit, (RECORD, VOICEMAIL, FAX)):
        if other is not kind:
            kit.expect(client.get(here.path(kit, other, key)), 404, f"{other.name}_not_found")
    if kind is RECORD and "storage_url" not in kit.target.off:
        kit.expect(client.get(elsewhere.path(kit, kind, key, "storage_url")), 404, word)
    if kind is RECORD and "other_client" in kit.target.identities:
        other_client = kit.caller("other_client")
        kit.expect(other_client.get(CLIENT.path(kit, kind, key)), 404, word)
        kit.expect(other_client.get(here.path(kit, kind, key)), 403, "access_denied")


def _no_paths(kit: CheckContext, own: OwnEntries) -> set[str]:
    """Paths before and behind those of the document."""
    known = {own.path(one).rstrip("/"): one.path.rstrip("/") for one in kit.secured_operations}
    behind = {path for path, one in known.items() if f"{one}/{{" not in " ".join(known.values())}
    before = {path[:end] for path in known for end in range(len(path)) if path[end] == "/"}
    found = {f"{path}/no-such-path/" for path in behind}
    found |= {f"{kit.base}/no-such-path", f"{kit.base}/no-such-path/"}
    return found | {f"{one}/" for one in before - known.keys() if one.startswith(kit.base)}


@check("error-no-route", layer="scenarios", isolated=True, smoke=True)
def a_path_that_is_none_is_missing(kit: CheckContext) -> None:
    """With each method; near a path that there is, and far from any."""
    own, client = OwnEntries(kit), kit.caller("client")
    for path in _no_paths(kit, own):
        for method in ("GET", "POST", "PUT", "DELETE"):
            body = {"json": {"name": "x"}} if method in ("POST", "PUT") else {}
            response = kit.expect(client.request(method, path, **body), 404)
            message = response.json().get("message")
            kit.expect_true("the 404 has a message", isinstance(message, str), message)
    kit.expect(
        client.get(
            kit.path("record", "stats", "storage_url", extension_group=own["extension_group"]["id"])
        ),
        404,
    )
    # Whether it is no path or no record, with its word, is the same to who asks.
    kit.transport.exchanges[-1].problems.clear()
    own.expect_unchanged("requests for paths that are none")


@check("error-not-found", layer="scenarios", isolated=True)
def a_user_of_another_kind_is_no_group_user(kit: CheckContext) -> None:
    """The client's own user, by its id: not to be read, and in no list."""
    caller = kit.caller("client")
    me = caller.read(kit.me)
    path = kit.path("user", me["id"])
    # Read alone: a server might change or delete it, and with it the caller.
    kit.expect(caller.get(path), 404, "user_not_found")
    listed = [one["id"] for one in caller.read(kit.path("user"))]
    kit.expect_true("the list of group users leaves it out", me["id"] not in listed, listed)
