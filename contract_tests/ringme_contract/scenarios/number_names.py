"""The names of internal numbers, and the properties of a new one."""

from __future__ import annotations

from functools import partial

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.entries.factories import Item
from ringme_contract.scenarios.numbers import expect_members, put_number
from ringme_contract.scenarios.views import (
    expect_no_change,
    expect_shown,
    own_id,
    plain,
)


@check("extension-no-rename", smoke=True)
def another_name_is_refused_with_all_beside_it(kit: CheckContext) -> None:
    """A free name, a taken one, with or without prefix, alone or with valid keys.

    Also its own number with another prefix or none, and null.
    """
    client, group = kit.client, kit.new_group()["id"]
    number, neighbour = kit.new_extension(label="first"), kit.new_extension()
    prefix, _, bare = number["name"].rpartition("*")
    free = kit.free_number()
    names = (
        f"{prefix}*{free}", free, neighbour["name"], f"9{prefix}*{bare}", f"*{bare}", None,
    )  # fmt: skip
    more = {"label": "half applied", "extension_group_id": group, "status": "active"}

    def attempt(body: Item) -> None:
        kit.expect_named(client.put(kit.path("extension", number["id"]), body), "name")

    attempts = [
        (f"an update with the name {name}", partial(attempt, body))
        for name in names
        # In either order: keys before the name must not be applied either.
        for body in ({"name": name}, {**more, "name": name}, {"name": name, **more})
    ]
    expect_no_change(kit, attempts)
    expect_members(kit, {group: []})
    put_number(kit, number, name=number["name"], label="second")


@check("extension-create")
def a_bare_number_gets_the_prefix(kit: CheckContext) -> None:
    """With or without prefix, the name is the same; missing properties have their defaults.

    Properties sent beside a name with prefix are kept.
    """
    client, listing = kit.client, kit.path("extension")
    before, made = client.read(listing), []
    kit.need(before, "the client has no number to compare a new one with")
    prefix = before[0]["name"].rpartition("*")[0]
    for whole in (False, True):
        free = kit.free_number()
        name = f"{prefix}*{free}"
        more: Item = {"label": None}
        if whole:
            more = {"label": "whole", "extension_group_id": kit.new_group()["id"]}
        number = plain(kit, kit.new_extension(name=name if whole else free, **more))
        expected = {
            **dict.fromkeys(number), "id": number["id"], "name": name, "type": "phone",
            "client_id": own_id(kit, "client", "client"), "domain": before[0]["domain"],
            "create_date": number["create_date"], "status": "blocked", "ani_rfc3325": False, **more,
        }  # fmt: skip
        kit.expect_equal(f"the response to the new number {free}", number, expected)
        expect_shown(kit, "extension", number)
        made.append(number)
    numbers = [*(plain(kit, one) for one in before), *made]
    listed = [plain(kit, one) for one in client.read(listing)]
    kit.expect_equal("the list", listed, sorted(numbers, key=lambda one: int(one["id"])))


@check("extension-create", needs=("client", "other_client"), isolated=True)
def each_client_has_a_prefix_of_its_own(kit: CheckContext) -> None:
    """A bare number gets its own client's prefix and domain; another prefix is refused."""
    prefixes = {}
    for identity in ("client", "other_client"):
        known = kit.caller(identity).read(kit.path("extension"))
        kit.need(known, f"{identity} has no number to tell its prefix")
        prefixes[identity] = known[0]["name"].rpartition("*")[0]
        made, free = kit.new_extension(identity), kit.free_number(identity)
        got = (made["name"].rpartition("*")[0], made["domain"])
        expected = (prefixes[identity], known[0]["domain"])
        kit.expect_equal(f"the prefix and the domain of {identity}", got, expected)
        if len(set(prefixes.values())) == len(prefixes) == 2:
            body = {"name": f"{prefixes['client']}*{free}"}
            response = kit.caller(identity).post(kit.path("extension"), body)
            kit.expect_named(response, "name")


@check("extension-create")
def a_name_that_cannot_be_is_refused(kit: CheckContext) -> None:
    """A digit short or long, taken, another prefix, or no digits; none is created."""
    client, taken = kit.client, kit.new_extension()
    prefix, _, bare = taken["name"].rpartition("*")
    free = kit.free_number()
    names = [taken["name"], bare, free + "0", f"{prefix}*{free}0", f"9{prefix}*{free}"]
    if len(free) > 1:
        names += [free[1:], f"{prefix}*{free[1:]}", f"{free[:-1]} ", f"{free[:-1]}a"]
        names += [f"-{free[1:]}", free[:-1] + chr(0x660 + int(free[-1]))]
    names += [
        f"*{free}",
        f"{prefix}*",
        f"{prefix}-{free}",
        f"{prefix}*{prefix}*{free}",
        f"{free}\n",
    ]

    def attempt(name: str) -> None:
        body = {"name": name, "status": "active"}
        kit.expect_named(client.post(kit.path("extension"), body), "name")

    attempts = [(f"a new number named {name}", partial(attempt, name)) for name in names]
    expect_no_change(kit, attempts)
