"""Reach of group users: their own group, and the numbers that are in it now."""

from __future__ import annotations

from ringme_contract.caller import Caller
from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.datetime_texts import SECOND, whole_second, write_datetime
from ringme_contract.lists import lists_with, moment_of, read_list
from ringme_contract.scenarios.users import NEEDS, User
from ringme_contract.scenarios.views import (
    busy_number,
    expect_reach,
    item_ids,
    member_ids,
    never_used,
    number_item_ids,
    own_id,
    reads,
)

# Nothing was recorded then, so deleting this range deletes nothing.
LONG_AGO = {"start_datetime": "1999-12-31 23:59:58", "end_datetime": "1999-12-31 23:59:59"}


@check("group-user-scope", needs=(*NEEDS, "other_client"), isolated=True, smoke=True)
def a_group_user_reaches_its_own_group_alone(kit: CheckContext) -> None:
    """All of its section; 403 for another group of any client, 404 for an unknown one."""
    user, sibling = User(kit), kit.new_group()["id"]
    own, foreign = user.group, kit.new_group("other_client")["id"]
    number = kit.new_extension(extension_group_id=own)
    outside = kit.new_extension(extension_group_id=sibling)
    caller = user.log_in().caller
    seen = caller.read(kit.path("extension", extension_group=own))
    kit.expect_equal("the members as its user sees them", seen, [number])
    for owner, key, status in (
        ("extension_group", own, 200), ("extension", number["id"], 200),
        ("extension_group", sibling, 403), ("extension_group", foreign, 403),
        ("extension_group", never_used(kit, "extension_group"), 404),
        ("extension", outside["id"], 403), ("client", None, 403),
    ):  # fmt: skip
        expect_reach(kit, caller, owner, key, status)
    for group in (own, sibling, foreign):
        for collection in {"record", "voicemail"} - kit.target.off:
            path = kit.path(collection, action="delete_range", extension_group=group)
            refused = (403, "access_denied")
            kit.expect(caller.delete(path, **LONG_AGO), *((204,) if group == own else refused))


@check("group-user-scope", needs=NEEDS)
def a_group_user_sees_what_its_client_sees_of_the_group(kit: CheckContext) -> None:
    """A number with items is put into its group: same lists and files; 403 for a stranger.

    The time zone of the user is that of its screens alone.
    """
    client, user, beside = kit.client, User(kit, timezone="Asia/Yekaterinburg"), User(kit)
    kit.place(busy_number(kit)["id"], user.group)
    caller, stranger = user.log_in().caller, beside.log_in().caller
    for path, query in reads(kit, "extension_group", user.group):
        whole = client.read(path, **query)
        kit.expect_equal(f"{path} as the group's user sees it", caller.read(path, **query), whole)
        kit.expect(stranger.get(path, **query), 403, "access_denied")
    _expect_no_zone(kit, caller, user.group)
    for collection, ids in item_ids(kit, client, "extension_group", user.group).items():
        for key in ids[:1]:
            path = kit.path(collection, key, extension_group=user.group)
            elsewhere = kit.path(collection, key, extension_group=beside.group)
            kit.expect(caller.get(path), 200)
            kit.expect(stranger.get(path), 403, "access_denied")
            kit.expect(stranger.get(elsewhere), 404, f"{collection}_not_found")


def _expect_no_zone(kit: CheckContext, caller: Caller, group: int) -> None:
    """Fails unless a range of the time of an item has that item."""
    for listing in lists_with(kit, owner=kit.roles.groups, ranged=True):
        for item in read_list(kit, kit.client, listing, group)[:1]:
            at = whole_second(moment_of(listing, item))
            bounds = map(write_datetime, (at, at + SECOND))
            query = dict(zip(kit.range_query, bounds, strict=True))
            got = read_list(kit, caller, listing, group, **query)
            kit.expect_true(f"{listing.id} at the time of an item has it", item in got, got)


@check("group-user-scope", needs=NEEDS, isolated=True)
def a_user_moved_to_another_group_reaches_that_one(kit: CheckContext) -> None:
    """With its existing token: the new group at once, the former one no more."""
    user, second = User(kit), kit.new_group()["id"]
    session = user.log_in()
    for group, other in ((second, user.group), (user.group, second)):
        user.change(extension_group_id=group)
        kit.expect_equal("its group", session.read_me()["extension_group_id"], group)
        expect_reach(kit, session.caller, "extension_group", group, 200)
        expect_reach(kit, session.caller, "extension_group", other, 403)


@check("group-user-follows-membership", needs=NEEDS, isolated=True, smoke=True)
def a_number_that_leaves_is_out_of_reach(kit: CheckContext) -> None:
    """For another group, for none, by deletion; within reach again as soon as it is back."""
    client, number = kit.client, kit.new_extension()["id"]
    path = kit.path("extension", number)
    # The same tokens are used throughout.
    callers = {user.group: user.log_in().caller for user in (User(kit), User(kit))}

    def expect_inside(place: int | None, otherwise: int) -> None:
        for group, caller in callers.items():
            inside = group == place
            expect_reach(kit, caller, "extension", number, 200 if inside else otherwise)
            listed = caller.read(kit.path("extension", extension_group=group))
            members = [one["id"] for one in listed]
            kit.expect_equal(f"members of group {group}", members, [number] if inside else [])

    first, second = callers
    for place in (first, second, None, second, first, None, first):
        kit.expect(client.put(path, {"extension_group_id": place}), 200)
        expect_inside(place, 403)
    kit.expect(client.delete(path), 204)
    expect_inside(None, 404)


@check("group-user-follows-membership", needs=NEEDS)
def its_items_leave_with_the_number(kit: CheckContext) -> None:
    """Lists and files of a number with items, for the user of the group that it leaves."""
    number, user = busy_number(kit)["id"], User(kit)
    caller, of_number = user.log_in().caller, number_item_ids(kit, number)
    files = [
        kit.path(name, key, extension_group=user.group)
        for name, ids in of_number.items()
        for key in ids
    ]
    nothing: dict[str, list[str]] = {name: [] for name in of_number}
    for group, shown, status in ((user.group, of_number, 200), (None, nothing, 404)):
        kit.place(number, group)
        seen = item_ids(kit, caller, "extension_group", user.group)
        kit.expect_equal(f"items with the number in {group}", seen, shown)
        for path in files[:3]:
            kit.expect(caller.get(path), status)
    expect_reach(kit, caller, "extension", number, 403)
    kit.expect_equal("members", member_ids(kit, user.group), [])


@check("group-user-scope", needs=("client", "group"), writes=False)
def the_group_identity_reaches_its_own_group_alone(kit: CheckContext) -> None:
    """The user that the target names, and every other group of its client."""
    caller, own = kit.caller("group"), own_id(kit, "group", "extension_group")
    expect_reach(kit, caller, "extension_group", own, 200)
    for group in kit.factory.read("extension_group")[:20]:
        if group["id"] != own:
            expect_reach(kit, caller, "extension_group", group["id"], 403)
