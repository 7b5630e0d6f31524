"""Groups: their order and names, and the effects of deleting one."""

from __future__ import annotations

from collections import Counter

from ringme_contract.caller import readers
from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.scenarios.item_kinds import (
    Items,
    group_of,
    group_then,
    of_each_kind,
    offered,
    section_of_number,
)
from ringme_contract.scenarios.users import NEEDS, User, expect_error
from ringme_contract.scenarios.views import (
    client_view,
    expect_gone,
    expect_same_view,
    expect_shown,
)


@check("group-names-repeat", isolated=True)
def two_groups_share_a_name(kit: CheckContext) -> None:
    """By creation and by renaming; changes of one do not affect the others."""
    client, name = kit.client, kit.new_name("shared")
    first, second, third = kit.new_group(name=name), kit.new_group(name=name), kit.new_group()
    paths = [kit.path("extension_group", one["id"]) for one in (first, second, third)]
    third = kit.expect(client.put(paths[2], {"name": name}), 200).json()
    groups = [first, second, third]
    kit.expect_equal("their names", [one["name"] for one in groups], [name] * 3)
    kit.expect_equal("number of different ids", len({one["id"] for one in groups}), 3)
    for one in groups:
        expect_shown(kit, "extension_group", one)
    kit.expect(client.put(paths[1], {"extra_params": "second"}), 200)
    kit.expect(client.delete(paths[0]), 204)
    expect_gone(kit, "extension_group", first["id"], "extension_group_not_found")
    expect_shown(kit, "extension_group", {**second, "extra_params": "second"})
    expect_shown(kit, "extension_group", third)


@check("group-delete", needs=NEEDS, isolated=True)
def its_users_are_gone(kit: CheckContext) -> None:
    """404, in no list, no login; their logins are free, tokens are 401. Users of others stay."""
    group, stays = kit.new_group()["id"], User(kit)
    users = [User(kit, group, access=access) for access in ("full", "read_only")]
    sessions, staying = [user.log_in() for user in users], stays.log_in()
    kit.expect(kit.client.delete(kit.path("extension_group", group)), 204)
    for session in sessions:
        session.expect_over()
    for user in users:
        expect_gone(kit, "user", user.entry["id"], "user_not_found")
        expect_error(kit, user.request_token(), "invalid_grant")
        User(kit, stays.group, login=user.login)
    expect_shown(kit, "user", stays.entry)
    kit.expect_equal("what the other group's user sees", staying.read_me(), staying.me)


@check("group-delete")
@of_each_kind()
def recorded_items_stay(kit: CheckContext, items: Items) -> None:
    """A number with items is put into a group; after its deletion each item is still listed."""
    number, its = items.numbers()[0]
    group = group_of(kit, number)
    kit.expect_equal(f"the {items} of the group", items.read(group), its)
    whole = items.read()
    kit.expect(kit.client.delete(kit.path("extension_group", group.key)), 204)
    kit.expect_equal(f"the {items} of the client", items.read(), whole)
    expect_shown(kit, "extension", {**number, "extension_group_id": None})
    if "extension_lists" not in kit.target.off:
        left = items.read(section_of_number(number))
        kit.expect_equal(f"the {items} of the number", left, its)


@check("group-delete", deletes_recorded_items=True)
def recorded_items_keep_the_group_of_their_time(kit: CheckContext) -> None:
    """Even when it is deleted: one of the target, without users; its members are released."""
    group = _group_without_users(kit)
    members = kit.client.read(kit.path("extension", extension_group=group))
    for collection, key in (
        ("extension_group", group), *(("extension", one["id"]) for one in members),
    ):  # fmt: skip
        kit.guard.give_up(collection, key)
    before = client_view(kit, ranged=True)
    kit.expect(kit.client.delete(kit.path("extension_group", group)), 204)
    expect_same_view(kit, "deleting a group", client_view(kit, ranged=True), before)
    expect_gone(kit, "extension_group", group, "extension_group_not_found")
    for one in members:
        expect_shown(kit, "extension", {**one, "extension_group_id": None})


def _group_without_users(kit: CheckContext) -> int:
    """A group that items of the client are of, the one with fewest members."""
    then = {group_then(item) for items in offered(kit) for item in items.read()}
    homes = Counter(one["extension_group_id"] for one in kit.factory.read("extension"))
    used = {one["extension_group_id"] for one in kit.factory.read("user")}
    found = [one["id"] for one in kit.factory.read("extension_group") if one["id"] in then - used]
    kit.need_offered(found, "the client has no group with recorded items and without users")
    return int(min(found, key=lambda one: homes[one]))


@check("group-delete", isolated=True)
def what_was_read_before_is_gone_for_whoever_read_it(kit: CheckContext) -> None:
    """No cached response of a group, its user, or their lists comes again."""
    client, user = kit.client, kit.new_group_user(kit.new_group()["id"])[0]
    group = user["extension_group_id"]
    keys = {kit.path("extension_group"): group, kit.path("user"): user["id"]}

    def expect_there(there: bool) -> None:
        status = 200 if there else 404
        for caller in readers(kit):
            for listing, key in keys.items():
                kit.expect(caller.get(f"{listing}{key}"), status)
                listed = key in [one["id"] for one in caller.read(listing)]
                kit.expect_equal(f"{listing} has {key}", listed, there)
            kit.expect(caller.get(kit.path("extension", extension_group=group)), status)

    expect_there(True)
    kit.expect(client.delete(kit.path("extension_group", group)), 204)
    expect_there(False)
