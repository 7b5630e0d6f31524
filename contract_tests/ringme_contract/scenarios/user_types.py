"""Types of users and their access: what each can read and change."""

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
from ringme_contract.scenarios.users import NEEDS, User
from ringme_contract.scenarios.views import (
    ITEMS,
    expect_reach,
    expect_shown,
    item_ids,
    own_id,
    reads,
)

# The number of owners of one kind that are tried.
_SOME = 4
# Collections with files, by owner.
_DOWNLOADS = {"client": ("record",), "extension_group": ITEMS}


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
    """All that the full user of the same client reads: lists, single entries, files."""
    full, reader = kit.client, kit.caller("client_read_only")
    _expect_same_reading(kit, full, reader, "client", kit.roles.own_client)
    for collection in ("extension_group", "extension", "user"):
        listed = kit.path(collection)
        for thing in some(kit, full.read(listed), 2, collection):
            path = f"{listed}{thing['id']}"
            kit.expect_equal(path, reader.read(path), full.read(path))
            if collection != "user":
                _expect_same_reading(kit, full, reader, collection, thing["id"])


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


@check("user-types", needs=("client", "extension"), writes=False)
def an_extension_user_reads_what_its_client_reads_of_the_number(kit: CheckContext) -> None:
    """Lists and statistics of the number are the same."""
    number = own_id(kit, "extension", "extension")
    _expect_same_reading(kit, kit.client, kit.caller("extension"), "extension", number)


@check("access", needs=NEEDS, isolated=True, smoke=True)
def access_counts_from_the_next_request_on(kit: CheckContext) -> None:
    """Full, read_only, full again: shown to all, and in force for the existing token."""
    user = User(kit, access="read_only")
    session, refused = user.log_in(), (403, "user_access_type_deny")
    # A new read-only user may use only GET from its first request on, in any section.
    kit.expect_equal("access of the new user", session.me["access"], "read_only")
    caller, path = session.caller, kit.path("extension_group", user.group)
    body = {"name": kit.new_name("group")}
    for response in (
        caller.put(path, body), caller.post(kit.path("extension_group"), body), caller.delete(path),
    ):  # fmt: skip
        kit.expect(response, *refused)
    for access in ("full", "read_only", "full", "read_only"):
        expect_shown(kit, "user", user.change(access=access))
        kit.expect_equal("its own access", session.read_me()["access"], access)
        expect_reach(kit, caller, "extension_group", user.group, 200)
        for collection in {"record", "voicemail"} - kit.target.off:
            response = caller.delete(kit.path(collection, extension_group=user.group), **LONG_AGO)
            kit.expect(response, *((204,) if access == "full" else refused))


@check("access", isolated=True)
def there_is_no_third_access(kit: CheckContext) -> None:
    """Any other value is a 400, for a new user and for an existing one, which stays as it was."""
    user = User(kit, access="read_only")
    for access in ("write", "READ_ONLY", "", None, True, ["full"]):
        body = new_body(kit, user.group, access=access)
        kit.expect(kit.client.post(kit.path("user"), body), 400)
        kit.expect(kit.client.put(user.path, {"access": access}), 400)
        expect_shown(kit, "user", user.entry)


@check("user-types", needs=NEEDS, isolated=True)
def a_group_user_may_delete_recorded_items(kit: CheckContext) -> None:
    """In the sections of its group and its numbers: an unknown item is missing, not forbidden."""
    own = OwnEntries(kit)
    caller = User(kit, own["extension_group"]["id"]).log_in().caller
    for operation in kit.secured_operations:
        item = operation.action == "delete" and not own.holds(operation)
        if item and operation.section in ("extension_group", "extension"):
            kit.expect(own.request(caller, operation), 404, operation.collection.missing)


_CHANGES = ("create", "update", "delete_listed", "delete_range")


@check("user-types", needs=NEEDS, isolated=True)
def a_group_user_uses_all_of_its_group_and_its_numbers(kit: CheckContext) -> None:
    """A read-only user can read all of it; with full access it can also change numbers."""
    own = OwnEntries(kit)
    group = own["extension_group"]["id"]
    caller, reader = (
        User(kit, group, access=access).log_in().caller for access in ("full", "read_only")
    )
    found = [
        one
        for one in kit.secured_operations
        if one.section in ("extension_group", "extension") and own.holds(one)
    ]
    for one in found:
        for reading in (caller, reader) if one.reads else ():
            kit.expect(own.request(reading, one), 200)
    for action in _CHANGES:
        for one in found:
            if one.action == action:
                kit.expect(own.request(caller, one), one.status)


@check("user-types", needs=("client", "extension"), uses=("events",))
def an_extension_user_changes_what_its_number_has(kit: CheckContext) -> None:
    """A subscription of its own: created, changed and deleted. Unknown entries are a 404."""
    caller, number = kit.caller("extension"), own_id(kit, "extension", "extension")
    for operation in kit.secured_operations:
        owner, *items = operation.entry_parameters or [None]
        if operation.section == kit.roles.numbers and owner and items and not operation.reads:
            path = operation.fill({**kit.factory.nowhere(operation), owner.name: number})
            body = {"json": kit.factory.harmless(operation)} if operation.json_body else {}
            response = caller.request(operation.method, path, **body)
            kit.expect(response, 404, operation.collection.missing)
    path = kit.path("event", extension=number)
    made = kit.expect(caller.post(path, kit.factory.body(kit.factory.creation("event"))), 201)
    one = f"{path}{made.json()['id']}"
    kit.expect(caller.put(one, {}), 200)
    kit.expect(caller.delete(one), 204)


@check("user-types", needs=("client", "group"), writes=False, smoke=True)
def a_group_user_reaches_its_group_and_the_numbers_in_it(kit: CheckContext) -> None:
    """Not the client, no other group, and no number in another group or in none."""
    caller, group = kit.caller("group"), own_id(kit, "group", "extension_group")
    homes = {one["id"]: one["extension_group_id"] for one in kit.factory.read("extension")}
    inside = [key for key, home in homes.items() if home == group]
    loose = [key for key, home in homes.items() if home is None]
    outside = [key for key in homes if key not in (*inside, *loose)]
    neither = not inside or not (outside or loose)
    kit.need(not neither, "not both are there: numbers in the group of the identity group, and not")
    _expect_reach(kit, caller, "extension_group", [group], 200)
    _expect_reach(kit, caller, "extension", inside, 200)
    _expect_reach(kit, caller, "extension", outside, 403)
    _expect_reach(kit, caller, "extension", loose, 403)
    _expect_reach(kit, caller, "extension_group", _keys(kit, "extension_group", group), 403)
    _expect_reach(kit, caller, "client", [None, own_id(kit, "client", "client")], 403)
    for path in (kit.path("extension_group", group), kit.path("extension", inside[0])):
        kit.expect(caller.get(path), 403, "access_denied")


@check("user-types", needs=("client", "extension"))
def an_extension_user_reaches_its_number_alone(kit: CheckContext) -> None:
    """No other number, not the client, and no group, not even that of its number."""
    caller, number = kit.caller("extension"), own_id(kit, "extension", "extension")
    group = kit.new_group()["id"]
    beside = kit.new_extension(extension_group_id=group)["id"]
    others = _keys(kit, "extension", number, beside)
    for place, numbers, groups in (
        (group, [beside], [group]), (None, others, _keys(kit, "extension_group", group)),
    ):  # fmt: skip
        kit.place(number, place)
        _expect_reach(kit, caller, "extension", [number], 200)
        _expect_reach(kit, caller, "extension", numbers, 403)
        _expect_reach(kit, caller, "extension_group", groups, 403)
        kit.expect_equal("its own group", caller.read(kit.me)["extension_group_id"], None)
    _expect_reach(kit, caller, "client", [None, own_id(kit, "client", "client")], 403)
    for path in (kit.path("extension_group", group), kit.path("extension", number)):
        kit.expect(caller.get(path), 403, "access_denied")


def _keys(kit: CheckContext, collection: str, *without: object) -> list[int]:
    return [one["id"] for one in kit.factory.read(collection) if one["id"] not in without]


def _expect_reach(
    kit: CheckContext, caller: Caller, owner: str, keys: Iterable[object], status: int
) -> None:
    """Fails unless every GET of a section has this status, for some owners."""
    chosen = some(kit, keys, 2 if status == 200 else _SOME, caller.name, owner)
    kit.map(lambda key: expect_reach(kit, caller, owner, key, status), chosen)
