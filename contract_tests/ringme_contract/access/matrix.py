"""The access table, cell by cell: identity by operation by object, and the response required."""

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

from ringme_contract.access.table_objects import TableObjects
from ringme_contract.assertions import error_code
from ringme_contract.check import check
from ringme_contract.check_context import CheckContext, configures
from ringme_contract.deviations import Deviation
from ringme_contract.entries.factories import Item
from ringme_contract.http.transport import exchange_of
from ringme_contract.lists import lists_with, read_list
from ringme_contract.samples import some
from ringme_contract.verdict import NotReached
from ringme_spec.operations import Operation

# Identities that reach the same, but for what the table itself says of each.
_ALIKE = (
    ("client", "client_read_only", "call_api"),
    ("group", "group_read_only", "sibling_group"),
)
_OK, _MISSING = "ok", "missing"
_SHOWN = 6
_CLIENTS = ("client", "other_client")


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
        """The status (None: any success) and error code that it has to get."""
        if self.expected == _OK:
            return None, None
        if self.expected == _MISSING:
            return 404, self.operation.path_collections[0].missing
        return 403, self.expected

    def wrong(self, response: httpx.Response) -> tuple[str, str] | None:
        """Expected and got, unless they are the same."""
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
    """Of the cells that differ in alike identities alone, one that the seed chooses."""
    found: dict[tuple[object, ...], list[Cell]] = {}
    for cell in chosen:
        identities = next((one for one in _ALIKE if cell.identity in one), (cell.identity,))
        kind = (cell.operation.id, cell.kind, cell.expected, identities)
        found.setdefault(kind, []).append(cell)
    for about, same in found.items():
        yield from some(kit, same, 1, about)


def _item_for(kit: CheckContext, objects: TableObjects, cell: Cell) -> object:
    """The item of a cell's request, one that is there if the object is reachable.

    Raises NotReached if the object holds none.
    """
    operation, collections = cell.operation, cell.operation.path_collections
    if cell.expected == _OK and not operation.addresses_entries:
        raise NotReached(f"nothing is known to be at the end of {operation.path}")
    if len(collections) > 1 and cell.expected == _OK:
        # Below the thing that the path begins at.
        return objects.item(operation.section or "", cell.kind, cell.key, collections[1].name)
    return kit.factory.nowhere(operation)[operation.path_names[-1]]


def _send(kit: CheckContext, cell: Cell, item: object) -> httpx.Response:
    """A request with a valid query and body, and the keys of a cell and its item in the path."""
    operation = cell.operation
    given = dict(zip(operation.path_names, (cell.key, item), strict=False))
    path = operation.fill({**kit.factory.nowhere(operation), **given})
    arguments: dict[str, Any] = {"params": kit.factory.query(operation, ranged=True)}
    if operation.json_body is not None:
        arguments["json"] = kit.factory.harmless(operation)
    return kit.caller(cell.identity).request(operation.method, path, **arguments)


def _walk(kit: CheckContext, chosen: Callable[[Cell], bool], writing: bool) -> None:
    """Makes the requests of the chosen cells, and compares each response with the table.

    One failure shows all that came out wrong.
    """
    objects, rows = TableObjects(kit, writing), []
    before = _view(kit) if writing else None
    for cell in _one_of_alike(kit, filter(chosen, _cells(kit, objects))):
        with suppress(NotReached):
            rows.append((cell, _item_for(kit, objects, cell)))
    kit.need(rows, "the target has nothing for this table")
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
        kit.expect_equal("what the clients see after refused requests", _view(kit), before)


def _view(kit: CheckContext) -> dict[str, list[Item]]:
    """All lists of both clients: what a refused request must leave as it was."""
    callers = [kit.caller(name) for name in _CLIENTS if name in kit.target.identities]
    lists = list(product(callers, lists_with(kit, owner=kit.roles.clients)))
    found = kit.map(lambda one: read_list(kit, *one), lists)
    return {
        f"{caller.name} {operation.id}": items
        for (caller, operation), items in zip(lists, found, strict=True)
    }


def _by_level(cell: Cell) -> bool:
    """Neither the application nor the user's access level comes before the table."""
    if cell.operation.reads:
        return True
    read_only = cell.identity.endswith("read_only")
    return not read_only and not (cell.identity == "call_api" and configures(cell.operation))


def _is_missing(cell: Cell, *sections: str) -> bool:
    return cell.operation.section in sections and cell.expected == _MISSING and _by_level(cell)


@check("user-types", needs=("client", "group", "extension"), writes=False, smoke=True)
def every_identity_reads_what_the_table_says(kit: CheckContext) -> None:
    """All GET operations: 200 within reach, 403 outside."""
    _walk(kit, lambda cell: cell.operation.reads and cell.expected != _MISSING, writing=False)


@check("error-access-denied", needs=("client", "other_client"), smoke=True)
def writes_outside_of_reach_are_refused_and_change_nothing(kit: CheckContext) -> None:
    """All writing operations on what is out of reach."""
    within = (_OK, _MISSING)
    _walk(
        kit,
        lambda cell: not cell.operation.reads and cell.expected not in within and _by_level(cell),
        writing=True,
    )


@check("error-client-not-found", writes=False, smoke=True)
def a_client_that_never_was_is_missing_for_everybody(kit: CheckContext) -> None:
    """All operations of the client section."""
    _walk(kit, lambda cell: _is_missing(cell, kit.roles.clients), writing=False)


@check("error-not-found")
def groups_and_numbers_that_are_not_there_are_missing_for_everybody(kit: CheckContext) -> None:
    """All operations of the group and the number section, on deleted and never existing ones."""
    _walk(kit, lambda cell: _is_missing(cell, kit.roles.groups, kit.roles.numbers), writing=True)
