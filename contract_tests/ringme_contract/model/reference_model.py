"""A plain model of what two clients have, and the steps that change target and model alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any

import httpx

from ringme_contract.check_context import CheckContext
from ringme_contract.entries.factories import NOWHERE, Item
from ringme_contract.generic.owners import of_numbers
from ringme_contract.lists import lists_with, read_list
from ringme_spec.operations import Operation

TEXTS = (None, "", "null", "312", '{"a": 1}', "Продажи", "a & b <c>")


@dataclass(frozen=True)
class Step:
    """One step of a sequence: its kind, and numbers that pick what it is done to and how."""

    kind: str
    who: int = 0
    which: int = 0
    what: int = 0

    def __str__(self) -> str:
        return f"{self.kind}({self.who}, {self.which}, {self.what})"


class ReferenceModel:
    """The model: for each client the entries of its three lists by id.

    Only things that the steps made are updated or deleted; numbers that were there before are
    moved between groups, and put back by `restore`.
    """

    def __init__(self, kit: CheckContext) -> None:
        self._kit = kit
        roles, self._home = kit.roles, kit.roles.home
        self.groups, self.numbers, self.users = roles.groups, roles.numbers, roles.users
        self._collections = (self.groups, self.numbers, self.users)
        self.clients = [
            name for name in ("client", "other_client") if name in kit.target.identities
        ]
        keys = list(product(self.clients, self._collections))
        lists = kit.map(lambda key: kit.factory.read(key[1], key[0]), keys)
        self.entries: dict[tuple[str, str], dict[int, Item]] = {
            key: {one["id"]: one for one in found} for key, found in zip(keys, lists, strict=True)
        }
        self.made: dict[tuple[str, str], list[int]] = {key: [] for key in self.entries}
        # The items of one kind, whose lists of groups follow the numbers in them.
        kinds = lists_with(kit, owner=self.groups, ranged=True)
        self._items = kit.random.choice(kinds) if kinds else None
        self._recorded: dict[str, list[Item]] = {}
        if self._items:
            own = {kit.roles.clients: kit.roles.own_client}
            path = kit.path(self._items.collection.name, action="list", **own)
            for client in self.clients:
                self._recorded[client] = kit.caller(client).read(path, **kit.range_query)
        self._used = {key for client in self.clients for key in self.entries[client, self.groups]}

    # --- steps

    def do(self, step: Step) -> None:
        """Makes a step in target and model; one that nothing is there for does nothing."""
        client = self.clients[step.who % len(self.clients)]
        action: Callable[[str, Step], None] = getattr(self, f"_{step.kind}")
        action(client, step)

    def _pick(self, client: str, collection: str, step: Step) -> int | None:
        made = self.made[client, collection]
        return made[step.which % len(made)] if made else None

    def _pick_group(self, client: str, number: int) -> int | None:
        """One of the groups that the steps made, or no group."""
        choice = [None, *self.made[client, self.groups]]
        return choice[number % len(choice)]

    def _create(self, client: str, collection: str, body: Item) -> None:
        response = self._kit.expect(
            self._kit.caller(client).post(self._kit.path(collection), body), 201
        )
        entry: Item = response.json()
        shown = {name: value for name, value in body.items() if name in entry and name != "name"}
        self._kit.expect_equal(
            f"what POST of {collection} made of its body", _part(entry, shown), shown
        )
        self.entries[client, collection][entry["id"]] = entry
        self.made[client, collection].append(entry["id"])

    def _update(self, client: str, collection: str, key: int, changes: Item) -> None:
        caller = self._kit.caller(client)
        response = self._kit.expect(caller.put(self._kit.path(collection, key), changes), 200)
        entry = {**self.entries[client, collection][key], **changes}
        self._kit.expect_equal(f"the response of PUT of {collection} {key}", response.json(), entry)
        self.entries[client, collection][key] = entry

    def _delete(self, client: str, collection: str, key: int) -> None:
        self._kit.expect(self._kit.caller(client).delete(self._kit.path(collection, key)), 204)
        del self.entries[client, collection][key]
        self.made[client, collection].remove(key)

    def _create_group(self, client: str, step: Step) -> None:
        body = self._body(self.groups, client, extra_params=_text(step))
        self._create(client, self.groups, body)
        key = self.made[client, self.groups][-1]
        self._kit.expect_true(f"the id {key} was never used before", key not in self._used, key)
        self._used.add(key)

    def _update_one(
        self, client: str, collection: str, step: Step, changes: tuple[Item, ...]
    ) -> None:
        key = self._pick(client, collection, step)
        if key is not None:
            self._update(client, collection, key, changes[step.what % len(changes)])

    def _delete_one(self, client: str, collection: str, step: Step) -> None:
        key = self._pick(client, collection, step)
        if key is not None:
            self._delete(client, collection, key)

    def _update_group(self, client: str, step: Step) -> None:
        text = {"extra_params": _text(step)}
        name = {"name": self._kit.new_name("group")}
        self._update_one(client, self.groups, step, ({}, name, text, {**name, **text}))

    def _delete_group(self, client: str, step: Step) -> None:
        key = self._pick(client, self.groups, step)
        if key is None:
            return
        self._delete(client, self.groups, key)
        for entry in self.entries[client, self.numbers].values():
            if entry[self._home] == key:
                entry[self._home] = None
        users = self.entries[client, self.users]
        for user in [one for one, entry in users.items() if entry[self._home] == key]:
            del users[user]
            self.made[client, self.users].remove(user)

    def _create_number(self, client: str, step: Step) -> None:
        group = self._pick_group(client, step.which)
        keys = {"extra_params": _text(step), self._home: group}
        self._create(client, self.numbers, self._body(self.numbers, client, **keys))

    def _update_number(self, client: str, step: Step) -> None:
        changes: tuple[Item, ...] = (
            {}, {"status": ("active", "blocked")[step.what % 2]}, {"extra_params": _text(step)},
        )  # fmt: skip
        self._update_one(client, self.numbers, step, changes)

    def _place_number(self, client: str, step: Step) -> None:
        keys = sorted(self.entries[client, self.numbers])
        if keys:
            changes = {self._home: self._pick_group(client, step.what)}
            key = keys[step.which % len(keys)]
            self._kit.lending.lend(key, client)
            self._update(client, self.numbers, key, changes)

    def _delete_number(self, client: str, step: Step) -> None:
        self._delete_one(client, self.numbers, step)

    def _create_user(self, client: str, step: Step) -> None:
        group = self._pick(client, self.groups, step)
        if group is not None:
            keys = {self._home: group, "access": ("full", "read_only")[step.what % 2]}
            self._create(client, self.users, self._body(self.users, client, **keys))

    def _update_user(self, client: str, step: Step) -> None:
        changes: tuple[Item, ...] = (
            {}, {"status": ("active", "blocked")[step.what % 2]}, {"comment": _text(step)},
        )  # fmt: skip
        self._update_one(client, self.users, step, changes)

    def _delete_user(self, client: str, step: Step) -> None:
        self._delete_one(client, self.users, step)

    def _body(self, collection: str, client: str, **keys: Any) -> Item:
        factory = self._kit.factory
        return factory.body(factory.creation(collection), identity=client, **keys)

    def _refused(self, client: str, step: Step) -> None:
        """A request that must fail, and so must leave everything as it was."""
        kit, caller = self._kit, self._kit.caller(client)
        numbers = sorted(self.made[client, self.numbers])
        other = self.clients[(step.who + 1) % len(self.clients)]
        foreign = sorted(self.made[other, self.groups]) if other != client else []
        requests: list[tuple[Callable[[], httpx.Response], int]] = [
            (lambda: caller.post(kit.path(self.groups), {"name": ""}), 400),
            (lambda: caller.put(kit.path(self.groups, NOWHERE), {"name": "x"}), 404),
        ]
        if numbers:
            path = kit.path(self.numbers, numbers[step.which % len(numbers)])
            requests += [
                (lambda: caller.put(path, {"label": "x", self._home: NOWHERE}), 404),
                (lambda: caller.put(path, {"label": "x", "name": "no name"}), 400),
            ]
        if foreign:
            theirs = kit.path(self.groups, foreign[step.which % len(foreign)])
            requests += [
                (lambda: caller.put(theirs, {"name": "x"}), 404),
                (lambda: caller.delete(theirs), 404),
            ]
        request, status = requests[step.what % len(requests)]
        self._kit.expect(request(), status)

    # --- comparison

    def compare(self, step: Step | None = None) -> None:
        """Lists of both clients, and of the groups that the steps made, equal the model.

        All of them, or after a step the numbers of its client, two other lists, and one group's.
        """
        looks = [partial(self._compare_list, *key) for key in self.entries]
        groups = [
            (client, key) for client in self.clients for key in self.made[client, self.groups]
        ]
        if step is not None:
            own = self.clients[step.who % len(self.clients)]
            numbers = partial(self._compare_list, own, self.numbers)
            looks = [numbers, *self._kit.random.sample(looks, 2)]
            groups = self._kit.random.sample(groups, min(1, len(groups)))
        for client, group in groups:
            looks += [partial(self._compare_members, client, group)]
            if self._items:
                looks += [partial(self._compare_items, self._items, client, group)]
        self._kit.map(lambda look: look(), looks)

    def _compare_list(self, client: str, collection: str) -> None:
        entries = self.entries[client, collection]
        expected = [entries[key] for key in sorted(entries)]
        got = self._kit.factory.read(collection, client)
        self._kit.expect_equal(f"{collection} of {client}", got, expected)

    def _members(self, client: str, group: int) -> list[Item]:
        numbers = self.entries[client, self.numbers]
        return [numbers[key] for key in sorted(numbers) if numbers[key][self._home] == group]

    def _compare_members(self, client: str, group: int) -> None:
        path = self._kit.path(self.numbers, action="list", **{self.groups: group})
        got, expected = self._kit.caller(client).read(path), self._members(client, group)
        self._kit.expect_equal(f"{path} of {client}", got, expected)

    def _compare_items(self, operation: Operation, client: str, group: int) -> None:
        got = read_list(self._kit, self._kit.caller(client), operation, group)
        expected = of_numbers(
            self._kit, operation, self._recorded[client], self._members(client, group)
        )
        self._kit.expect_equal(f"{operation.id} of {group}", got, expected)

    def restore(self) -> None:
        """Removes what the steps made, and puts numbers back where they were."""
        self._kit.clean_up()


def _text(step: Step) -> str | None:
    return TEXTS[step.what % len(TEXTS)]


def _part(entry: Item, keys: Item) -> Item:
    return {name: entry[name] for name in keys}


def kinds() -> list[str]:
    group, user = (f"create_{one} update_{one} delete_{one}" for one in ("group", "user"))
    number = "create_number update_number place_number delete_number"
    return f"{group} {number} {user} refused".split()
