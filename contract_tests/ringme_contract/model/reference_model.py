"""A plain model of two clients, and steps that change target and model alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import product

from ringme_contract.check_context import CheckContext
from ringme_contract.entries.factories import NOWHERE, Item
from ringme_contract.entries.made_entries import CLIENTS
from ringme_contract.generic.owners import of_numbers
from ringme_contract.lists import lists_with, read_list
from ringme_spec.operations import Operation

KINDS = (
    *(f"{verb}_{noun}" for noun in ("group", "number", "user")
      for verb in ("create", "update", "delete")),
    "place_number", "refuse",
)  # fmt: skip
TEXTS = (None, "", "null", "312", '{"a": 1}', "Продажи", "a & b <c>")


@dataclass(frozen=True)
class Step:
    """A step of a sequence: its kind, and numbers that pick client, entry and change."""

    kind: str
    who: int = 0
    which: int = 0
    what: int = 0

    def __str__(self) -> str:
        return f"{self.kind}({self.who}, {self.which}, {self.what})"


class ReferenceModel:
    """The entries of the three lists of each client, by id.

    Only entries that the steps created are updated or deleted. Numbers that were there before are
    only moved between groups; `restore` puts them back.
    """

    def __init__(self, kit: CheckContext) -> None:
        self._kit = kit
        roles, self._home = kit.roles, kit.roles.home
        self.groups, self.numbers, self.users = roles.groups, roles.numbers, roles.users
        self._nouns = {"group": self.groups, "number": self.numbers, "user": self.users}
        self.clients = [name for name in CLIENTS if name in kit.target.identities]
        keys = list(product(self.clients, self._nouns.values()))
        lists = kit.map(lambda key: kit.factory.read(key[1], key[0]), keys)
        self.entries: dict[tuple[str, str], dict[int, Item]] = {
            key: {one["id"]: one for one in found} for key, found in zip(keys, lists, strict=True)
        }
        self.made: dict[tuple[str, str], list[int]] = {key: [] for key in self.entries}
        # Recorded items of one kind: the list of a group depends on the numbers in it.
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
        """Makes a step in target and model; nothing if there is no entry for it."""
        verb, _, noun = step.kind.partition("_")
        action: Callable[[str, str, Step], None] = getattr(self, f"_{verb}")
        client = self.clients[step.who % len(self.clients)]
        action(client, self._nouns.get(noun, ""), step)

    def _pick(self, client: str, collection: str, step: Step) -> int | None:
        made = self.made[client, collection]
        return made[step.which % len(made)] if made else None

    def _pick_group(self, client: str, number: int) -> int | None:
        choice = [None, *self.made[client, self.groups]]
        return choice[number % len(choice)]

    def _create(self, client: str, collection: str, step: Step) -> None:
        keys: Item = {"extra_params": _text(step)}
        if collection == self.numbers:
            keys[self._home] = self._pick_group(client, step.which)
        elif collection == self.users:
            group = self._pick(client, self.groups, step)
            if group is None:
                return
            keys = {self._home: group, "access": ("full", "read_only")[step.what % 2]}
        factory = self._kit.factory
        body = factory.body(factory.creation(collection), identity=client, **keys)
        key = self._post(client, collection, body)["id"]
        if collection == self.groups:
            self._kit.expect_true(f"the id {key} was never used before", key not in self._used, key)
            self._used.add(key)

    def _post(self, client: str, collection: str, body: Item) -> Item:
        caller = self._kit.caller(client)
        made = self._kit.expect(caller.post(self._kit.path(collection), body), 201)
        entry: Item = made.json()
        shown = {name: value for name, value in body.items() if name in entry and name != "name"}
        self._kit.expect_properties(f"what POST of {collection} made", entry, shown)
        self.entries[client, collection][entry["id"]] = entry
        self.made[client, collection].append(entry["id"])
        return entry

    def _update(self, client: str, collection: str, step: Step) -> None:
        key = self._pick(client, collection, step)
        if key is not None:
            changes = self._changes(collection, step)
            self._put(client, collection, key, changes[step.what % len(changes)])

    def _changes(self, collection: str, step: Step) -> list[Item]:
        text = {"extra_params": _text(step)}
        if collection == self.groups:
            name = {"name": self._kit.new_name("group")}
            return [{}, name, text, {**name, **text}]
        status = {"status": ("active", "blocked")[step.what % 2]}
        return [{}, status, text if collection == self.numbers else {"comment": _text(step)}]

    def _put(self, client: str, collection: str, key: int, changes: Item) -> None:
        caller = self._kit.caller(client)
        response = self._kit.expect(caller.put(self._kit.path(collection, key), changes), 200)
        entry = {**self.entries[client, collection][key], **changes}
        self._kit.expect_equal(f"the response of PUT of {collection} {key}", response.json(), entry)
        self.entries[client, collection][key] = entry

    def _place(self, client: str, collection: str, step: Step) -> None:
        """Puts a number into a group or out of it; any number, also one that was there before."""
        keys = sorted(self.entries[client, collection])
        if keys:
            key = keys[step.which % len(keys)]
            self._kit.lending.lend(key, client)
            self._put(client, collection, key, {self._home: self._pick_group(client, step.what)})

    def _delete(self, client: str, collection: str, step: Step) -> None:
        key = self._pick(client, collection, step)
        if key is None:
            return
        self._kit.expect(self._kit.caller(client).delete(self._kit.path(collection, key)), 204)
        self._forget(client, collection, key)
        if collection != self.groups:
            return
        for entry in self.entries[client, self.numbers].values():
            if entry[self._home] == key:
                entry[self._home] = None
        for user, entry in list(self.entries[client, self.users].items()):
            if entry[self._home] == key:
                self._forget(client, self.users, user)

    def _forget(self, client: str, collection: str, key: int) -> None:
        del self.entries[client, collection][key]
        self.made[client, collection].remove(key)

    def _remake(self, client: str, collection: str, step: Step) -> None:
        """Deletes a number and creates one with the same name; that one must be in no group."""
        key = self._pick(client, collection, step)
        if key is not None:
            name = self.entries[client, collection][key]["name"]
            self._delete(client, collection, step)
            made = self._post(client, collection, {"name": name, "label": self._kit.new_name("it")})
            self._kit.expect_equal(f"the group of {name}, made anew", made[self._home], None)

    def _refuse(self, client: str, _: str, step: Step) -> None:
        kit = self._kit
        other = self.clients[(step.who + 1) % len(self.clients)]
        requests: list[tuple[str, str, Item, int]] = [
            ("POST", kit.path(self.groups), {"json": {"name": ""}}, 400),
            ("PUT", kit.path(self.groups, NOWHERE), {"json": {"name": "x"}}, 404),
        ]
        if (number := self._pick(client, self.numbers, step)) is not None:
            path = kit.path(self.numbers, number)
            requests += [
                ("PUT", path, {"json": {"label": "x", self._home: NOWHERE}}, 404),
                ("PUT", path, {"json": {"label": "x", "name": "no name"}}, 400),
            ]
        if other != client and (foreign := self._pick(other, self.groups, step)) is not None:
            path = kit.path(self.groups, foreign)
            requests += [("PUT", path, {"json": {"name": "x"}}, 404), ("DELETE", path, {}, 404)]
        method, path, body, status = requests[step.what % len(requests)]
        kit.expect(kit.caller(client).request(method, path, **body), status)

    # --- comparison

    def compare(self, step: Step | None = None) -> None:
        """Compares the lists of both clients, and of groups that the steps created, with the model.

        After a step only some of them: the numbers of its client, two other lists, and those of a
        group.
        """
        comparisons = [partial(self._compare_list, *key) for key in self.entries]
        groups = [(one, key) for one in self.clients for key in self.made[one, self.groups]]
        if step is not None:
            own = self.clients[step.who % len(self.clients)]
            numbers = partial(self._compare_list, own, self.numbers)
            comparisons = [numbers, *self._kit.random.sample(comparisons, 2)]
            groups = self._kit.random.sample(groups, min(1, len(groups)))
        for client, group in groups:
            comparisons += [partial(self._compare_members, client, group)]
            if self._items:
                comparisons += [partial(self._compare_items, self._items, client, group)]
        self._kit.map(lambda compare: compare(), comparisons)

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
        self._kit.clean_up()


def _text(step: Step) -> str | None:
    return TEXTS[step.what % len(TEXTS)]
