"""Groups: made, changed, deleted, and out of sight of other clients."""

from __future__ import annotations

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.factories import Item
from ringme_contract.own_entries import send
from ringme_contract.scenarios.views import (
    TEXTS,
    expect_gone,
    expect_same_view,
    expect_shown,
    own_id,
    reads,
    settings_view,
)

MISSING = "extension_group_not_found"


def by_id(things: list[Item]) -> list[Item]:
    return sorted(things, key=lambda one: int(one["id"]))


def _others(things: list[Item], *keys: int) -> list[Item]:
    return [one for one in things if one["id"] not in keys]


@check("group-create", layer="scenarios")
def the_answer_is_what_was_sent(kit: CheckContext) -> None:
    """Name and extra_params as sent, null where nothing was, the client's own id; all listed."""
    client, own = kit.caller("client"), own_id(kit, "client", "client")
    expected = client.read(kit.path("extension_group"))
    bodies: list[Item] = [{}, {"extra_params": None}]
    for keys in (*bodies, *({"extra_params": text} for text in TEXTS[:4])):
        name = kit.new_name("group")
        group = kit.new_group(name=name, **keys)
        stored = {
            "id": group["id"],
            "name": name,
            "client_id": own,
            "extra_params": keys.get("extra_params"),
        }
        kit.expect_properties(f"the response to a new group with {keys}", group, stored)
        expected.append(group)
    kit.expect_equal(
        "the list of groups", client.read(kit.path("extension_group")), by_id(expected)
    )


@check("group-create", layer="scenarios", isolated=True)
def an_id_is_never_given_twice(kit: CheckContext) -> None:
    """Neither that of the newest group nor that of an older one, once they are deleted."""
    client = kit.caller("client")
    used = [one["id"] for one in client.read(kit.path("extension_group"))]
    first, second, third = (kit.new_group()["id"] for _ in range(3))
    used += [first, second, third]
    for deleted in (third, first, None):
        if deleted is not None:
            kit.expect(client.delete(kit.path("extension_group", deleted)), 204)
        again = kit.new_group()["id"]
        kit.expect_true(f"the id {again} of a new group was never used", again not in used, used)
        used.append(again)
    kit.expect_equal("all ids that were given", len(set(used)), len(used))


@check("group-create", layer="scenarios", needs=("client", "other_client"), isolated=True)
def ids_differ_between_clients(kit: CheckContext) -> None:
    """A path with a group alone could not tell them apart."""
    ids = [kit.new_group(identity)["id"] for identity in ("client", "other_client") * 2]
    kit.expect_equal("how many ids four groups of two clients have", len(set(ids)), 4)


@check("group-read-your-writes", layer="scenarios", isolated=True)
def a_new_group_reads_as_it_was_answered(kit: CheckContext) -> None:
    """Alone and in the list, whatever its texts are made of."""
    made = []
    for text in (*TEXTS, "я" * 255, "\U0001f4de" * 255):
        name = text if len(text) == 255 else f"{kit.run_id} {text}"
        group = kit.new_group(name=name, extra_params=text)
        kit.expect_equal("the texts of a new group", _texts(group), (name, text))
        made.append(group)
    for group in made:
        expect_shown(kit, "extension_group", group)
    expect_shown(kit, "extension_group", made[0], everybody=True)


@check("group-read-your-writes", layer="scenarios")
def a_changed_group_reads_as_it_was_answered(kit: CheckContext) -> None:
    """After each of several updates, and the groups beside it are as they were."""
    client, group = kit.caller("client"), kit.new_group(extra_params="first")
    beside, response = kit.new_group(), group
    others = _others(client.read(kit.path("extension_group")), group["id"])
    for text in TEXTS:
        name = f"{kit.run_id} {text}"
        body = {"name": name, "extra_params": text}
        response = kit.expect(
            client.put(kit.path("extension_group", group["id"]), body), 200
        ).json()
        kit.expect_equal("the response to an update of both keys", response, {**group, **body})
        expect_shown(kit, "extension_group", response)
    kit.expect_equal(
        "the other groups", _others(client.read(kit.path("extension_group")), group["id"]), others
    )
    expect_shown(kit, "extension_group", beside, everybody=True)
    expect_shown(kit, "extension_group", response, everybody=True)


def _texts(group: Item) -> tuple[object, object]:
    return group["name"], group["extra_params"]


@check("group-update-partial", layer="scenarios")
def an_update_changes_just_the_keys_sent(kit: CheckContext) -> None:
    """Each key alone, the same again, null, and nothing at all; in place in the list."""
    client, group = kit.caller("client"), kit.new_group(extra_params="first")
    kit.new_group()
    listed = client.read(kit.path("extension_group"))
    bodies: list[Item] = [
        {},
        {"name": kit.new_name("renamed")},
        {},
        {"extra_params": "second"},
        {"extra_params": "second"},
        {"extra_params": ""},
        {"name": kit.new_name("renamed")},
        {"extra_params": None},
        {},
        {"name": kit.new_name("renamed")},
    ]
    for body in bodies:
        expected = {**group, **body}
        response = kit.expect(
            client.put(kit.path("extension_group", group["id"]), body), 200
        ).json()
        kit.expect_equal(f"the response to an update with {body}", response, expected)
        expect_shown(kit, "extension_group", expected)
        listed = [expected if one["id"] == group["id"] else one for one in listed]
        kit.expect_equal("the list of groups", client.read(kit.path("extension_group")), listed)
        group = expected


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


@check("group-client-isolation", layer="scenarios", needs=("client", "other_client"))
def no_client_sees_the_groups_of_another(kit: CheckContext) -> None:
    """Not in the list, not alone, not by the section of the group, not by the other's client id."""
    for own, foreign in (("client", "other_client"), ("other_client", "client")):
        owner, client = kit.caller(own), kit.caller(foreign)
        owner_id, client_id = own_id(kit, own, "client"), own_id(kit, foreign, "client")
        listed = client.read(kit.path("extension_group"))
        group = kit.new_group(own)
        kit.expect_equal(
            f"{foreign}'s list after {own} made a group",
            client.read(kit.path("extension_group")),
            listed,
        )
        kit.expect_equal(
            "the clients of the list", {one["client_id"] for one in listed} - {client_id}, set()
        )
        kit.expect(client.get(kit.path("extension_group", group["id"])), 404, MISSING)
        kit.expect(
            client.get(kit.path("extension_group", group["id"], client=client_id)), 404, MISSING
        )
        for path in (
            kit.path("extension_group", client=owner_id),
            kit.path("extension_group", group["id"], client=owner_id),
        ):
            kit.expect(client.get(path), 403, "access_denied")
        for path, query in reads(kit, "extension_group", group["id"]):
            kit.expect(client.get(path, **query), 403, "access_denied")
        kit.expect_equal(
            "the group as its client reads it",
            owner.read(kit.path("extension_group", group["id"])),
            group,
        )
        kit.expect(owner.delete(kit.path("extension_group", group["id"])), 204)
        kit.expect_equal(
            f"{foreign}'s list after {own} deleted it",
            client.read(kit.path("extension_group")),
            listed,
        )


@check("group-client-isolation", layer="scenarios", needs=("client", "other_client"))
def no_client_changes_the_groups_of_another(kit: CheckContext) -> None:
    """By its own path they are not there, by the other's it may not; nothing changes."""
    for own, foreign in (("client", "other_client"), ("other_client", "client")):
        intruder, owner_id = kit.caller(foreign), own_id(kit, own, "client")
        group = kit.new_group(own, extra_params="kept")["id"]
        before = [settings_view(kit, identity) for identity in (own, foreign)]
        theirs = kit.path("extension_group", client=owner_id)
        body = {"name": kit.new_name("taken over"), "extra_params": None}
        kit.expect(intruder.put(kit.path("extension_group", group), body), 404, MISSING)
        kit.expect(intruder.put(f"{theirs}{group}", body), 403, "access_denied")
        kit.expect(intruder.delete(kit.path("extension_group", group)), 404, MISSING)
        kit.expect(intruder.delete(f"{theirs}{group}"), 403, "access_denied")
        made = send(kit, intruder, "POST", theirs, json=body)
        kit.expect(made, 403, "access_denied")
        after = [settings_view(kit, identity) for identity in (own, foreign)]
        for one, other in zip(after, before, strict=True):
            expect_same_view(kit, f"what {foreign} tries on a group of {own}", one, other)
