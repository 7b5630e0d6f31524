"""Keys of a body that are not the client's to set."""

from __future__ import annotations

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.entries.factories import Item
from ringme_contract.own_entries import OwnEntries
from ringme_contract.scenarios.views import (
    Session,
    expect_shown,
    never_used,
    own_id,
    plain,
)

_UNKNOWN = "contract_unknown_key"


# A change that is allowed, by collection.
CHANGES: dict[str, Item] = {
    "extension_group": {"extra_params": "x"},
    "extension": {"label": "x"},
    "user": {"comment": "x"},
}


def paths_of(kit: CheckContext, own: OwnEntries) -> dict[str, str]:
    """The paths of the own entries that can be changed so, by collection."""
    return {name: kit.path(name, own[name]["id"]) for name in CHANGES}


@check("extra-keys", isolated=True, smoke=True)
def unknown_and_read_only_keys_are_not_stored(kit: CheckContext) -> None:
    """Of a new thing and of an update; neither the response nor any view shows them."""
    client, own = kit.client, OwnEntries(kit)
    wanted = another = never_used(kit, "extension_group")
    if "other_client" in kit.target.identities:
        another = own_id(kit, "other_client", "client")
    extra: Item = {
        "id": wanted,
        "client_id": another,
        "create_date": "2001-02-03 04:05:06",
        "domain": "elsewhere.example.com",
        _UNKNOWN: "stored",
    }
    for collection in CHANGES:
        thing, like = kit.factory.create(collection, **extra), own[collection]
        kit.expect_true(f"the id sent for {collection} is not taken", thing["id"] != wanted, thing)
        for name in ("client_id", "domain"):
            kit.expect_equal(f"{name} of a new {collection}", thing.get(name), like.get(name))
        kit.expect_true("create_date sent is not taken", extra["create_date"] not in thing.values())
        kit.expect_true("an unknown key is not stored", _UNKNOWN not in thing, thing)
        expect_shown(kit, collection, thing)
    for collection, path in paths_of(kit, own).items():
        change = CHANGES[collection]
        for body in (extra, {**extra, **change}):
            changed = kit.expect(client.put(path, body), 200).json()
            expected = {**own[collection], **{key: body[key] for key in change if key in body}}
            if collection == "extension":
                kit.expect_true("an unknown key is not stored", _UNKNOWN not in changed, changed)
                changed, expected = plain(kit, changed), plain(kit, expected)
            kit.expect_equal(
                f"the response of {path} to keys that it may not change", changed, expected
            )
            expect_shown(kit, collection, changed)


@check("extra-keys", isolated=True)
def an_id_in_the_body_turns_no_update_on_another_thing(kit: CheckContext) -> None:
    """The path alone says what is changed."""
    client, meant, other = kit.client, OwnEntries(kit), OwnEntries(kit)
    for collection, path in paths_of(kit, meant).items():
        bystander, beside = other[collection], paths_of(kit, other)[collection]
        body = {**CHANGES[collection], "id": bystander["id"]}
        response = kit.expect(client.put(path, body), 200).json()
        kit.expect_equal("the id of what was changed", response["id"], meant[collection]["id"])
        kit.expect_equal(beside, client.read(beside), bystander)


@check("extra-keys", needs=("client", "login"), isolated=True)
def no_user_raises_its_rights_by_extra_keys(kit: CheckContext) -> None:
    """Type, owner and administrator are not to be set, neither at first nor later."""
    client, group = kit.client, kit.new_group()["id"]
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
        kit.expect(client.put(kit.path("user", user["id"]), changed_with), 200)
        caller = Session(kit, "user with extra keys", user["login"], password).caller
        me = caller.read(kit.me)
        names = ("extension_group_id", "client_id", "extension_id", "dealer_id", "admin")
        got = {name: me[name] for name in names}
        expected = {**dict.fromkeys(names), "extension_group_id": group, "admin": False}
        kit.expect_equal("what the user is", got, expected)
        kit.expect(caller.get(kit.path("extension_group")), 403, "access_denied")
