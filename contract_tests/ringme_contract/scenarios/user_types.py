"""Types of users and their access: what each reaches, and what it may change there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ringme_contract.caller import Caller
from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.own_entries import OwnEntries
from ringme_contract.samples import some
from ringme_contract.scenarios.group_user_scope import LONG_AGO
from ringme_contract.scenarios.group_users import new_body
from ringme_contract.scenarios.views import (
    ITEMS,
    USERS_OF_TARGET,
    Session,
    client_view,
    expect_reach,
    expect_same_view,
    expect_shown,
    item_ids,
    own_id,
    reads,
    user_of,
)
from ringme_contract.verdict import NotReached

# So many owners of one kind are looked at, where a client may have any number of them.
_SOME = 4
# Where files can be fetched.
_DOWNLOADS = {"client": ("record",), "extension_group": ITEMS}


def _expect_reach(
    kit: CheckContext, caller: Caller, owner: str, keys: Iterable[object], status: int
) -> int:
    """Every GET of a section has this status, for some owners; returns their number."""
    # Of what is within reach two prove the same.
    chosen = some(kit, keys, 2 if status == 200 else _SOME, caller.name, owner)
    return len(kit.map(lambda key: expect_reach(kit, caller, owner, key, status), chosen))


def _expect_same_reading(
    kit: CheckContext, full: Caller, reader: Caller, owner: str, key: Any
) -> None:
    def look(path: str, query: dict[str, str]) -> None:
        expected = full.read(path, **query)
        kit.expect_equal(f"{path} as {reader.name} reads it", reader.read(path, **query), expected)

    kit.map(lambda one: look(*one), reads(kit, owner, key))
    for collection, ids in item_ids(kit, full, owner, key).items():
        for uuid in ids[:1] if collection in _DOWNLOADS.get(owner, ()) else ():
            path = kit.path(collection, uuid, **{owner: key})
            same = reader.get(path).content == kit.expect(full.get(path), 200).content
            kit.expect_true(f"{reader.name} gets the same file from {path}", same)


@check("read-only", needs=("client", "client_read_only"), writes=False)
def a_read_only_user_of_the_client_reads_all(kit: CheckContext) -> None:
    """All that the full user of the same client reads: lists, single things, files."""
    full, reader = kit.client, kit.caller("client_read_only")
    _expect_same_reading(kit, full, reader, "client", kit.roles.own_client)
    for path, owner in (
        (kit.path("extension_group"), "extension_group"),
        (kit.path("extension"), "extension"),
        (kit.path("user"), ""),
    ):
        for thing in some(kit, full.read(path), 2, owner):
            alone = reader.read(f"{path}{thing['id']}")
            kit.expect_equal(f"{path}{thing['id']}", alone, full.read(f"{path}{thing['id']}"))
            if owner:
                _expect_same_reading(kit, full, reader, owner, thing["id"])


@check("read-only", needs=("group", "group_read_only"), writes=False)
def a_read_only_user_of_a_group_reads_all(kit: CheckContext) -> None:
    """All that the full user of the same group reads."""
    full, reader = kit.caller("group"), kit.caller("group_read_only")
    group = own_id(kit, "group", "extension_group")
    kit.need(
        own_id(kit, "group_read_only", "extension_group") == group,
        "the identities group and group_read_only are of two groups",
    )
    _expect_same_reading(kit, full, reader, "extension_group", group)
    for number in some(kit, full.read(kit.path("extension", extension_group=group)), 2):
        _expect_same_reading(kit, full, reader, "extension", number["id"])


@check("access", needs=("client", "login"), isolated=True, smoke=True)
def access_counts_from_the_next_request_on(kit: CheckContext) -> None:
    """read_only, full, read_only again: shown to all, and in force for the token that is there."""
    group = kit.new_group()["id"]
    user, password = kit.new_group_user(group)
    caller = Session(kit, "user", user["login"], password).caller
    for access in ("full", "read_only", "full", "read_only"):
        response = kit.client.put(kit.path("user", user["id"]), {"access": access})
        kit.expect_equal(
            "the response", kit.expect(response, 200).json(), {**user, "access": access}
        )
        expect_shown(kit, "user", {**user, "access": access})
        kit.expect_equal("its own access", caller.read(kit.me)["access"], access)
        _expect_reach(kit, caller, "extension_group", [group], 200)
        for collection in ("record", "voicemail"):
            if collection not in kit.target.off:
                response = caller.delete(kit.path(collection, extension_group=group), **LONG_AGO)
                full = access == "full"
                kit.expect(response, *((204, None) if full else (403, "user_access_type_deny")))


@check("access", needs=("client", "login"), isolated=True)
def there_is_no_third_access(kit: CheckContext) -> None:
    """Another word is a 400, for a new user and for one that is there, who stays as it was."""
    client, group = kit.client, kit.new_group()["id"]
    user, _ = kit.new_group_user(group, access="read_only")
    for access in ("write", "READ_ONLY", "", None, True, ["full"]):
        body = new_body(kit, group, access=access)
        kit.expect(client.post(kit.path("user"), body), 400)
        kit.expect(client.put(kit.path("user", user["id"]), {"access": access}), 400)
        expect_shown(kit, "user", user)


@check("access", writes=False)
def each_identity_has_the_access_of_its_role(kit: CheckContext) -> None:
    """Access as the current user shows it."""
    for name in USERS_OF_TARGET:
        if name in kit.target.identities:
            expected = "read_only" if name.endswith("read_only") else "full"
            got = kit.caller(name).read(kit.me)["access"]
            kit.expect_equal(f"the access of the identity {name}", got, expected)


def _keys(kit: CheckContext, path: str, identity: str = "client") -> list[int]:
    return [one["id"] for one in kit.caller(identity).read(path)]


@check("user-types", needs=("client", "group"), writes=False, smoke=True)
def a_group_user_reaches_its_group_and_the_numbers_in_it(kit: CheckContext) -> None:
    """Not the client, no other group, no number that is in another group or in none."""
    caller, group = kit.caller("group"), own_id(kit, "group", "extension_group")
    client = own_id(kit, "client", "client")
    numbers = kit.client.read(kit.path("extension"))
    inside = [one["id"] for one in numbers if one["extension_group_id"] == group]
    loose = [one["id"] for one in numbers if one["extension_group_id"] is None]
    outside = [one["id"] for one in numbers if one["extension_group_id"] not in (group, None)]
    _expect_reach(kit, caller, "extension_group", [group], 200)
    reached = _expect_reach(kit, caller, "extension", inside, 200)
    refused = _expect_reach(kit, caller, "extension", outside, 403)
    refused += _expect_reach(kit, caller, "extension", loose, 403)
    if not reached or not refused:
        raise NotReached("not both are there: numbers in the group of the identity group, and not")
    others = [key for key in _keys(kit, kit.path("extension_group")) if key != group]
    _expect_reach(kit, caller, "extension_group", others, 403)
    _expect_reach(kit, caller, "client", [None, client], 403)
    for path in (kit.path("extension_group", group), kit.path("extension", inside[0])):
        kit.expect(caller.get(path), 403, "access_denied")


@check("user-types", needs=("client", "login"))
def a_group_user_changes_nothing_of_its_client(kit: CheckContext) -> None:
    """Full access is that to the group section; not to the settings of any group or number."""
    own = OwnEntries(kit)
    caller = user_of(kit, own, "user of a group")
    group = own["extension_group"]["id"]
    before = client_view(kit, groups=[group])
    writes = (one for one in kit.secured_operations if not one.reads)
    refused = [one for one in writes if one.section == "client"]
    kit.map(lambda one: kit.expect(own.request(caller, one), 403, "access_denied"), refused)
    after = client_view(kit, groups=[group])
    expect_same_view(kit, f"what {caller.name} may not do", after, before)


@check("user-types", needs=("client", "login"), isolated=True)
def a_group_user_may_delete_recorded_items(kit: CheckContext) -> None:
    """In the section of its own group; what it asks for is missing there, and not forbidden."""
    own = OwnEntries(kit)
    caller = user_of(kit, own, "user of a group")
    for operation in kit.secured_operations:
        item = operation.action == "delete" and not own.holds(operation)
        if item and operation.section == "extension_group":
            kit.expect(own.request(caller, operation), 404, operation.collection.missing)


@check("user-types", needs=("client", "extension"))
def an_extension_user_reaches_its_number_alone(kit: CheckContext) -> None:
    """Not another number, not the client, no group, and not that which its number is in."""
    caller, number = kit.caller("extension"), own_id(kit, "extension", "extension")
    group = kit.new_group()["id"]
    beside = kit.new_extension(extension_group_id=group)["id"]
    others = [key for key in _keys(kit, kit.path("extension")) if key not in (number, beside)]
    groups = [key for key in _keys(kit, kit.path("extension_group")) if key != group]
    for place, elsewhere in ((group, [beside, group]), (None, [])):
        kit.place(number, place)
        _expect_reach(kit, caller, "extension", [number], 200)
        _expect_reach(kit, caller, "extension", elsewhere[:1] or others, 403)
        _expect_reach(kit, caller, "extension_group", elsewhere[1:] or groups, 403)
        kit.expect_equal("its own group", caller.read(kit.me)["extension_group_id"], None)
    _expect_reach(kit, caller, "client", [None, own_id(kit, "client", "client")], 403)
    for path in (kit.path("extension_group"), kit.path("extension")):
        for key in _keys(kit, path)[:_SOME]:
            kit.expect(caller.get(f"{path}{key}"), 403, "access_denied")
    kit.expect(caller.get(kit.path("extension", number)), 403, "access_denied")


@check("access", needs=("client", "login"), isolated=True)
def a_user_made_read_only_may_use_get_alone(kit: CheckContext) -> None:
    """From its first request on, and whatever the section; it is shown to be read_only."""
    group = kit.new_group()["id"]
    user, password = kit.new_group_user(group, access="read_only")
    caller = kit.log_in("read-only user", user["login"], password)
    kit.expect_equal("access of the new user", caller.read(kit.me)["access"], "read_only")
    caller.read(kit.path("extension", extension_group=group))
    path = kit.path("extension_group", group)
    for response in (
        caller.put(path, {"name": kit.new_name("group")}),
        caller.post(kit.path("extension_group"), {"name": kit.new_name("group")}),
        caller.delete(path),
    ):
        kit.expect(response, 403, "user_access_type_deny")
