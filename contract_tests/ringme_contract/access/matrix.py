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
    item_of,
    require,
    send,
)
from ringme_contract.access.table_objects import TableObjects
from ringme_contract.check import check
from ringme_contract.check_context import Caller, CheckContext, configures, error_code
from ringme_contract.deviations import Deviation
from ringme_contract.factories import NOWHERE, Item
from ringme_contract.lists import lists_with, read_list
from ringme_contract.transport import exchange_of
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


def _row(
    what: str, caller: Caller, operation: Operation, keys: tuple[object, object], status: int,
    word: str | None = None,
) -> Row:  # fmt: skip
    what = f"{what}, {operation.method} {operation.path}"
    return Row(what, caller, operation, keys, status, word)


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
    for cell in filter(chosen, cells(kit, objects)):
        with suppress(NotReached):
            rows.append(_cell_row(kit, objects, cell))
    _judge(kit, rows)
    if before is not None:
        kit.expect_equal("what the clients see after refused requests", _view(kit), before)


def _nobodys(kit: CheckContext, operation: Operation) -> object:
    """A key of nothing for the last parameter of a path, if it has one."""
    return next(reversed(kit.factory.nowhere(operation).values()), None)


def _view(kit: CheckContext) -> dict[str, list[Item]]:
    """All lists of both clients: what a refused request must leave as it was."""
    callers = [kit.caller(name) for name in _CLIENTS if name in kit.target.identities]
    lists = list(product(callers, lists_with(kit, owner="client")))
    found = kit.map(lambda one: read_list(kit, *one, "@me"), lists)
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


@check("user-types", layer="access", needs=("client", "group", "extension"), writes=False)
def every_identity_reads_what_the_table_says(kit: CheckContext) -> None:
    """All GET operations: 200 within reach, 403 outside."""
    _walk(kit, lambda cell: cell.operation.reads and cell.expected != MISSING, writing=False)


@check("error-access-denied", layer="access", needs=("client", "other_client"))
def writes_outside_of_reach_are_refused_and_change_nothing(kit: CheckContext) -> None:
    """All writing operations on what is out of reach."""
    _walk(
        kit,
        lambda cell: (
            not cell.operation.reads and cell.expected not in (OK, MISSING) and _by_level(kit, cell)
        ),
        writing=True,
    )


@check("error-client-not-found", layer="access", writes=False)
def a_client_that_never_was_is_missing_for_everybody(kit: CheckContext) -> None:
    """All operations of the client section."""
    _walk(kit, lambda cell: _is_missing(kit, cell, "client"), writing=False)


@check("error-not-found", layer="access")
def groups_and_numbers_that_are_not_there_are_missing_for_everybody(kit: CheckContext) -> None:
    """All operations of the group and the number section, on deleted and never existing ones."""
    _walk(
        kit,
        lambda cell: (
            _is_missing(kit, cell, "extension_group") or _is_missing(kit, cell, "extension")
        ),
        writing=True,
    )


def _is_missing(kit: CheckContext, cell: Cell, section: str) -> bool:
    return cell.operation.section == section and cell.expected == MISSING and _by_level(kit, cell)


@check("group-client-isolation", layer="access", needs=("client", "other_client"))
def items_of_another_client_are_not_there_under_ones_own(kit: CheckContext) -> None:
    """Groups, numbers and group users of the other client, deleted ones, and none that ever was."""
    before, objects, rows = _view(kit), TableObjects(kit, writing=True), []
    keys = {
        "extension_group": [objects.keys.get(("extension_group", kind)) for kind in _GONE],
        "extension": [objects.keys.get(("extension", kind)) for kind in _GONE],
        "user": [NOWHERE, _user_of_other_client(kit, objects.keys["extension_group", "other"])],
    }
    for operation in kit.secured_operations:
        item = item_of(operation)
        if operation.section != "client" or item not in keys:
            continue
        word = kit.contract.collections[item].missing
        for key in keys[item]:
            if key is not None:
                name = f"client for {key}"
                rows.append(_row(name, kit.caller("client"), operation, ("@me", key), 404, word))
    _judge(kit, rows)
    kit.clean_up()
    kit.expect_equal(
        "what the clients see after requests for what is not there", _view(kit), before
    )


_GONE = ("other", "deleted", "never")


def _user_of_other_client(kit: CheckContext, group: int) -> object:
    return kit.factory.create("user", "other_client", extension_group_id=group)["id"]


@check("error-unauthorized", layer="access", writes=False)
def no_operation_answers_without_a_good_token(kit: CheckContext) -> None:
    """All operations: without a token, with and with ones that nobody got."""
    callers = {
        "no token": kit.anonymous,
        "a wrong token": Caller(kit, "wrong token", "A" * 30),
        "a token that is too long": Caller(kit, "wrong token", "A" * 300),
    }
    # Who lets such a request in finds nothing to change.
    rows = [
        _row(name, caller, operation, (NOWHERE, _nobodys(kit, operation)), 401)
        for operation in kit.secured_operations
        for name, caller in callers.items()
    ]
    _judge(kit, rows)


@check("error-app-access", layer="access", needs=("client", "call_api"))
def an_application_that_may_only_call_changes_no_configuration(kit: CheckContext) -> None:
    """Every operation that the document keeps to the scope `all`."""
    _refused(kit, "call_api", "app_access_type_deny", configures)


@check("error-user-access", layer="access", needs=("client", "client_read_only"))
def a_read_only_user_of_the_client_writes_nothing(kit: CheckContext) -> None:
    """Every operation but GET."""
    _refused(kit, "client_read_only", "user_access_type_deny", lambda one: not one.reads)


@check("read-only", layer="access", needs=("client", "group_read_only"))
def a_read_only_user_of_a_group_writes_nothing(kit: CheckContext) -> None:
    """Every operation but GET, on the user's own group."""
    _refused(kit, "group_read_only", "user_access_type_deny", lambda one: not one.reads)


def _refused(
    kit: CheckContext, identity: str, word: str, chosen: Callable[[Operation], bool]
) -> None:
    objects, rows = TableObjects(kit, writing=True), []
    own = {rule.name: kit.factory.own(rule.name) for rule in kit.factory.collections}
    before = _view(kit)
    for operation in filter(chosen, kit.secured_operations):
        section = objects.keys.get((operation.section or "", "own"), NOWHERE)
        item = own.get(item_of(operation) or "", _nobodys(kit, operation))
        rows.append(_row(identity, kit.caller(identity), operation, (section, item), 403, word))
    _judge(kit, rows)
    kit.expect_equal("what the clients see after refused writes", _view(kit), before)
