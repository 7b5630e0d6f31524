"""Reach of group users: their own group, and the numbers that are in it now."""

from __future__ import annotations

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.scenarios.group_users import NEEDS
from ringme_contract.scenarios.views import (
    Session,
    busy_number,
    expect_reach,
    item_ids,
    member_ids,
    never_used,
    number_item_ids,
    own_id,
    reads,
)

# Nothing was recorded then, so that deleting this range deletes nothing.
LONG_AGO = {"start_datetime": "1999-12-31 23:59:58", "end_datetime": "1999-12-31 23:59:59"}


@check("group-user-scope", needs=(*NEEDS, "other_client"), isolated=True, smoke=True)
def a_group_user_reaches_its_own_group_alone(kit: CheckContext) -> None:
    """All of its section; 403 for another group, whose client it ever is, 404 for none."""
    own, sibling = kit.new_group()["id"], kit.new_group()["id"]
    foreign = kit.new_group("other_client")["id"]
    number = kit.new_extension(extension_group_id=own)
    outside = kit.new_extension(extension_group_id=sibling)
    user, password = kit.new_group_user(own)
    caller = Session(kit, "user of the group", user["login"], password).caller
    expect_reach(kit, caller, "extension_group", own, 200)
    expect_reach(kit, caller, "extension", number["id"], 200)
    seen = caller.read(kit.path("extension", extension_group=own))
    kit.expect_equal("the members as its user sees them", seen, [number])
    expect_reach(kit, caller, "extension_group", sibling, 403)
    expect_reach(kit, caller, "extension_group", foreign, 403)
    expect_reach(kit, caller, "extension_group", never_used(kit, "extension_group"), 404)
    expect_reach(kit, caller, "extension", outside["id"], 403)
    expect_reach(kit, caller, "client", None, 403)
    for group, status in ((own, 204), (sibling, 403), (foreign, 403)):
        for collection in {"record", "voicemail"} - kit.target.off:
            path = kit.path(collection, action="delete_range", extension_group=group)
            word = "access_denied" if status == 403 else None
            kit.expect(caller.delete(path, **LONG_AGO), status, word)


@check("group-user-scope", needs=NEEDS)
def a_group_user_sees_what_its_client_sees_of_the_group(kit: CheckContext) -> None:
    """A number with items is put into its group: same lists, same files; 403 by another group."""
    client, number = kit.client, busy_number(kit)
    own, sibling = kit.new_group()["id"], kit.new_group()["id"]
    kit.place(number["id"], own)
    callers = []
    for group in (own, sibling):
        user, password = kit.new_group_user(group)
        callers.append(Session(kit, "user of a group", user["login"], password).caller)
    caller, stranger = callers
    for path, query in reads(kit, "extension_group", own):
        whole = client.read(path, **query)
        kit.expect_equal(f"{path} as the group's user sees it", caller.read(path, **query), whole)
        kit.expect(stranger.get(path, **query), 403, "access_denied")
    for collection, ids in item_ids(kit, client, "extension_group", own).items():
        for key in ids[:1]:
            path = kit.path(collection, key, extension_group=own)
            kit.expect(caller.get(path), 200)
            kit.expect(stranger.get(path), 403, "access_denied")
            kit.expect(
                stranger.get(kit.path(collection, key, extension_group=sibling)),
                404,
                f"{collection}_not_found",
            )


@check("group-user-scope", needs=NEEDS, isolated=True)
def a_user_moved_to_another_group_reaches_that_one(kit: CheckContext) -> None:
    """With the token that it has: the new group at once, the former one no more."""
    first, second = kit.new_group()["id"], kit.new_group()["id"]
    user, password = kit.new_group_user(first)
    caller = Session(kit, "moved user", user["login"], password).caller
    for group, other in ((second, first), (first, second)):
        body = {"extension_group_id": group}
        kit.expect(kit.client.put(kit.path("user", user["id"]), body), 200)
        kit.expect_equal("its group", caller.read(kit.me)["extension_group_id"], group)
        expect_reach(kit, caller, "extension_group", group, 200)
        expect_reach(kit, caller, "extension_group", other, 403)


@check("group-user-follows-membership", needs=NEEDS, isolated=True, smoke=True)
def a_number_that_leaves_is_out_of_reach(kit: CheckContext) -> None:
    """By another group, by none, by its deletion; and within reach again as soon as it is back."""
    client, number = kit.client, kit.new_extension()["id"]
    groups = [kit.new_group()["id"] for _ in range(2)]
    callers = []
    for group in groups:
        user, password = kit.new_group_user(group)
        callers.append(Session(kit, f"user of group {group}", user["login"], password).caller)
    # The same tokens all the way.
    for place in (groups[0], groups[1], None, groups[1], groups[0], None, groups[0]):
        body = {"extension_group_id": place}
        kit.expect(client.put(kit.path("extension", number), body), 200)
        for group, caller in zip(groups, callers, strict=True):
            inside = group == place
            expect_reach(kit, caller, "extension", number, 200 if inside else 403)
            members = [
                one["id"] for one in caller.read(kit.path("extension", extension_group=group))
            ]
            kit.expect_equal(f"members of group {group}", members, [number] if inside else [])
    kit.expect(client.delete(kit.path("extension", number)), 204)
    for group, caller in zip(groups, callers, strict=True):
        expect_reach(kit, caller, "extension", number, 404)
        kit.expect_equal(
            f"members of group {group}",
            caller.read(kit.path("extension", extension_group=group)),
            [],
        )


@check("group-user-follows-membership", needs=NEEDS)
def its_items_leave_with_the_number(kit: CheckContext) -> None:
    """Lists and files of a number with items, for the user of the group that it leaves."""
    client, number = kit.client, busy_number(kit)["id"]
    group = kit.new_group()["id"]
    user, password = kit.new_group_user(group)
    caller = Session(kit, "user of the group", user["login"], password).caller
    of_number = number_item_ids(kit, number)
    kit.place(number, group)
    kit.expect_equal("items", item_ids(kit, caller, "extension_group", group), of_number)
    files = [
        kit.path(name, key, extension_group=group) for name, ids in of_number.items() for key in ids
    ]
    for path in files[:3]:
        kit.expect(caller.get(path), 200)
    kit.expect(client.put(kit.path("extension", number), {"extension_group_id": None}), 200)
    expect_reach(kit, caller, "extension", number, 403)
    nothing: dict[str, list[str]] = {name: [] for name in of_number}
    kit.expect_equal("items", item_ids(kit, caller, "extension_group", group), nothing)
    for path in files[:3]:
        kit.expect(caller.get(path), 404)
    kit.expect_equal("members", member_ids(kit, group), [])


@check("group-user-scope", needs=("client", "group"), writes=False)
def the_group_identity_reaches_its_own_group_alone(kit: CheckContext) -> None:
    """The user that the target names, and every other group of its client."""
    own = own_id(kit, "group", "extension_group")
    expect_reach(kit, kit.caller("group"), "extension_group", own, 200)
    for group in kit.client.read(kit.path("extension_group"))[:20]:
        if group["id"] != own:
            expect_reach(kit, kit.caller("group"), "extension_group", group["id"], 403)
