"""Every cell of identity by operation by object, with what the answer has to be."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import httpx

from ringme_contract.access.table_objects import NEVER, Objects
from ringme_contract.check_context import API, Caller, CheckContext
from ringme_contract.lists import resolve
from ringme_contract.verdict import NotReached

OK = "ok"
MISSING = "missing"


@dataclass(frozen=True)
class SecuredOperation:
    """One operation that needs a token, as the document describes it.

    `section` is the collection of the first parameter of the path (None: there is none);
    `item` that of the last one where the path ends at an item below the section.
    """

    id: str
    method: str
    path: str
    section: str | None
    item: str | None
    scopes: tuple[str, ...]
    query: dict[str, Any]
    body: Any

    @property
    def reads(self) -> bool:
        """Whether it is a GET."""
        return self.method == "GET"

    def send(self, caller: Caller, section_key: object, item_key: object) -> httpx.Response:
        """Makes the request, with these keys for the parameters of its path."""
        keys = iter((section_key, item_key))
        path = re.sub(r"\{\w+\}", lambda _: str(next(keys)), self.path)
        arguments: dict[str, Any] = {"params": self.query} if self.query else {}
        if self.body is not None:
            arguments["json"] = self.body
        return caller.request(self.method, path, **arguments)


@dataclass(frozen=True)
class Cell:
    """One request of the table: who, what, on which object, and what has to come of it."""

    identity: str
    operation: SecuredOperation
    kind: str
    key: object
    expected: str


def secured_operations(kit: CheckContext) -> list[SecuredOperation]:
    """The operations of the document that need a token, each with a valid query and body."""
    start, end = kit.target.range
    found = []
    for path, item in kit.document["paths"].items():
        for method, node in item.items():
            security = node.get("security", kit.document.get("security", []))
            if not security:
                continue
            parameters = [resolve(kit.document, one) for one in node.get("parameters", [])]
            owners = [one["x-collection"] for one in parameters if "x-collection" in one]
            names = {one["name"] for one in parameters}
            ranged = "start_datetime" in names
            found.append(
                SecuredOperation(
                    id=node["operationId"],
                    method=method.upper(),
                    path=path,
                    section=owners[0] if owners else None,
                    item=owners[1] if len(owners) > 1 else None,
                    scopes=tuple(scope for scopes in security[0].values() for scope in scopes),
                    query={"start_datetime": start, "end_datetime": end} if ranged else {},
                    body=_body(kit.document, node),
                )
            )
    return found


def _body(document: dict[str, Any], node: dict[str, Any]) -> Any:
    if "requestBody" not in node:
        return None
    schema = resolve(document, node["requestBody"]["content"]["application/json"]["schema"])
    # A body without required keys may be empty, which changes nothing even where it is let in.
    return schema["example"] if schema.get("required") else {}


@cache
def visibility() -> dict[str, dict[str, dict[str, str]]]:
    """The table as section, kind of object and identity: what that identity gets."""
    text = files("ringme_contract.access").joinpath("visibility.toml").read_text("utf-8")
    return {
        section: {
            kind: {name: outcome for outcome, names in row.items() for name in names}
            for kind, row in kinds.items()
        }
        for section, kinds in tomllib.loads(text).items()
    }


def cells(
    kit: CheckContext, objects: Objects, operations: list[SecuredOperation]
) -> Iterator[Cell]:
    """The cells of these operations for every identity and object that the target has."""
    for operation in operations:
        if operation.section is None:
            continue
        for kind, row in visibility()[operation.section].items():
            key = objects.keys.get((operation.section, kind))
            if key is None:
                continue
            for identity, outcome in row.items():
                if identity in kit.target.identities:
                    yield Cell(identity, operation, kind, key, outcome)


def missing_word(kit: CheckContext, collection: str) -> str:
    """The status word of the 404 for a thing of a collection."""
    word: str = kit.document["x-collections"][collection]["missing"]
    return word


def ask(kit: CheckContext, objects: Objects, cell: Cell) -> httpx.Response:
    """Makes the request of a cell; below a reachable object it is for an item that is there."""
    item: object = NEVER
    if cell.operation.item is not None and cell.expected == OK:
        item = objects.item(cell.operation.section or "", cell.kind, cell.key, cell.operation.item)
    elif cell.operation.item in ("record", "voicemail", "fax"):
        item = f"{NEVER}-{'0' * 32}"
    return cell.operation.send(kit.caller(cell.identity), cell.key, item)


def path_of(operation: SecuredOperation) -> str:
    """The path of an operation as people write it."""
    return operation.path.removeprefix(API)


def require(count: int, what: str) -> None:
    """Raises NotReached if no cell was asked."""
    if not count:
        raise NotReached(f"the target has nothing for {what}")
