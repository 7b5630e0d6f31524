"""Actions on an entry of any collection: create, read, update and delete.

They know resources from the document alone, so another plain resource needs only paths, schemas and
a fixture file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ringme_mock.actions.request_context import RequestContext
from ringme_mock.actions.response import Reply
from ringme_mock.errors import invalid, missing
from ringme_mock.store.collection import LONG_TEXT, Entry, Taken
from ringme_mock.store.quotas import check_quota
from ringme_spec.collections import Numbering
from ringme_spec.operations import Operation


def read(context: RequestContext) -> Reply:
    return context.show(context.entry)


def current(context: RequestContext) -> Reply:
    """Respond with the caller; of the owner ids, only that of its type is set (rule whoami)."""
    shown = dict(context.shown((context.user,))[0])
    own, _ = context.state.access.owner_of(context.user)
    for name, prop in context.operation.resource["owners"].items():
        if name != own:
            shown[prop] = None
    return context.reply(shown)


def delete(context: RequestContext) -> Reply:
    """Delete the entry, and the entries that the document deletes with it."""
    rule = context.operation.collection
    context.state.store.delete(rule.name, context.entry[rule.key])
    return context.reply()


def create(context: RequestContext) -> Reply:
    """Insert an entry with values from the body, the path and the document."""
    rule = context.operation.collection
    entry = context.defaults.build(context.sent, context.owners, context.state.clock.text)
    if rule.numbering:
        entry[rule.numbering.property] = _full_number(
            context, rule.numbering, entry[rule.numbering.property]
        )
    if rule.references:
        _check_references(context, entry, entry)
    if rule.refused:
        _check_refused(context, entry)
    collection = context.state.store.collections[rule.name]
    # No text is longer than the body.
    is_long = context.size >= LONG_TEXT
    check_quota(context.state, rule.name, 1, collection.overweight(entry) if is_long else 0)
    if rule.sequence_of:
        collection.skip_keys(context.state.store[rule.sequence_of].next_key)
    try:
        collection.insert_new(entry)
    except Taken as taken:
        raise invalid(f"{taken}: is taken") from None
    if rule.sequence_of:
        context.state.store[rule.sequence_of].skip_keys(collection.next_key)
    return context.show(entry)


def update(context: RequestContext) -> Reply:
    """Change the properties that were sent (rule group-update-partial)."""
    rule = context.operation.collection
    _check_fixed(context)
    changes = _known(context)
    _check_references(context, context.entry, changes)
    _check_refused(context, changes)
    changed = {**context.entry, **changes}
    try:
        context.collection.check_unique(changed)
    except Taken as taken:
        raise invalid(f"{taken}: is taken") from None
    weigh = context.collection.overweight
    check_quota(context.state, rule.name, 0, weigh(changed) - weigh(context.entry))
    return context.show(context.collection.update(context.entry[rule.key], changes))


def _known(context: RequestContext) -> Entry:
    """Return the sent properties that the document lets a client set (rule extra-keys)."""
    body = context.sent
    names = context.operation.body.properties if context.operation.body else ()
    return {name: body[name] for name in names if name in body}


def _full_number(context: RequestContext, rule: Numbering, name: str) -> str:
    """Add the prefix to a number that may lack it (rule extension-create)."""
    owner = context.owners[rule.owner]
    prefix, _, number = name.rpartition(rule.separator)
    if prefix not in ("", owner[rule.prefix]):
        raise invalid(f"{rule.property}: must begin with {owner[rule.prefix]}{rule.separator}")
    if len(number) != owner[rule.digits]:
        raise invalid(f"{rule.property}: the number must have {owner[rule.digits]} digits")
    return f"{owner[rule.prefix]}{rule.separator}{number}"


def _check_fixed(context: RequestContext) -> None:
    """Raise the 400 for a changed value of a fixed property (rule extension-no-rename)."""
    rule = context.operation.collection
    for name in rule.fixed:
        if name not in context.sent or context.sent[name] == context.entry[name]:
            continue
        numbering = rule.numbering
        if numbering and numbering.property == name:
            number = context.entry[name].rpartition(numbering.separator)[2]
            if context.sent[name] == number:
                continue
        raise invalid(f"{name}: cannot be changed")


def _check_references(context: RequestContext, entry: Entry, changes: Entry) -> None:
    """Raise the 404 for a key that is not of an entry of the same owner."""
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
            raise missing(store[reference.collection].rule)


def _check_refused(context: RequestContext, changes: Entry) -> None:
    """Raise the 400 for a value that is not allowed with this owner."""
    for one in context.operation.collection.refused:
        owner = context.owners.get(one.owner)
        if owner is None or changes.get(one.property) not in one.values:
            continue
        if all(owner[name] == value for name, value in one.where.items()):
            raise invalid(f"{one.property}: {one.message}")


@dataclass(frozen=True)
class EntryDefaults:
    """Sources of the properties of a new entry.

    `constant` has all properties in order; those that depend on the request are None. `copied` come
    from an owner in the path (property, owner, owner's property), `now` are its time. `settable`
    are those that a client may send (rule extra-keys).
    """

    constant: Entry
    copied: tuple[tuple[str, str, str], ...]
    now: tuple[str, ...]
    settable: tuple[str, ...]

    def build(self, sent: Entry, owners: Mapping[str, Entry], moment: Callable[[], str]) -> Entry:
        """Make an entry from the sent values, the owners by collection, and the time."""
        entry = self.constant.copy()
        for prop, owner, there in self.copied:
            entry[prop] = owners[owner][there]
        for prop in self.now:
            entry[prop] = moment()
        for prop in self.settable:
            if prop in sent:
                entry[prop] = sent[prop]
        return entry


def entry_defaults(operation: Operation) -> EntryDefaults:
    rule, body = operation.collection, operation.body
    owners = operation.path_collections
    if operation.ends_at_item:
        owners = owners[:-1]
    initial = rule.initial
    # Later sources override earlier ones.
    sources: dict[str, Any] = {
        **dict.fromkeys(rule.properties),
        **{name: source for name, source in initial.items() if name in rule.properties},
    }
    for owner in reversed(owners):
        prop = rule.owner_property(owner.name)
        if prop in sources:
            sources[prop] = {"copy": f"{owner.name}.{owner.key}"}
    constants = {**operation.where, **(body.defaults if body else {})}
    sources.update({name: value for name, value in constants.items() if name in sources})
    copied, now = [], []
    for name, source in sources.items():
        if name in constants or not isinstance(source, dict):
            continue
        sources[name] = None
        if "now" in source:
            now.append(name)
        else:
            owner_name, prop = source["copy"].split(".")
            copied.append((name, owner_name, prop))
    settable = tuple(name for name in (body.properties if body else ()) if name in sources)
    return EntryDefaults(sources, tuple(copied), tuple(now), settable)
