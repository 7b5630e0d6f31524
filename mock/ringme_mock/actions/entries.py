"""Actions on any collection: list, create, read, update and delete.

They take all that they know of a resource from the document, so that another plain resource needs
paths, schemas and a fixture file only.
"""

from __future__ import annotations

from ringme_mock.actions.context import ActionContext
from ringme_mock.actions.listing import list_query
from ringme_mock.actions.response import Reply
from ringme_mock.errors import invalid, missing
from ringme_mock.store.collection import LONG_TEXT, Entry, Taken
from ringme_mock.store.quotas import check_quota
from ringme_spec.collections import Numbering


def list_entries(context: ActionContext) -> Reply:
    """Respond with the entries of the innermost owner in the path, or with all."""
    found = context.state.store.find(
        context.operation.collection.name, list_query(context), context.owner
    )
    return context.show_all(found)


def read(context: ActionContext) -> Reply:
    return context.show(context.entry)


def delete(context: ActionContext) -> Reply:
    """Delete the entry, and those that the document has deleted with it."""
    rule = context.operation.collection
    context.state.store.delete(rule.name, context.entry[rule.key])
    return context.reply()


def create(context: ActionContext) -> Reply:
    """Insert an entry of values from the body, the path and the document."""
    rule = context.operation.collection
    entry = context.defaults.build(_known(context), context.owners, context.state.clock.text)
    if rule.numbering:
        entry[rule.numbering.property] = _full_number(
            context, rule.numbering, entry[rule.numbering.property]
        )
    if rule.references:
        _check_references(context, entry, entry)
    collection = context.collection
    # No text is longer than the body that it came in.
    is_long = context.request.size >= LONG_TEXT
    check_quota(context.state, rule.name, 1, collection.overweight(entry) if is_long else 0)
    try:
        collection.insert_new(entry)
    except Taken as taken:
        raise invalid(f"{taken}: is taken") from None
    return context.show(entry)


def update(context: ActionContext) -> Reply:
    """Change the properties that were sent (rule group-update-partial)."""
    rule = context.operation.collection
    _check_fixed(context)
    changes = _known(context)
    _check_references(context, context.entry, changes)
    changed = {**context.entry, **changes}
    try:
        context.collection.check_unique(changed)
    except Taken as taken:
        raise invalid(f"{taken}: is taken") from None
    weigh = context.collection.overweight
    check_quota(context.state, rule.name, 0, weigh(changed) - weigh(context.entry))
    return context.show(context.collection.update(context.entry[rule.key], changes))


def _known(context: ActionContext) -> Entry:
    """Return the sent properties that the document lets a client set (rule extra-keys)."""
    body = context.body
    names = context.operation.body.properties if context.operation.body else ()
    return {name: body[name] for name in names if name in body}


def _full_number(context: ActionContext, rule: Numbering, name: str) -> str:
    """Add the prefix to a name that may lack it (rule extension-create)."""
    owner = context.owners[rule.owner]
    prefix, _, number = name.rpartition(rule.separator)
    if prefix not in ("", owner[rule.prefix]):
        raise invalid(f"{rule.property}: must begin with {owner[rule.prefix]}{rule.separator}")
    if len(number) != owner[rule.digits]:
        raise invalid(f"{rule.property}: the number must have {owner[rule.digits]} digits")
    return f"{owner[rule.prefix]}{rule.separator}{number}"


def _check_fixed(context: ActionContext) -> None:
    """Raise the 400 for a changed value of a fixed property (rule extension-no-rename)."""
    rule = context.operation.collection
    for name in rule.fixed:
        if name not in context.body or context.body[name] == context.entry[name]:
            continue
        numbering = rule.numbering
        if numbering and numbering.property == name:
            number = context.entry[name].rpartition(numbering.separator)[2]
            if context.body[name] == number:
                continue
        raise invalid(f"{name}: cannot be changed")


def _check_references(context: ActionContext, entry: Entry, changes: Entry) -> None:
    """Raise the 404 for the key of an entry that the same owner does not have."""
    store = context.state.store
    rule = context.operation.collection
    for name, reference in rule.references.items():
        key = changes.get(name)
        if key is None:
            continue
        target = store[reference.collection].get(key)
        known = target is not None and all(
            store.owner_key(reference.collection, target, owner)
            == store.owner_key(rule.name, entry, owner)
            for owner in store[reference.collection].rule.within
            if owner in context.owners
        )
        if not known:
            raise missing(reference.collection, store[reference.collection].rule.missing)
