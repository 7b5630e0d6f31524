"""Groups: their order and names, and what goes with one that is deleted."""

from __future__ import annotations

from typing import Any

from ringme_contract.caller import readers
from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.scenarios.item_kinds import CLIENT, Kind, numbers_with, of_each_kind, read
from ringme_contract.scenarios.views import (
    Session,
    busy_number,
    client_view,
    expect_gone,
    expect_same_view,
    expect_shown,
    item_ids,
    number_item_ids,
    plain,
    request_token,
)

MISSING = "extension_group_not_found"


@check("group-names-repeat", isolated=True)
def two_groups_share_a_name(kit: CheckContext) -> None:
    """By creation and by renaming; what happens to one of them leaves the others alone."""
    client, name = kit.client, kit.new_name("shared")
    first, second = kit.new_group(name=name), kit.new_group(name=name)
    third = kit.new_group()
    renamed = client.put(kit.path("extension_group", third["id"]), {"name": name})
    third = kit.expect(renamed, 200).json()
    groups = [first, second, third]
    kit.expect_equal("their names", [one["name"] for one in groups], [name] * 3)
    kit.expect_equal("how many ids they have", len({one["id"] for one in groups}), 3)
    for one in groups:
        expect_shown(kit, "extension_group", one)
    response = client.put(kit.path("extension_group", second["id"]), {"extra_params": "second"})
    second = kit.expect(response, 200).json()
    kit.expect(client.delete(kit.path("extension_group", first["id"])), 204)
    expect_gone(kit, "extension_group", first["id"], MISSING)
    expect_shown(kit, "extension_group", {**second, "name": name, "extra_params": "second"})
    expect_shown(kit, "extension_group", third)


@check("group-delete", needs=("client", "login"), isolated=True)
def its_users_are_gone(kit: CheckContext) -> None:
    """404, in no list, no login, and that is free again; tokens are 401. Another's user stays."""
    client = kit.client
    group, other = kit.new_group()["id"], kit.new_group()["id"]
    users = [kit.new_group_user(group, access=access) for access in ("full", "read_only")]
    stays, password = kit.new_group_user(other)
    sessions = [Session(kit, "user", user["login"], secret) for user, secret in users]
    staying = Session(kit, "user of another group", stays["login"], password)
    kit.expect(client.delete(kit.path("extension_group", group)), 204)
    for session in sessions:
        session.expect_over("a user of the deleted group")
    for user, secret in users:
        expect_gone(kit, "user", user["id"], "user_not_found")
        kit.expect(request_token(kit, user["login"], secret), 401, "invalid_grant")
        kit.new_group_user(other, login=user["login"])
    expect_shown(kit, "user", stays)
    kit.expect_equal(
        "the staying user's group", staying.caller.read(kit.me)["extension_group_id"], other
    )


@check("group-delete")
def recorded_items_stay(kit: CheckContext) -> None:
    """A number with items is put into a group; deleting that leaves each item where it is seen."""
    client, number = kit.client, busy_number(kit)
    group = kit.new_group()["id"]
    kit.place(number["id"], group)
    of_client = client_view(kit)
    of_number = number_item_ids(kit, number["id"])
    kit.expect_equal(
        "items of the group", item_ids(kit, client, "extension_group", group), of_number
    )
    kit.expect(client.delete(kit.path("extension_group", group)), 204)
    after = client_view(kit)
    released = {**plain(kit, number), "extension_group_id": None}
    expect_shown(kit, "extension", released)
    lists = (kit.path.find(name, "list") for name in ("extension", "extension_group"))
    changed = [one.path for one in lists if one]
    expect_same_view(
        kit,
        "deleting a group",
        *(
            {path: view[path] for path in view if path not in changed}
            for view in (after, of_client)
        ),
    )
    if "extension_lists" not in kit.target.off:
        now = item_ids(kit, client, "extension", number["id"])
        kit.expect_equal("items of the number", now, of_number)


@check("group-delete", isolated=True)
def what_was_read_before_is_gone_for_whoever_read_it(kit: CheckContext) -> None:
    """No response of before the deletion comes again: of a group, its user, and their lists."""
    client, group = kit.client, kit.new_group()["id"]
    user, _ = kit.new_group_user(group)
    items = {
        kit.path("extension_group", group): kit.path("extension_group"),
        kit.path("user", user["id"]): kit.path("user"),
    }
    callers = readers(kit)
    for caller in callers:
        for path, listed in items.items():
            key = caller.read(path)["id"]
            kit.expect_true(f"{path} is listed", key in _ids(caller.read(listed)))
        caller.read(kit.path("extension", extension_group=group))
    kit.expect(client.delete(kit.path("extension_group", group)), 204)
    for caller in callers:
        for path, listed in items.items():
            kit.expect(caller.get(path), 404)
            key = int(path.rpartition("/")[2])
            kit.expect_true(f"{path} is not listed", key not in _ids(caller.read(listed)))
        kit.expect(
            caller.get(kit.path("extension", extension_group=group)),
            404,
            "extension_group_not_found",
        )


@check("group-delete")
@of_each_kind()
def items_of_every_kind_stay_when_a_group_goes(kit: CheckContext, kind: Kind) -> None:
    """For each kind a number that has some loses its group."""
    number, group = numbers_with(kit, kind)[0][0], kit.new_group()["id"]
    kit.place(number["id"], group)
    before = read(kit, CLIENT, kind)
    kit.expect(kit.client.delete(kit.path("extension_group", group)), 204)
    after = read(kit, CLIENT, kind)
    kit.expect_equal(f"the {kind.plural} of the client after its group went", after, before)


def _ids(things: list[dict[str, Any]]) -> set[int]:
    return {thing["id"] for thing in things}
