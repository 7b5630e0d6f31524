"""Keys of a body that are not the client's to set."""

from __future__ import annotations

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.entries.factories import Item
from ringme_contract.own_entries import OwnEntries
from ringme_contract.scenarios.users import NEEDS, User
from ringme_contract.scenarios.views import expect_shown, never_used, own_id, plain

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
    """Of a new thing and of an update; neither the response nor any view shows them.

    The path alone says what is changed, whatever id the body has.
    """
    own, wanted = OwnEntries(kit), never_used(kit, "extension_group")
    known = "other_client" in kit.target.identities
    extra: Item = {
        "id": wanted, "client_id": own_id(kit, "other_client", "client") if known else wanted,
        "create_date": "2001-02-03 04:05:06", "domain": "elsewhere.example.com", _UNKNOWN: "stored",
    }  # fmt: skip
    for (collection, change), path in zip(
        CHANGES.items(), paths_of(kit, own).values(), strict=True
    ):
        entry, made = own[collection], kit.factory.create(collection, **extra)
        kit.expect_true(f"the id sent for {collection} is not taken", made["id"] != wanted, made)
        for name in ("client_id", "domain"):
            kit.expect_equal(f"{name} of a new {collection}", made.get(name), entry.get(name))
        kit.expect_true("create_date sent is not taken", extra["create_date"] not in made.values())
        for body in (extra, {**extra, **change, "id": made["id"]}):
            changed = kit.expect(kit.client.put(path, body), 200).json()
            for thing in (made, changed):
                kit.expect_true("an unknown key is not stored", _UNKNOWN not in thing, thing)
            got, expected = changed, {**entry, **(change if body is not extra else {})}
            if collection == "extension":
                got, expected = plain(kit, got), plain(kit, expected)
            what = f"the response of {path} to keys that it may not change"
            kit.expect_equal(what, got, expected)
            expect_shown(kit, collection, changed)
        expect_shown(kit, collection, made)


@check("extra-keys", needs=NEEDS, isolated=True)
def no_user_raises_its_rights_by_extra_keys(kit: CheckContext) -> None:
    """Type, owner and administrator are not to be set, neither at first nor later."""
    number, own = kit.new_extension()["id"], own_id(kit, "client", "client")
    extra = {
        "type": "client", "client_id": own, "extension_id": number, "dealer_id": 1, "admin": True,
    }  # fmt: skip
    for made_with, changed_with in ((extra, {}), ({}, extra)):
        user = User(kit, **made_with)
        kit.expect(kit.client.put(user.path, changed_with), 200)
        session = user.log_in()
        owners = dict.fromkeys(("client_id", "extension_id", "dealer_id"))
        expected = {**owners, "extension_group_id": user.group, "admin": False}
        kit.expect_properties("what the user is", session.me, expected)
        kit.expect(session.caller.get(kit.path("extension_group")), 403, "access_denied")
