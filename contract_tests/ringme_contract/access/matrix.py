"""The checks that walk the access table. A refused write must have changed nothing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import product

import httpx

from ringme_contract.access.cells import (
    MISSING,
    OK,
    Cell,
    cells,
    item_for,
    one_of_alike,
    require,
    send,
)
from ringme_contract.access.table_objects import TableObjects
from ringme_contract.assertions import error_code
from ringme_contract.caller import Caller
from ringme_contract.check import check
from ringme_contract.check_context import CheckContext, configures
from ringme_contract.deviations import Deviation
from ringme_contract.entries.factories import Item
from ringme_contract.http.transport import exchange_of
from ringme_contract.lists import lists_with, read_list
from ringme_contract.verdict import NotReached
from ringme_spec.operations import Operation

_SHOWN = 6
_CLIENTS = ("client", "other_client")


@dataclass(frozen=True)
class Row:
    """A request, and the status (None: any success) and error code that it should get."""

    what: str
    caller: Caller
    operation: Operation
    keys: tuple[object, object]
    status: int | None
    word: str | None = None

    def wrong(self, response: httpx.Response) -> tuple[str, str] | None:
        """Expected and got, unless they are the same."""
        found = error_code(response)
        got = response.status_code
        good = response.is_success if self.status is None else got == self.status
        if good and (self.word is None or found == self.word):
            return None
        return f"{self.status or '2xx'} {self.word or ''}".strip(), f"{got} {found or ''}".strip()


def _judge(kit: CheckContext, rows: list[Row]) -> None:
    """Makes all requests; one failure shows all that came out wrong."""
    require(len(rows), "this table")
    responses = kit.map(lambda row: send(kit, row.caller, row.operation, *row.keys), rows)
    wrong = [
        (row.what, Deviation(exchange_of(response), *found))
        for row, response in zip(rows, responses, strict=True)
        if (found := row.wrong(response))
    ]
    if wrong:
        more = len(wrong) - _SHOWN
        text = "; ".join(f"{what}: {d.got} instead of {d.expected}" for what, d in wrong[:_SHOWN])
        text += f"; and {more} more" if more > 0 else ""
        text, first = f"{len(wrong)} of {len(rows)} cells are wrong: {text}", wrong[0][1]
        kit.fail(text, first.expected, first.got, [one for _, one in wrong])


def _cell_row(kit: CheckContext, objects: TableObjects, cell: Cell) -> Row:
    operation, caller = cell.operation, kit.caller(cell.identity)
    due: dict[str, tuple[int | None, str | None]] = {
        OK: (None, None),
        MISSING: (404, operation.path_collections[0].missing),
    }
    what = f"{cell.identity}, {operation.method} {operation.path} of {cell.kind}"
    keys = (cell.key, item_for(kit, objects, cell))
    return Row(what, caller, operation, keys, *due.get(cell.expected, (403, cell.expected)))


def _walk(kit: CheckContext, chosen: Callable[[Cell], bool], writing: bool) -> None:
    """Makes the requests of the chosen cells, and compares each response with the table."""
    objects, rows = TableObjects(kit, writing), []
    before = _view(kit) if writing else None
    for cell in one_of_alike(kit, filter(chosen, cells(kit, objects))):
        with suppress(NotReached):
            rows.append(_cell_row(kit, objects, cell))
    _judge(kit, rows)
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


def _by_level(kit: CheckContext, cell: Cell) -> bool:
    """Neither the application nor the user's access level comes before the table."""
    if cell.operation.reads:
        return True
    read_only = cell.identity.endswith("read_only")
    return not read_only and not (cell.identity == "call_api" and configures(cell.operation))


@check("user-types", needs=("client", "group", "extension"), writes=False)
def every_identity_reads_what_the_table_says(kit: CheckContext) -> None:
    """All GET operations: 200 within reach, 403 outside."""
    _walk(kit, lambda cell: cell.operation.reads and cell.expected != MISSING, writing=False)


@check("error-access-denied", needs=("client", "other_client"), smoke=True)
def writes_outside_of_reach_are_refused_and_change_nothing(kit: CheckContext) -> None:
    """All writing operations on what is out of reach."""
    _walk(
        kit,
        lambda cell: (
            not cell.operation.reads and cell.expected not in (OK, MISSING) and _by_level(kit, cell)
        ),
        writing=True,
    )


@check("error-client-not-found", writes=False, smoke=True)
def a_client_that_never_was_is_missing_for_everybody(kit: CheckContext) -> None:
    """All operations of the client section."""
    _walk(kit, lambda cell: _is_missing(kit, cell, kit.roles.clients), writing=False)


@check("error-not-found")
def groups_and_numbers_that_are_not_there_are_missing_for_everybody(kit: CheckContext) -> None:
    """All operations of the group and the number section, on deleted and never existing ones."""
    _walk(
        kit,
        lambda cell: (
            _is_missing(kit, cell, kit.roles.groups) or _is_missing(kit, cell, kit.roles.numbers)
        ),
        writing=True,
    )


def _is_missing(kit: CheckContext, cell: Cell, section: str) -> bool:
    return cell.operation.section == section and cell.expected == MISSING and _by_level(kit, cell)
