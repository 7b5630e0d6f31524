"""Groups: their order and names, and the effects of deleting one."""

from __future__ import annotations

from ringme_contract.caller import readers
from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.scenarios.item_kinds import Items, group_of, of_each_kind, section_of_number
from ringme_contract.scenarios.users import NEEDS, User, expect_error
from ringme_contract.scenarios.views import (
    expect_gone,
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
