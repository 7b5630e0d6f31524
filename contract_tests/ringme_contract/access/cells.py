"""Cells of the access table: identity by operation by object, each with the response required."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import httpx

from ringme_contract.access.table_objects import TableObjects
from ringme_contract.caller import Caller
from ringme_contract.check_context import CheckContext
from ringme_contract.samples import some
from ringme_contract.verdict import NotReached
from ringme_spec.operations import Operation

# Identities that reach the same, but for what the table itself says of each.
_ALIKE = (
    ("client", "client_read_only", "call_api"),
    ("group", "group_read_only", "sibling_group"),
)
OK = "ok"
MISSING = "missing"


@dataclass(frozen=True)
class Cell:
    """One request of the table: identity, operation, object, and the outcome required."""

    identity: str
    operation: Operation
    kind: str
    key: object
    expected: str


def item_of(operation: Operation) -> str | None:
    """The collection of the item at the end of a path, below the thing that it begins at."""
    return operation.path_collections[1].name if len(operation.path_collections) > 1 else None


def send(
    kit: CheckContext, caller: Caller, operation: Operation, section_key: object, item_key: object
) -> httpx.Response:
    """A request with a valid query and body, and these keys for the parameters of its path."""
    given = dict(zip(operation.path_names, (section_key, item_key), strict=False))
    path = operation.fill({**kit.factory.nowhere(operation), **given})
    arguments: dict[str, Any] = {"params": kit.factory.query(operation, ranged=True)}
    if operation.json_body is not None:
        arguments["json"] = kit.factory.harmless(operation)
    return caller.request(operation.method, path, **arguments)


@cache
def visibility() -> dict[str, dict[str, dict[str, str]]]:
    """The outcome by section, kind of object and identity."""
    text = files("ringme_contract.access").joinpath("visibility.toml").read_text("utf-8")
    return {
        section: {
            kind: {name: outcome for outcome, names in row.items() for name in names}
            for kind, row in kinds.items()
        }
        for section, kinds in tomllib.loads(text).items()
    }


def cells(kit: CheckContext, objects: TableObjects) -> Iterator[Cell]:
    for operation in kit.secured_operations:
        for kind, row in visibility().get(operation.section or "", {}).items():
            key = objects.keys.get((operation.section or "", kind))
            if key is None:
                continue
            for identity, outcome in row.items():
                if identity in kit.target.identities:
                    yield Cell(identity, operation, kind, key, outcome)


def one_of_alike(kit: CheckContext, chosen: Iterable[Cell]) -> Iterator[Cell]:
    """Of the cells that differ in alike identities alone, one that the seed chooses."""
    found: dict[tuple[object, ...], list[Cell]] = {}
    for cell in chosen:
        identities = next((one for one in _ALIKE if cell.identity in one), (cell.identity,))
        kind = (cell.operation.id, cell.kind, cell.expected, identities)
        found.setdefault(kind, []).append(cell)
    for about, same in found.items():
        yield from some(kit, same, 1, about)


def item_for(kit: CheckContext, objects: TableObjects, cell: Cell) -> object:
    """The item of a cell's request, one that is there if the object is reachable.

    Raises NotReached if the object holds none.
    """
    operation, name = cell.operation, item_of(cell.operation)
    if cell.expected == OK and not operation.addresses_entries:
        raise NotReached(f"nothing is known to be at the end of {operation.path}")
    if name is not None and cell.expected == OK:
        return objects.item(operation.section or "", cell.kind, cell.key, name)
    return kit.factory.nowhere(operation)[operation.path_names[-1]]


def require(count: int, what: str) -> None:
    """Raises NotReached if no cell was requested."""
    if not count:
        raise NotReached(f"the target has nothing for {what}")
