"""The plain actions: list, create, read, update and delete, over any collection.

All that they know of a resource they take from the document, so that another plain resource
needs no more than paths, schemas and a fixture file.
"""

from __future__ import annotations

from ringme_mock.actions.context import Call
from ringme_mock.actions.listing import list_query
from ringme_mock.actions.response import Reply
from ringme_mock.errors import ApiError, invalid, missing
from ringme_mock.store.collection import LONG_TEXT, Entry, Taken
from ringme_mock.store.quotas import check_quota
from ringme_spec.collections import Numbering


def list_entries(call: Call) -> Reply:
    """The entries of the innermost owner in the path, or all, as a bare array."""
    found = call.state.store.find(call.operation.collection.name, list_query(call), call.owner)
    return call.show_all(found)


def read(call: Call) -> Reply:
    """The entry that the path ends at."""
    return call.show(call.entry)


def delete(call: Call) -> Reply:
    """Drops the entry that the path ends at, with what the document says goes along."""
    rule = call.operation.collection
    call.state.store.delete(rule.name, call.entry[rule.key])
    return call.reply()


def create(call: Call) -> Reply:
    """A new entry from the body, defaults, the path and what the document says beside."""
    rule = call.operation.collection
    entry = call.defaults.build(_known(call), call.owners, call.state.clock.text)
    if rule.numbering:
        entry[rule.numbering.property] = _full_number(
            call, rule.numbering, entry[rule.numbering.property]
        )
    if rule.references:
        _check_references(call, entry, entry)
    collection = call.collection
    # No text is longer than the body that it came in.
    is_long = call.exchange.size >= LONG_TEXT
    check_quota(call.state, rule.name, 1, collection.overweight(entry) if is_long else 0)
    try:
        collection.insert_new(entry)
    except Taken as taken:
        raise _is_taken(taken) from None
    return call.show(entry)


def update(call: Call) -> Reply:
    """Changes just the keys that were sent (rule group-update-partial)."""
    rule = call.operation.collection
    _check_fixed(call)
    changes = _known(call)
    _check_references(call, call.entry, changes)
    changed = {**call.entry, **changes}
    _check_unique(call, changed)
    weigh = call.collection.overweight
    check_quota(call.state, rule.name, 0, weigh(changed) - weigh(call.entry))
    return call.show(call.collection.update(call.entry[rule.key], changes))


def _known(call: Call) -> Entry:
    """What was sent of that which the document lets a client set (rule extra-keys)."""
    body = call.body
    names = call.operation.body.properties if call.operation.body else ()
    return {name: body[name] for name in names if name in body}


def _full_number(call: Call, rule: Numbering, name: str) -> str:
    """A name with its prefix, from one with or without (rule extension-create)."""
    owner = call.owners[rule.owner]
    prefix, _, number = name.rpartition(rule.separator)
    if prefix not in ("", owner[rule.prefix]):
        raise invalid(f"{rule.property}: must begin with {owner[rule.prefix]}{rule.separator}")
    if len(number) != owner[rule.digits]:
        raise invalid(f"{rule.property}: the number must have {owner[rule.digits]} digits")
    return f"{owner[rule.prefix]}{rule.separator}{number}"


def _check_fixed(call: Call) -> None:
    """Raises the 400 for another value of what cannot change (rule extension-no-rename)."""
    rule = call.operation.collection
    for name in rule.fixed:
        if name not in call.body or call.body[name] == call.entry[name]:
            continue
        numbering = rule.numbering
        if numbering and numbering.property == name:
            number = call.entry[name].rpartition(numbering.separator)[2]
            if call.body[name] == number:
                continue
        raise invalid(f"{name}: cannot be changed")


def _check_references(call: Call, entry: Entry, changes: Entry) -> None:
    """Raises the 404 for the key of what the same owner does not have."""
    store = call.state.store
    rule = call.operation.collection
    for name, reference in rule.references.items():
        key = changes.get(name)
        if key is None:
            continue
        target = store[reference.collection].get(key)
        known = target is not None and all(
            store.owner_key(reference.collection, target, owner)
            == store.owner_key(rule.name, entry, owner)
            for owner in store[reference.collection].rule.within
            if owner in call.owners
        )
        if not known:
            raise missing(reference.collection, store[reference.collection].rule.missing)


def _check_unique(call: Call, entry: Entry) -> None:
    try:
        call.collection.check_unique(entry)
    except Taken as taken:
        raise _is_taken(taken) from None


def _is_taken(taken: Taken) -> ApiError:
    return invalid(f"{taken}: is taken")
