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
_ACTIONS = ("list", "create", "read", "update", "delete")


@check_each("entry-isolation", "create", needs=("client", "other_client"), smoke=True)
def no_client_reaches_the_entries_of_another(kit: CheckContext, operation: Operation) -> None:
    """404 below one's own client, 403 below the other one; nothing changes."""
    for own, foreign in (("client", "other_client"), ("other_client", "client")):
        owner, intruder = (Entries(kit, operation.collection, one) for one in (own, foreign))
        entry = owner.create(**kit.factory.body(operation, full=True, identity=own))
        _expect_unseen(owner, intruder, entry)
        for one in kit.operations:
            if one.action in _ACTIONS and one.collection.name == owner.name:
                _expect_refused(owner, intruder, one, entry)
        owner.expect_read(entry)
        owner.expect_listed(entry)
        updating = owner.operation("update")
        if updating is not None:
            owner.expect_read(owner.change(owner.shown(entry), kit.factory.change(updating)))


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
