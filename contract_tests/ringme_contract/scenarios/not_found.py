"""404 for missing clients, groups, numbers, users, items, and paths."""

from __future__ import annotations

from ringme_contract.check import check
from ringme_contract.check_context import API, CheckContext
from ringme_contract.factories import NO_FAX, NO_RECORD, NOWHERE, Item
from ringme_contract.own_entries import OwnEntries, send
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
from ringme_contract.scenarios.views import GROUPS, NUMBERS, USERS


@check("error-client-not-found", layer="scenarios")
def a_client_that_does_not_exist_is_missing(kit: CheckContext) -> None:
    """In each path that names a client, whatever stands behind it."""
    own = OwnEntries.new(kit)
    for operation in kit.secured_operations:
        if "client_id" in operation.path_names:
            response = own.request(kit.caller("client"), operation, client_id=NOWHERE)
            kit.expect(response, 404, "client_not_found")
    own.expect_unchanged("requests for a client that does not exist")


@check("error-not-found", layer="scenarios", needs=("client", "other_client"))
def what_is_not_there_is_missing_by_its_own_word(kit: CheckContext) -> None:
    """Groups, numbers, users and items that never were, were deleted, or are another client's."""
    own, gone = OwnEntries.new(kit), OwnEntries.new(kit)
    client = kit.caller("client")
    for path, thing in ((USERS, gone.user), (NUMBERS, gone.extension), (GROUPS, gone.group)):
        kit.expect(client.delete(f"{path}{thing['id']}"), 204)
    foreign = {
        "ext_group_id": kit.new_group("other_client")["id"],
        "extension_id": kit.new_extension("other_client")["id"],
    }
    words = {"ext_group_id": "extension_group", "extension_id": "extension", "user_id": "user"}
    for operation in kit.secured_operations:
        for name in operation.path_names:
            if name == "client_id":
                continue
            item = name in ("record_uuid", "uuid")
            word = f"{operation.collection.name if item else words[name]}_not_found"
            keys = (
                [NO_FAX if name == "uuid" else NO_RECORD] if item else [NOWHERE, gone.values[name]]
            )
            if operation.path_names[0] == "client_id" and name in foreign:
                keys.append(foreign[name])
            for key in keys:
                kit.expect(own.request(client, operation, **{name: key}), 404, word)
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
    kit.expect(client.get(f"{here}/{kind.name}/{key}"), 200)
    kit.expect(client.get(f"{elsewhere}/{kind.name}/{key}"), 404, word)
    for other in offered(kit, (RECORD, VOICEMAIL, FAX)):
        if other is not kind:
            kit.expect(client.get(f"{here}/{other.name}/{key}"), 404, f"{other.name}_not_found")
    if kind is RECORD and "storage_url" not in kit.target.off:
        kit.expect(client.get(f"{elsewhere}/record/{key}/storage_url/"), 404, word)
    if kind is RECORD and "other_client" in kit.target.identities:
        other_client = kit.caller("other_client")
        kit.expect(other_client.get(f"{CLIENT}/record/{key}"), 404, word)
        kit.expect(other_client.get(f"{here}/record/{key}"), 403, "access_denied")


@check("error-no-route", layer="scenarios")
def a_path_that_is_none_is_missing(kit: CheckContext) -> None:
    """With each method; near a path that there is, and far from any."""
    own, client = OwnEntries.new(kit), kit.caller("client")
    group, number = own.group["id"], own.extension["id"]
    for path in (
        "/no-such-path", "/no-such-path/", "/user/no-such-path", "/client/@me/no-such-path/",
        f"{GROUPS}{group}/no-such-path/", f"/extension_group/{group}/no-such-path/",
        f"/extension_group/{group}/record/{NO_RECORD}/no-such-path/",
        f"/extension_group/{group}/record/{NO_RECORD}/storage_url/no-such-path",
        f"/extension/{number}/no-such-path/", f"/client/@me/extension/{number}/no-such-path/",
        "/", "/client/", "/client/@me/", f"/extension_group/{group}/", f"/extension/{number}/",
        f"/extension_group/{group}/record/stats/no-such-path/", "/client/@me/user/",
    ):  # fmt: skip
        for method in ("GET", "POST", "PUT", "DELETE"):
            body = {"json": {"name": "x"}} if method in ("POST", "PUT") else {}
            response = kit.expect(send(kit, client, method, API + path, **body), 404)
            message = response.json().get("message")
            kit.expect_true("the 404 has a message", isinstance(message, str), message)
    kit.expect(client.get(f"/extension_group/{group}/record/stats/storage_url/"), 404)
    # Whether it is no path or no record, with its word, is the same to who asks.
    kit.transport.exchanges[-1].problems.clear()
    own.expect_unchanged("requests for paths that are none")


@check("error-not-found", layer="scenarios")
def a_user_of_another_kind_is_no_group_user(kit: CheckContext) -> None:
    """The client's own user, by its id: not to be read, and then not to be changed or deleted."""
    caller = kit.caller("client")
    me = caller.read("/user/")
    path = f"{USERS}{me['id']}"
    # A server that shows it might delete it as well, and with it the caller.
    kit.expect(caller.get(path), 404, "user_not_found")
    kit.expect(caller.put(path, {"comment": "not a group user"}), 404, "user_not_found")
    kit.expect(caller.delete(path), 404, "user_not_found")
    kit.expect_equal("the client's own user", caller.read("/user/"), me)
    listed = [one["id"] for one in caller.read(USERS)]
    kit.expect_true("the list of group users leaves it out", me["id"] not in listed, listed)
