"""Faults in what requests do to groups and numbers."""

from __future__ import annotations

import json
from typing import Any

from ringme_contract.proof.interception import Answered, Asked
from ringme_contract.proof.patches_requests import refusal
from ringme_contract.proof.site import Site, about, patch
from ringme_mock.actions import Action
from ringme_mock.actions import entries as actions
from ringme_mock.actions.context import Call
from ringme_mock.actions.response import Reply
from ringme_mock.errors import invalid
from ringme_mock.store.collection import Collection, Entry, Taken
from ringme_mock.store.store import Query, Store


@patch
def ids_used_again(site: Site) -> None:
    """A new id is one more than the highest in use."""

    def make(_: Any) -> Any:
        return lambda self: max((at[-1] for at in self.positions()), default=0) + 1

    site.replace(Collection, "new_key", make)


@patch
def stored_otherwise(site: Site, action: str, operations: list[str], key: str, how: str) -> None:
    """The answer is right, and something else is stored."""

    def make(original: Action) -> Action:
        def act(call: Call) -> Reply:
            before = dict(call.item or {})
            reply = original(call)
            if about(call, *operations):
                entry = json.loads(reply.body)
                value: Any = entry.get(key)
                changes = {
                    "lost": before.get(key),
                    "cut": value and str(value)[:100],
                    "lower": value and str(value).lower(),
                    "empty is null": value or None,
                }
                call.collection.update(entry["id"], {key: changes[how]})
            return reply

        return act

    site.action(action, make)


@patch
def stale(site: Site, operations: list[str], until: list[str]) -> None:
    """Answers come from a cache that only some operations empty."""
    kept: dict[tuple[Any, ...], Answered] = {}

    def before(asked: Asked) -> Answered | None:
        if asked.name in until:
            kept.clear()
        if asked.name not in operations or asked.login is None:
            return None
        found = kept.get((asked.login, asked.path, tuple(asked.query)))
        return Answered(found.status, dict(found.headers), found.body) if found else None

    def after(asked: Asked, answered: Answered) -> None:
        if asked.name in operations and answered.status == 200 and asked.login:
            copy = Answered(answered.status, dict(answered.headers), answered.body)
            kept[asked.login, asked.path, tuple(asked.query)] = copy

    site.before(before)
    site.after(after)


@patch
def reset_by_update(
    site: Site, operations: list[str], values: dict[str, Any], when: str = ""
) -> None:
    """An update resets keys that were not sent (when `when` is sent, if it is named)."""

    def make(original: Any) -> Any:
        def known(call: Call) -> Entry:
            found: Entry = original(call)
            if about(call, *operations) and (not when or when in found):
                return {**values, **found}
            return found

        return known

    site.replace(actions, "_known", make)


@patch
def nulls_ignored(site: Site, operations: list[str]) -> None:
    """A null in an update counts as not sent."""

    def make(original: Any) -> Any:
        def known(call: Call) -> Entry:
            found: Entry = original(call)
            if not about(call, *operations):
                return found
            return {key: value for key, value in found.items() if value is not None}

        return known

    site.replace(actions, "_known", make)


@patch
def empty_update_refused(site: Site) -> None:
    """An update of nothing is a 400."""
    site.before(
        lambda asked: (
            refusal(400, "body: is empty")
            if asked.action == "update" and asked.body == b"{}"
            else None
        )
    )


@patch
def keys_stored(site: Site, operations: list[str], keys: list[str]) -> None:
    """Read-only keys of a body are stored as they come."""

    def make(original: Any) -> Any:
        def known(call: Call) -> Entry:
            extra = {key: call.body[key] for key in keys if key in call.body}
            return {**original(call), **(extra if about(call, *operations) else {})}

        return known

    site.replace(actions, "_known", make)


@patch
def unknown_keys_echoed(site: Site) -> None:
    """What an unknown key of a body holds is kept and shown in the group."""
    kept: dict[Any, dict[str, Any]] = {}

    def make(original: Action) -> Action:
        def act(call: Call) -> Reply:
            entry = json.loads(original(call).body)
            if call.operation.collection.name == "extension_group":
                known = {*call.operation.collection.properties}
                strange = {key: value for key, value in call.body.items() if key not in known}
                kept[entry["id"]] = {**kept.get(entry["id"], {}), **strange}
                entry = {**entry, **kept[entry["id"]]}
            return call.reply(entry)

        return act

    site.action("create", make)
    site.action("update", make)
    site.action("read", make)


@patch
def still_listed(site: Site, deleted_by: str, lists: list[str]) -> None:
    """What was deleted stays in some lists."""
    gone: list[Entry] = []

    def before(asked: Asked) -> None:
        if asked.name == deleted_by and asked.login and asked.operation:
            key = asked.path.rstrip("/").rpartition("/")[2]
            collection = site.state.store[asked.operation.collection.name]
            entry = collection.get(int(key) if key.isdigit() else key)
            if entry:
                gone.append(dict(entry))

    def after(asked: Asked, answered: Answered) -> None:
        found = answered.json
        paged = any(key == "per_page" for key, _ in asked.query)
        if asked.name in lists and isinstance(found, list) and not paged and asked.operation:
            shown = [{key: one[key] for key in asked.operation.response_properties} for one in gone]
            if "extension_group/" in asked.path and "/client/" not in asked.path:
                group = asked.path.partition("/extension_group/")[2].partition("/")[0]
                shown = [one for one in shown if str(one.get("extension_group_id", group)) == group]
            answered.set_json([*found, *shown])

    site.before(before)
    site.after(after)


@patch
def deleted_twice(site: Site) -> None:
    """Deleting what is gone succeeds once more."""

    def after(asked: Asked, answered: Answered) -> None:
        if asked.action != "delete" or asked.operation is None or answered.status != 404:
            return
        if (answered.json or {}).get("status") == asked.operation.collection.missing:
            answered.status, answered.body = 204, b""
            answered.headers.pop("content-type", None)

    site.after(after)


@patch
def not_let_go(site: Site, collection: str) -> None:
    """What refers to a deleted thing stays as it was."""

    def make(original: Any) -> Any:
        def let_go(self: Store, other: Collection, key: Any, prop: str, gone: str) -> None:
            if other.rule.name != collection:
                original(self, other, key, prop, gone)

        return let_go

    site.replace(Store, "_let_go", make)


@patch
def items_go_along(site: Site, deleted_by: str, collection: str) -> None:
    """Recorded items are deleted along with a group or number."""

    def make(original: Action) -> Action:
        def delete(call: Call) -> Reply:
            if call.operation.id == deleted_by:
                owner = call.operation.collection.name, call.entry["id"]
                for entry in list(call.state.store.find(collection, Query(), owner)):
                    rule = call.state.store[collection].rule
                    call.state.store.delete(collection, entry[rule.key])
            return original(call)

        return delete

    site.action("delete", make)


@patch
def names_unique(site: Site, action: str) -> None:
    """Two groups of a client may not share a name."""

    def make(original: Action) -> Action:
        def act(call: Call) -> Reply:
            if call.operation.collection.name == "extension_group":
                for entry in call.collection.entries():
                    own = call.item is not None and entry["id"] == call.item["id"]
                    if entry["name"] == call.body.get("name") and not own:
                        raise invalid("name: is taken")
            return original(call)

        return act

    site.action(action, make)


@patch
def changed_by_reading(site: Site, operations: list[str], key: str, value: Any) -> None:
    """A GET leaves a mark on what it shows."""

    def make(original: Action) -> Action:
        def act(call: Call) -> Reply:
            reply = original(call)
            if call.operation.id in operations:
                call.collection.update(call.entry[call.operation.collection.key], {key: value})
            return reply

        return act

    for action in ("read", "download", "storage_url"):
        site.action(action, make)


@patch
def taken_all_the_same(site: Site, collection: str, how: str) -> None:
    """A unique value that another entry has is taken all the same."""

    def make_check(original: Any) -> Any:
        def check(self: Collection, entry: Entry) -> None:
            try:
                original(self, entry)
            except Taken:
                slot = self._unique_slot(entry)
                other = self._entries[self._unique[slot]] if slot else entry
                foreign = other["client_id"] != entry["client_id"]
                known = entry["id"] in self._entries
                if self.rule.name != collection or not (
                    how == "always" or (how == "foreign" and foreign) or (how == "update" and known)
                ):
                    raise

        return check

    def make_insert(_: Any) -> Any:
        def insert_new(self: Collection, entry: Entry) -> None:
            self.check_unique(entry)
            entry[self.rule.key] = self.new_key()
            self._add(entry)

        return insert_new

    site.replace(Collection, "check_unique", make_check)
    site.replace(Collection, "insert_new", make_insert)
