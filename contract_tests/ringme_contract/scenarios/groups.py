"""Groups: made, changed, deleted, and out of sight of other clients."""

from __future__ import annotations

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.entries.factories import Item
from ringme_contract.scenarios.views import (
    expect_gone,
    expect_shown,
)

MISSING = "extension_group_not_found"


def by_id(things: list[Item]) -> list[Item]:
    return sorted(things, key=lambda one: int(one["id"]))


@check("group-names-repeat", layer="scenarios", isolated=True)
def two_groups_share_a_name(kit: CheckContext) -> None:
    """By creation and by renaming; what happens to one of them leaves the others alone."""
    client, name = kit.caller("client"), kit.new_name("shared")
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
