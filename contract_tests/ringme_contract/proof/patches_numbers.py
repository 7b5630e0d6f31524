"""Faults in numbers: their names, and the groups that they are in."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from ringme_contract.proof.patches_state import keys_stored
from ringme_contract.proof.site import Site, patch
from ringme_mock.actions import Action
from ringme_mock.actions import entries as actions
from ringme_mock.actions.context import Call
from ringme_mock.actions.response import Reply
from ringme_mock.store.clock import Clock
from ringme_mock.store.collection import Collection, Entry


@patch
def former_groups_kept(site: Site) -> None:
    """A number that moves to another group is still listed in its former one."""
    former: dict[int, list[int]] = {}

    def make_update(original: Action) -> Action:
        def update(call: Call) -> Reply:
            old = call.entry.get("extension_group_id")
            reply = original(call)
            new = json.loads(reply.body).get("extension_group_id")
            if call.operation.collection.name == "extension" and old and new and old != new:
                former.setdefault(old, []).append(call.entry["id"])
            return reply

        return update

    def make_list(original: Action) -> Action:
        def show(call: Call) -> Reply:
            found = json.loads(original(call).body)
            if call.operation.id == "listGroupExtensions" and call.owner:
                for key in former.get(call.owner[1], []):
                    entry = call.collection.get(key)
                    if entry and entry["id"] not in [one["id"] for one in found]:
                        found.append(call.view(entry))
            return call.reply(found)

        return show

    site.action("update", make_update)
    site.action("list", make_list)


@patch
def any_group_will_do(site: Site, how: str) -> None:
    """A number may be put into a group that the client does not have."""

    def make(original: Any) -> Any:
        def check(call: Call, entry: Entry, changes: Entry) -> None:
            key = changes.get("extension_group_id")
            known = call.state.store["extension_group"].get(key)
            if call.operation.collection.name != "extension" or (how == "foreign" and not known):
                original(call, entry, changes)

        return check

    site.replace(actions, "_check_references", make)


@patch
def applied_before_checks(site: Site, operation: str) -> None:
    """An update that is refused has changed things by then."""

    def make(original: Action) -> Action:
        def update(call: Call) -> Reply:
            if call.operation.id == operation:
                group = call.body.get("extension_group_id")
                known = call.state.store["extension_group"].get(group) is not None
                safe = {
                    key: value
                    for key, value in actions._known(call).items()
                    if key not in ("extension_group_id", "login") or (known and key != "login")
                }
                if (
                    "extension_group_id" in call.body
                    and not known
                    and operation == "updateExtension"
                ):
                    safe["extension_group_id"] = None
                call.collection.update(call.entry["id"], safe)
            return original(call)

        return update

    site.action("update", make)


@patch
def renaming(site: Site, how: str) -> None:
    """Another name in an update of a number is passed over (some of them alone), or applied."""

    def make(original: Any) -> Any:
        def check(call: Call) -> None:
            name = call.body.get("name", "")
            number = str(name).rpartition("*")[2]
            same = number == call.entry.get("name", "").rpartition("*")[2]
            passed = {"another prefix": same, "null": name is None}
            if not passed.get(how, True):
                original(call)

        return check

    site.replace(actions, "_check_fixed", make)
    if how == "applied":
        keys_stored(site, ["updateExtension"], ["name"])


@patch
def dated_elsewhere(site: Site, hours: int) -> None:
    """New numbers bear the time of another zone."""

    def make(_: Any) -> Any:
        def text(self: Clock) -> str:
            return f"{self.now() + timedelta(hours=hours):%Y-%m-%d %H:%M:%S}"

        return text

    site.replace(Clock, "text", make)


@patch
def numbers_unchecked(site: Site, how: str) -> None:
    """New numbers get no prefix, or may have any length, or a name that is taken."""
    if how == "taken":

        def make_slot(original: Any) -> Any:
            def slot(self: Collection, entry: Entry) -> Any:
                return None if self.rule.name == "extension" else original(self, entry)

            return slot

        site.replace(Collection, "_unique_slot", make_slot)
        return

    def make(original: Any) -> Any:
        def full(call: Call, rule: Any, name: str) -> str:
            number = name.rpartition(rule.separator)[2]
            if how == "no prefix":
                original(call, rule, name)
                return number
            owner = call.owners[rule.owner]
            return f"{owner[rule.prefix]}{rule.separator}{number}"

        return full

    site.replace(actions, "_full_number", make)


@patch
def membership(site: Site, how: str) -> None:
    """Who is in a group goes wrong after some steps only."""
    names: dict[tuple[Any, Any], Any] = {}

    def make_update(original: Action) -> Action:
        def update(call: Call) -> Reply:
            group = call.body.get("extension_group_id")
            if call.operation.id == "updateExtension" and group is not None:
                members = list(call.collection.positions("extension_group_id", group))
                if how == "toggle" and call.entry["extension_group_id"] == group:
                    body = {**call.body, "extension_group_id": None}
                    return original(replace(call, body=body))
                if (
                    how == "two at most"
                    and len(members) >= 2
                    and call.entry["extension_group_id"] != group
                ):
                    reply = original(call)
                    call.collection.update(members[0][-1], {"extension_group_id": None})
                    return reply
            return original(call)

        return update

    def make_delete(original: Action) -> Action:
        def delete(call: Call) -> Reply:
            if call.operation.id == "deleteExtension":
                key = call.entry["client_id"], call.entry["name"]
                names[key] = call.entry["extension_group_id"]
                group = call.entry["extension_group_id"]
                reply = original(call)
                if how == "neighbour" and group is not None:
                    for position in list(call.collection.positions("extension_group_id", group))[
                        :1
                    ]:
                        call.collection.update(position[-1], {"extension_group_id": None})
                return reply
            return original(call)

        return delete

    def make_create(original: Action) -> Action:
        def create(call: Call) -> Reply:
            reply = original(call)
            if call.operation.id == "createExtension" and how == "remembered":
                entry = json.loads(reply.body)
                group = names.get((entry["client_id"], entry["name"]))
                if group in [one["id"] for one in call.state.store["extension_group"].entries()]:
                    call.collection.update(entry["id"], {"extension_group_id": group})
            return reply

        return create

    site.action("update", make_update)
    site.action("delete", make_delete)
    site.action("create", make_create)
