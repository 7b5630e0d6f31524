"""Keys of a body that are not the client's to set."""

from __future__ import annotations

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.factories import Item
from ringme_contract.own_entries import OwnEntries
from ringme_contract.scenarios.views import (
    GROUPS,
    NUMBERS,
    USERS,
    Session,
    expect_shown,
    never_used,
    own_id,
    plain,
)

_UNKNOWN = "contract_unknown_key"


def paths_of(own: OwnEntries) -> dict[str, Item]:
    """The things of a check's own by path."""
    return {
        f"{GROUPS}{own.group['id']}": own.group,
        f"{NUMBERS}{own.extension['id']}": own.extension,
        f"{USERS}{own.user['id']}": own.user,
    }


def change_of(path: str) -> Item:
    """A change that is allowed, for the path of a thing."""
    return {GROUPS: {"extra_params": "x"}, NUMBERS: {"label": "x"}, USERS: {"comment": "x"}}[
        path.rpartition("/")[0] + "/"
    ]


@check("extra-keys", layer="scenarios")
def unknown_and_read_only_keys_are_not_stored(kit: CheckContext) -> None:
    """Of a new thing and of an update; neither the response nor any view shows them."""
    client, own = kit.caller("client"), OwnEntries.new(kit)
    wanted = never_used(kit, GROUPS)
    extra: Item = {
        "id": wanted,
        "client_id": wanted,
        "create_date": "2001-02-03 04:05:06",
        "domain": "elsewhere.example.com",
        _UNKNOWN: "stored",
    }
    made = {
        GROUPS: kit.new_group(**extra),
        NUMBERS: kit.new_extension(**extra),
        USERS: kit.new_group_user(own.group["id"], **extra)[0],
    }
    for path, like in zip(made, (own.group, own.extension, own.user), strict=True):
        thing = made[path]
        kit.expect_true(f"the id sent to {path} is not taken", thing["id"] != wanted, thing)
        for name in ("client_id", "domain"):
            kit.expect_equal(f"{name} of a new thing of {path}", thing.get(name), like.get(name))
        kit.expect_true("create_date sent is not taken", extra["create_date"] not in thing.values())
        kit.expect_true("an unknown key is not stored", _UNKNOWN not in thing, thing)
        expect_shown(kit, path, thing)
    for path, thing in paths_of(own).items():
        for body in (extra, {**extra, **change_of(path)}):
            changed = kit.expect(client.put(path, body), 200).json()
            expected = {**thing, **{name: body[name] for name in change_of(path) if name in body}}
            if path.startswith(NUMBERS):
                kit.expect_true("an unknown key is not stored", _UNKNOWN not in changed, changed)
                changed, expected = plain(kit, changed), plain(kit, expected)
            kit.expect_equal(
                f"the response of {path} to keys that it may not change", changed, expected
            )
            expect_shown(kit, path.rpartition("/")[0] + "/", changed)


@check("extra-keys", layer="scenarios")
def an_id_in_the_body_turns_no_update_on_another_thing(kit: CheckContext) -> None:
    """The path alone says what is changed."""
    client, meant, other = kit.caller("client"), OwnEntries.new(kit), OwnEntries.new(kit)
    for path, bystander in zip(paths_of(meant), paths_of(other).items(), strict=True):
        body = {**change_of(path), "id": bystander[1]["id"]}
        response = kit.expect(client.put(path, body), 200).json()
        kit.expect_equal("the id of what was changed", response["id"], paths_of(meant)[path]["id"])
        kit.expect_equal(bystander[0], client.read(bystander[0]), bystander[1])


@check("extra-keys", layer="scenarios", needs=("client", "login"))
def no_user_raises_its_rights_by_extra_keys(kit: CheckContext) -> None:
    """Type, owner and administrator are not to be set, neither at first nor later."""
    client, group = kit.caller("client"), kit.new_group()["id"]
    number = kit.new_extension()["id"]
    own = own_id(kit, "client", "client")
    extra = {
        "type": "client",
        "client_id": own,
        "extension_id": number,
        "dealer_id": 1,
        "admin": True,
    }
    for made_with, changed_with in ((extra, {}), ({}, extra)):
        user, password = kit.new_group_user(group, **made_with)
        kit.expect(client.put(f"{USERS}{user['id']}", changed_with), 200)
        caller = Session(kit, "user with extra keys", user["login"], password).caller
        me = caller.read("/user/")
        names = ("extension_group_id", "client_id", "extension_id", "dealer_id", "admin")
        got = {name: me[name] for name in names}
        expected = {**dict.fromkeys(names), "extension_group_id": group, "admin": False}
        kit.expect_equal("what the user is", got, expected)
        kit.expect(caller.get(GROUPS), 403, "access_denied")
