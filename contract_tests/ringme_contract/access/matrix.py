"""The checks that walk the access table. A refused write must have changed nothing."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from ringme_contract.access.cells import (
    MISSING,
    OK,
    Cell,
    cells,
    item_of,
    path_of,
    require,
    send,
    send_cell,
)
from ringme_contract.access.table_objects import TableObjects
from ringme_contract.check import check
from ringme_contract.check_context import Caller, CheckContext, configures, error_code
from ringme_contract.factories import NOWHERE, Item
from ringme_contract.lists import lists_with, read_list
from ringme_contract.verdict import NotReached
from ringme_spec.operations import Operation

_SHOWN = 6


class Table:
    """Collects the cells that came out wrong, so that one report shows them all."""

    def __init__(self, kit: CheckContext) -> None:
        self._kit = kit
        self._wrong: list[str] = []
        self._expected: object = None
        self._got: object = None
        self.count = 0

    def judge(
        self, what: str, response: httpx.Response, status: int | None, word: str | None
    ) -> None:
        """Notes a response without this status (None: any success) and error code."""
        self.count += 1
        found = error_code(response)
        good = response.is_success if status is None else response.status_code == status
        if good and (word is None or found == word):
            return
        expected = f"{status or '2xx'} {word or ''}".strip()
        got = f"{response.status_code} {found or ''}".strip()
        if not self._wrong:
            self._expected, self._got = expected, got
        self._wrong.append(f"{what}: {got} instead of {expected}")

    def conclude(self) -> None:
        """Fails the check if any cell came out wrong."""
        require(self.count, "this table")
        if self._wrong:
            more = len(self._wrong) - _SHOWN
            text = "; ".join(self._wrong[:_SHOWN]) + (f"; and {more} more" if more > 0 else "")
            self._kit.fail(
                f"{len(self._wrong)} of {self.count} cells are wrong: {text}",
                self._expected,
                self._got,
            )


def _name(cell: Cell) -> str:
    operation = cell.operation
    return f"{cell.identity}, {operation.method} {path_of(operation)} of {cell.kind}"


def _walk(kit: CheckContext, chosen: Callable[[Cell], bool], writing: bool) -> None:
    """Makes the requests of the chosen cells, and compares each response with the table."""
    objects, table = TableObjects(kit, writing), Table(kit)
    before = _view(kit) if writing else None
    for cell in cells(kit, objects):
        if not chosen(cell):
            continue
        try:
            response = send_cell(kit, objects, cell)
        except NotReached:
            continue
        if cell.expected == OK:
            table.judge(_name(cell), response, None, None)
        elif cell.expected == MISSING:
            word = cell.operation.path_collections[0].missing
            table.judge(_name(cell), response, 404, word)
        else:
            table.judge(_name(cell), response, 403, cell.expected)
    table.conclude()
    if before is not None:
        kit.expect_equal("what the clients see after refused requests", _view(kit), before)


def _view(kit: CheckContext) -> dict[str, list[Item]]:
    """All lists of both clients: what a refused request must leave as it was."""
    view = {}
    for identity in ("client", "other_client"):
        if identity in kit.target.identities:
            for operation in lists_with(kit, owner="client"):
                name = f"{identity} {operation.id}"
                view[name] = read_list(kit, kit.caller(identity), operation, "@me")
    return view


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
    table, before = Table(kit), _view(kit)
    objects = TableObjects(kit, writing=True)
    keys = {
        "extension_group": [objects.keys.get(("extension_group", kind)) for kind in _GONE],
        "extension": [objects.keys.get(("extension", kind)) for kind in _GONE],
        "user": [NOWHERE, *_users_of_other_client(kit)],
    }
    for operation in kit.secured_operations:
        item = item_of(operation)
        if operation.section != "client" or item not in keys:
            continue
        word = kit.contract.collections[item].missing
        for key in keys[item]:
            if key is not None:
                response = send(kit, kit.caller("client"), operation, "@me", key)
                name = f"client, {operation.method} {path_of(operation)}, {key}"
                table.judge(name, response, 404, word)
    table.conclude()
    kit.clean_up()
    kit.expect_equal(
        "what the clients see after requests for what is not there", _view(kit), before
    )


_GONE = ("other", "deleted", "never")


def _users_of_other_client(kit: CheckContext) -> list[object]:
    return [one["id"] for one in kit.factory.read("user", "other_client")[:1]]


@check("error-unauthorized", layer="access", writes=False)
def no_operation_answers_without_a_good_token(kit: CheckContext) -> None:
    """All operations: without a token, with and with ones that nobody got."""
    table = Table(kit)
    callers = {
        "no token": kit.anonymous,
        "a wrong token": Caller(kit, "wrong token", "A" * 30),
        "a token that is too long": Caller(kit, "wrong token", "A" * 300),
    }
    for operation in kit.secured_operations:
        for name, caller in callers.items():
            section = "@me" if operation.section == "client" else 1
            response = send(kit, caller, operation, section, 1)
            table.judge(f"{name}, {operation.method} {path_of(operation)}", response, 401, None)
    table.conclude()


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
    table, before = Table(kit), _view(kit)
    objects = TableObjects(kit, writing=False)
    for operation in filter(chosen, kit.secured_operations):
        section = objects.keys.get((operation.section or "", "own"), 1)
        item: object = 1
        if name := item_of(operation):
            try:
                item = objects.item(operation.section or "", "own", section, name)
            except NotReached:
                continue
        response = send(kit, kit.caller(identity), operation, section, item)
        table.judge(f"{identity}, {operation.method} {path_of(operation)}", response, 403, word)
    table.conclude()
    kit.expect_equal("what the clients see after refused writes", _view(kit), before)
