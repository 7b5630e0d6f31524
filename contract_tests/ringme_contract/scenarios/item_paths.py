"""Paths of recorded items: uuids in either case, and segments that cannot be one."""

from __future__ import annotations

import httpx

from ringme_contract.assertions import error_code
from ringme_contract.caller import Caller
from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.entries.factories import NOWHERE
from ringme_contract.own_entries import OwnEntries
from ringme_contract.verdict import NotReached
from ringme_spec.operations import Operation
from ringme_spec.parameters import Parameter

_NO_UUIDS = ("x", "no-uuid", "0", "nothing-at-all", f"1-{'G' * 32}", "00000000-0000-4000-8000")
# What no server takes for the id of an item that it might delete.
_HARMLESS = 2


def _routed(kit: CheckContext) -> list[tuple[Operation, Parameter]]:
    """The operations whose path has to end at a uuid, or leads below one."""
    found = [
        (one, parameter)
        for one in kit.secured_operations
        for parameter in one.path_parameters
        if parameter.route
    ]
    kit.need_offered(found, "the target has no path with a uuid in it")
    return found


@check("uuid-case", writes=False, smoke=True)
def a_uuid_is_read_in_either_case(kit: CheckContext) -> None:
    """The same response for the stored uuid, in lower case and in capitals, on each GET."""
    client, tried = kit.client, 0
    for operation, parameter in _routed(kit):
        if not operation.reads or not parameter.case:
            continue
        try:
            values = kit.factory.to_read(operation)
        except NotReached:
            continue
        stored = str(values[parameter.name])
        first, *others = [
            client.get(operation.fill({**values, parameter.name: text}))
            for text in (stored, stored.lower(), stored.upper())
        ]
        kit.expect(first, operation.status)
        for other in others:
            kit.expect(other, operation.status)
            kit.expect_true(
                f"{other.request.url.path} is the same as with {stored}",
                other.content == first.content,
            )
        tried += 1
    kit.need(tried, "the client has no recorded item in the target's range")


@check("uuid-route", isolated=True)
def what_cannot_be_a_uuid_is_no_path(kit: CheckContext) -> None:
    """With and without a token: 404, or what a server says that takes it for an id."""
    own = OwnEntries(kit)
    for operation, parameter in _routed(kit):
        for text in _NO_UUIDS if operation.reads else _NO_UUIDS[:_HARMLESS]:
            path = own.path(operation, **{str(parameter.collection): text})
            for caller in (kit.client, kit.anonymous):
                _expect_no_path(kit, caller, operation, path)


def _expect_no_path(kit: CheckContext, caller: Caller, operation: Operation, path: str) -> None:
    response = caller.request(operation.method, path)
    if response.status_code == 401 and caller.token is None:
        return
    kit.expect(response, 404)
    words = (None, operation.path_collections[-1].missing)
    got = error_code(response)
    kit.expect_true(f"the 404 of {path} has no word but that of the item", got in words, got)


@check("segments", isolated=True)
def an_escaped_slash_parts_nothing(kit: CheckContext) -> None:
    """In each id of a path: the id is invalid, or there is no such path."""
    own = OwnEntries(kit)
    for operation in kit.secured_operations:
        for parameter in operation.path_parameters:
            key = f"{NOWHERE}%2F{NOWHERE}"
            path = own.path(operation, **{str(parameter.collection): key})
            _expect_either(kit, kit.client.request(operation.method, path))


def _expect_either(kit: CheckContext, response: httpx.Response) -> None:
    if response.status_code != 404:
        kit.expect(response, 400)
