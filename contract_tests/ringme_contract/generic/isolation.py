"""Isolation: entries of any resource are not accessible to other clients."""

from __future__ import annotations

import httpx

from ringme_contract.check import check_each
from ringme_contract.check_context import CheckContext
from ringme_contract.collection_entries import Entries
from ringme_contract.entries.factories import Item
from ringme_contract.entries.operation_paths import fill
from ringme_spec.operations import Operation

_DENIED = "access_denied"
# Shorter texts may be in any message.
_LONG = 5
_ACTIONS = ("list", "create", "read", "update", "delete")


@check_each("entry-isolation", "create", needs=("client", "other_client"), smoke=True)
def no_client_reaches_the_entries_of_another(kit: CheckContext, operation: Operation) -> None:
    """404 below one's own client, 403 below the other one; nothing changes.

    The refusal of a value that the other client uses shows nothing else of that client.
    """
    for own, foreign in (("client", "other_client"), ("other_client", "client")):
        owner, intruder = (Entries(kit, operation.collection, one) for one in (own, foreign))
        entry = owner.create(**kit.factory.body(operation, full=True, identity=own))
        _expect_unseen(owner, intruder, entry)
        _expect_discreet(owner, intruder, entry)
        for one in kit.operations:
            if one.action in _ACTIONS and one.collection.name == owner.name:
                _expect_refused(owner, intruder, one, entry)
        owner.expect_read(entry)
        owner.expect_listed(entry)
        updating = owner.operation("update")
        if updating is not None:
            owner.expect_read(owner.change(owner.shown(entry), kit.factory.change(updating)))


def _expect_discreet(owner: Entries, intruder: Entries, entry: Item) -> None:
    """Fails if the refusal of a unique value shows a text of the entry that has it, or its client.

    Only values that must be unique in the whole service can be refused because of other clients.
    """
    kit, unique = owner.kit, owner.rule.unique
    if unique is None or unique.within is not None:
        return
    taken = {unique.property: entry[unique.property]}
    body = kit.factory.body(owner.creation, identity=intruder.identity, **taken)
    refused = kit.expect(intruder.caller.post(intruder.path("create"), body), 400)
    shown = [entry, *(owner.caller.read(path) for path in _of_clients(kit))]
    texts = {text for one in shown for text in one.values() if isinstance(text, str)}
    told = [
        text
        for text in texts - {str(one) for one in body.values()}
        if len(text) >= _LONG and text in refused.json()["message"]
    ]
    kit.expect_equal("texts of another client in the refusal", told, [])


def _of_clients(kit: CheckContext) -> list[str]:
    """The paths that show the data of the caller's own client."""
    return [
        fill(one, {})
        for one in kit.operations
        if one.action == "read" and one.collection.name == kit.roles.clients
    ][:1]


def _expect_unseen(owner: Entries, intruder: Entries, entry: Item) -> None:
    for path in intruder.lists({}):
        keys = [intruder.key(one) for one in intruder.listed(path)]
        unseen = owner.key(entry) not in keys
        owner.kit.expect_true(f"{path} shows {intruder.identity} none of others", unseen, keys)


def _expect_refused(owner: Entries, intruder: Entries, one: Operation, entry: Item) -> None:
    kit, keys = owner.kit, owner.keys(one, entry)
    if keys is None:
        return
    own = {
        str(each.collection): kit.own_key(owner.identity, str(each.collection))
        for each in one.entry_parameters
        if each.me is not None
    }
    kit.expect(_request(intruder, one, {**keys, **own}), 403, _DENIED)
    if own and one.ends_at_item:
        kit.expect(_request(intruder, one, keys), 404, owner.rule.missing)


def _request(intruder: Entries, one: Operation, keys: Item) -> httpx.Response:
    kit = intruder.kit
    body = {"json": kit.factory.harmless(one)} if one.json_body else {}
    if one.action == "update":
        body = {"json": kit.factory.change(one)}
    query = kit.factory.query(one)
    return intruder.caller.request(one.method, fill(one, keys), params=query, **body)
