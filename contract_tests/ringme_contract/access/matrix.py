"""The access table, cell by cell: identity, operation, object, and the response required."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any

import httpx

from ringme_contract.assertions import error_code
from ringme_contract.check import check
from ringme_contract.check_context import CheckContext, configures
from ringme_contract.deviations import Deviation
from ringme_contract.entries.factories import NOWHERE, Item
from ringme_contract.entries.made_entries import CLIENTS, is_of_run
from ringme_contract.http.transport import exchange_of
from ringme_contract.lists import lists_with, read_list
from ringme_contract.samples import some
from ringme_contract.verdict import NotReached
from ringme_spec.collections import CollectionRule
from ringme_spec.operations import Operation

# Identities with the same access, apart from differences in the table itself.
_ALIKE = (
    ("client", "client_read_only", "call_api"),
    ("group", "group_read_only", "sibling_group"),
)
_OK, _MISSING = "ok", "missing"
_SHOWN = 6


@dataclass(frozen=True)
class Cell:
    """One request of the table: identity, operation, object, and the outcome required."""

    identity: str
    operation: Operation
    kind: str
    key: object
    expected: str

    def __str__(self) -> str:
        return f"{self.identity}, {self.operation.method} {self.operation.path} of {self.kind}"

    @property
    def due(self) -> tuple[int | None, str | None]:
        """The status (None: any success) and error code required."""
        if self.expected == _OK:
            return None, None
        if self.expected == _MISSING:
            return 404, self.operation.path_collections[0].missing
        return 403, self.expected

    def wrong(self, response: httpx.Response) -> tuple[str, str] | None:
        """Expected and actual outcome as texts; None if the response is right."""
        (status, word), got, found = self.due, response.status_code, error_code(response)
        good = response.is_success if status is None else got == status
        if good and (word is None or found == word):
            return None
        return f"{status or '2xx'} {word or ''}".strip(), f"{got} {found or ''}".strip()


@cache
def _visibility() -> dict[str, dict[str, dict[str, str]]]:
    """The outcome by section, kind of object and identity."""
    text = files("ringme_contract.access").joinpath("visibility.toml").read_text("utf-8")
    return {
        section: {
            kind: {name: outcome for outcome, names in row.items() for name in names}
            for kind, row in kinds.items()
        }
        for section, kinds in tomllib.loads(text).items()
    }


def _cells(kit: CheckContext, objects: TableObjects) -> Iterator[Cell]:
    for operation in kit.secured_operations:
        for kind, row in _visibility().get(operation.section or "", {}).items():
            key = objects.keys.get((operation.section or "", kind))
            if key is None:
                continue
            for identity, outcome in row.items():
                if identity in kit.target.identities:
                    yield Cell(identity, operation, kind, key, outcome)


def _one_of_alike(kit: CheckContext, chosen: Iterable[Cell]) -> Iterator[Cell]:
    """One of each set of cells that differ only in alike identities; the seed chooses."""
    found: dict[tuple[object, ...], list[Cell]] = {}
    for cell in chosen:
        identities = next((one for one in _ALIKE if cell.identity in one), (cell.identity,))
        kind = (cell.operation.id, cell.kind, cell.expected, identities)
        found.setdefault(kind, []).append(cell)
    for about, same in found.items():
        yield from some(kit, same, 1, about)


def _item_for(kit: CheckContext, objects: TableObjects, cell: Cell) -> object:
    """The key of the item to request; one that exists, if the object is within reach.

    Raises NotReached if the object holds none.
    """
    operation, collections = cell.operation, cell.operation.path_collections
    if cell.expected == _OK and not operation.addresses_entries:
        raise NotReached(f"the kit knows no entry for the path {operation.path}")
    if len(collections) > 1 and cell.expected == _OK:
        # The path names an object and an item below it.
        return objects.item(operation.section or "", cell.kind, cell.key, collections[1].name)
    return kit.factory.nowhere(operation)[operation.path_names[-1]]


def _send(kit: CheckContext, cell: Cell, item: object) -> httpx.Response:
    """Sends a valid request for a cell; `item` is the key of its item."""
    operation = cell.operation
    given = dict(zip(operation.path_names, (cell.key, item), strict=False))
    path = operation.fill({**kit.factory.nowhere(operation), **given})
    arguments: dict[str, Any] = {"params": kit.factory.query(operation, ranged=True)}
    if operation.json_body is not None:
        arguments["json"] = kit.factory.harmless(operation)
    return kit.caller(cell.identity).request(operation.method, path, **arguments)


def _walk(kit: CheckContext, chosen: Callable[[Cell], bool], writing: bool) -> None:
    """Compares the responses of all chosen cells with the table; one failure shows all."""
    objects, rows = TableObjects(kit, writing), []
    before = _view(kit) if writing else None
    for cell in _one_of_alike(kit, filter(chosen, _cells(kit, objects))):
        with suppress(NotReached):
            rows.append((cell, _item_for(kit, objects, cell)))
    kit.need(rows, "the target has no entries for this table")
    responses = kit.map(lambda row: _send(kit, *row), rows)
    wrong = [
        (cell, Deviation(exchange_of(response), *found))
        for (cell, _), response in zip(rows, responses, strict=True)
        if (found := cell.wrong(response))
    ]
    if wrong:
        more = len(wrong) - _SHOWN
        text = "; ".join(f"{cell}: {d.got} instead of {d.expected}" for cell, d in wrong[:_SHOWN])
        text += f"; and {more} more" if more > 0 else ""
        text, first = f"{len(wrong)} of {len(rows)} cells are wrong: {text}", wrong[0][1]
        kit.fail(text, first.expected, first.got, [one for _, one in wrong])
    if before is not None:
        kit.expect_equal("data of the clients after refused requests", _view(kit), before)


def _view(kit: CheckContext) -> dict[str, list[Item]]:
    """All lists of both clients, which a refused request must not change."""
    callers = [kit.caller(name) for name in CLIENTS if name in kit.target.identities]
    lists = list(product(callers, lists_with(kit, owner=kit.roles.clients)))
    found = kit.map(lambda one: read_list(kit, *one), lists)
    return {
        f"{caller.name} {operation.id}": items
        for (caller, operation), items in zip(lists, found, strict=True)
    }


def _by_table(cell: Cell) -> bool:
    """True if neither the application nor the access of the user decides before the table."""
    if cell.operation.reads:
        return True
    read_only = cell.identity.endswith("read_only")
    return not read_only and not (cell.identity == "call_api" and configures(cell.operation))


def _is_missing(cell: Cell, *sections: str) -> bool:
    return cell.operation.section in sections and cell.expected == _MISSING and _by_table(cell)


@check("user-types", needs=("client", "group", "extension"), writes=False)
def every_identity_reads_what_the_table_says(kit: CheckContext) -> None:
    """All GET operations: 200 within reach, 403 outside."""
    _walk(kit, lambda cell: cell.operation.reads and cell.expected != _MISSING, writing=False)


@check("error-access-denied", needs=("client", "other_client"), smoke=True)
def writes_outside_of_reach_are_refused_and_change_nothing(kit: CheckContext) -> None:
    """All writing operations on objects out of reach."""
    within = (_OK, _MISSING)
    _walk(
        kit,
        lambda cell: not cell.operation.reads and cell.expected not in within and _by_table(cell),
        writing=True,
    )


@check("error-client-not-found", writes=False, smoke=True)
def a_client_that_never_was_is_missing_for_everybody(kit: CheckContext) -> None:
    """All operations of the client section."""
    _walk(kit, lambda cell: _is_missing(cell, kit.roles.clients), writing=False)


@check("error-not-found")
def groups_and_numbers_that_are_not_there_are_missing_for_everybody(kit: CheckContext) -> None:
    """All operations of the group and number sections, on deleted and unknown ones."""
    _walk(kit, lambda cell: _is_missing(cell, kit.roles.groups, kit.roles.numbers), writing=True)


class TableObjects:
    """Keys of objects by section and kind, as `visibility.toml` names them.

    Kinds for which the target has no object are left out. With `writing`, groups and numbers are
    created: a target that wrongly accepts a request must not lose data.
    """

    def __init__(self, kit: CheckContext, writing: bool) -> None:
        self._kit, self._writing, roles = kit, writing, kit.roles
        self._clients, self._groups, self._numbers = roles.clients, roles.groups, roles.numbers
        self.keys: dict[tuple[str, str], Any] = {}
        self._items: dict[tuple[str, str, str], list[Item]] = {}
        for identity, kind in (("client", "own"), ("other_client", "other")):
            self._add_own(identity, self._clients, kind)
        for identity, kind in (("group", "own"), ("sibling_group", "sibling")):
            self._add_own(identity, self._groups, kind)
        self._add_own("extension", self._numbers, "own")
        self._add_places()
        for collection in (self._groups, self._numbers):
            self._add_others(collection)
        if not self._writing:
            self.keys[self._clients, "me"] = self._kit.roles.own_client
        for collection in (self._clients, self._groups, self._numbers):
            self.keys[collection, "never"] = NOWHERE

    def _add_own(self, identity: str, collection: str, kind: str) -> None:
        """Adds the entry that the user of an identity is confined to; to write, a new one."""
        if identity not in self._kit.target.identities:
            return
        made = self._writing and collection != self._clients
        key = self._create(collection) if made else self._kit.own_key(identity, collection)
        if key is not None:
            self.keys[collection, kind] = key

    def _create(self, collection: str, identity: str = "client", **keys: Any) -> Any:
        return self._kit.factory.create(collection, identity, **keys)["id"]

    def _add_places(self) -> None:
        kit, home = self._kit, self._kit.roles.home
        own = self.keys.get((self._numbers, "own"))
        numbers = [one for one in kit.factory.read(self._numbers) if one["id"] != own]
        for kind, place in (("member", "own"), ("sibling", "sibling"), ("loose", None)):
            group = self.keys.get((self._groups, place)) if place else None
            fitting = [one["id"] for one in numbers if one[home] == group]
            if place and group is None:
                continue
            if self._writing:
                self.keys[self._numbers, kind] = self._create(
                    self._numbers, "client", **{home: group}
                )
            elif fitting:
                self.keys[self._numbers, kind] = kit.random.choice(fitting)

    def _add_others(self, collection: str) -> None:
        kit = self._kit
        if "other_client" in kit.target.identities:
            if self._writing:
                self.keys[collection, "other"] = self._create(collection, "other_client")
            elif found := kit.factory.read(collection, "other_client"):
                self.keys[collection, "other"] = kit.random.choice(found)["id"]
        if self._writing:
            key = self._create(collection)
            kit.expect(kit.client.delete(kit.path(collection, key)), 204)
            self.keys[collection, "deleted"] = key

    def item(self, section: str, kind: str, key: Any, collection: str) -> Any:
        """The key of an item of a collection that an object holds, as the object's client sees it.

        Raises NotReached if it holds none.
        """
        at, rule = (section, kind, collection), self._kit.contract.collections[collection]
        if at not in self._items:
            self._items[at] = self._read(section, kind, key, rule)
        found = self._items[at]
        self._kit.need(found, f"{section} {key} has no {collection} in the target's range")
        return found[0][rule.key]

    def _read(self, section: str, kind: str, key: Any, rule: CollectionRule) -> list[Item]:
        kit, identity = self._kit, "other_client" if kind == "other" else "client"
        if section == self._clients and rule.range is None and kit.path.find(rule.name, "list"):
            return kit.factory.read(rule.name, identity)
        listing = kit.path.find(rule.name, "list", (section,))
        if listing is None:
            return []
        path = kit.path(rule.name, **{section: key})
        caller = kit.caller(identity)
        if rule.range is not None:
            found: list[Item] = listing.listed(caller.read(path, **kit.range_query, per_page=1))
            return found
        # Another check may remove its entries at any moment.
        return [one for one in listing.listed(caller.read(path)) if not is_of_run(kit, one)]
