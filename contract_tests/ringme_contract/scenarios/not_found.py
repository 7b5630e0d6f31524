"""404 for missing clients, groups, numbers, users, items and paths, and for invalid ids."""

from __future__ import annotations

import re

from ringme_contract.assertions import error_code
from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.entries.factories import NOWHERE
from ringme_contract.entries.operation_paths import fill
from ringme_contract.own_entries import OwnEntries
from ringme_contract.scenarios.item_kinds import (
    FAX,
    RECORD,
    VOICEMAIL,
    Items,
    group_of,
    of_each_kind,
    offered,
    strange_sections,
)
from ringme_contract.verdict import NotReached
from ringme_spec.operations import Operation
from ringme_spec.parameters import Parameter

_KINDS = (RECORD, VOICEMAIL, FAX)


@check("error-not-found")
@of_each_kind(*_KINDS)
def an_item_of_another_group_is_missing(kit: CheckContext, items: Items) -> None:
    """It is found in the group of its number, but not elsewhere, as another kind or by its end."""
    number, (item, *_) = items.numbers()[0]
    client, key, word = kit.client, item[items.key], items.missing
    here, find = group_of(kit, number), kit.path.find
    kit.expect(client.get(items.path(here, key)), 200)
    kit.expect(client.get(items.path(here, _with_another_beginning(key))), 404, word)
    for elsewhere in strange_sections(kit):
        for action in ("download", "storage_url"):
            if find(items.name, action, (elsewhere.owner, items.name)):
                kit.expect(client.get(items.path(elsewhere, key, action)), 404, word)
    for other in offered(kit, _KINDS):
        if other.name != items.name:
            # If uuids of the other kind have another form, it may be an unknown path.
            got = error_code(kit.expect(client.get(other.path(here, key)), 404))
            words = {other.missing, None if FAX in (items.name, other.name) else ""}
            kit.expect_true("the 404 has the word of its path", got in words, got)
    if "other_client" in kit.target.identities:
        other_client = kit.caller("other_client")
        kit.expect(other_client.get(items.path(here, key)), 403, "access_denied")
        for operation in kit.secured_operations:
            below = [one.name for one in operation.path_collections][1:]
            if operation.reads and below == [items.name]:
                outer = operation.entry_parameters[0]
                own = outer.me or kit.factory.own(str(outer.collection), "other_client")
                path = fill(operation, {str(outer.collection): own, items.name: key})
                kit.expect(other_client.get(path), 404, word)


def _with_another_beginning(key: str) -> str:
    """The key with other digits before its first dash, where some keys have an id."""
    first, dash, rest = key.partition("-")
    return ("8" if first.startswith("9") else "9") * len(first) + dash + rest


@check("error-not-found", writes=False)
def a_user_of_another_kind_is_no_group_user(kit: CheckContext) -> None:
    """Users of the client and of a number are 404 among users of groups, and not listed."""
    client = kit.client
    listed = [one["id"] for one in client.read(kit.path("user"))]
    for identity in ("client", "client_read_only", "call_api", "extension"):
        if identity in kit.target.identities:
            # Only read: a server might change or delete it, and with it the caller.
            key = kit.caller(identity).read(kit.me)["id"]
            kit.expect(client.get(kit.path("user", key)), 404, "user_not_found")
            kit.expect_true(f"the list leaves out the user of {identity}", key not in listed)


@check("error-no-route", isolated=True)
def a_literal_segment_wins_over_an_id(kit: CheckContext) -> None:
    """`stats` is not the id of a record that could have a URL."""
    group = kit.new_group()["id"]
    path = kit.path("record", "stats", "storage_url", extension_group=group)
    kit.expect(kit.client.get(path), 404)
    # The 404 may be that of a path or of a record.
    kit.transport.exchanges[-1].problems.clear()


@check("known-paths", writes=False, smoke=True)
def what_is_not_implemented_is_missing(kit: CheckContext) -> None:
    """404 with a message, with and without a token; other responses are skipped."""
    lacking = 0
    for template in kit.contract.known_paths:
        path = re.sub(r"\{\w+\}", "1", template)
        for caller in (kit.anonymous, kit.client):
            response = caller.get(path)
            if response.status_code == 404:
                message = response.json().get("message")
                kit.expect_true(f"the 404 of {path} has a message", bool(message), message)
                lacking += 1
            elif response.status_code in (400, 405) or response.status_code >= 500:
                kit.expect(response, 404)
            else:
                # The document does not describe it.
                kit.transport.exchanges[-1].problems.clear()
    kit.need_offered(lacking, "the target has all of x-known-paths")


_NO_UUIDS = ("x", "no-uuid", "0", "nothing-at-all", f"1-{'G' * 32}", "00000000-0000-4000-8000")
# Only the first ones are used for deletes: no server takes them for the id of an item.
_HARMLESS = 2


def _routed(kit: CheckContext) -> list[tuple[Operation, Parameter]]:
    """The operations with a uuid in their path, each with its parameter."""
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
    """The same response for the stored uuid, in lower and in upper case, on each GET."""
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
            kit.expect(client.get(operation.fill({**values, parameter.name: text})), 200)
            for text in (stored, stored.lower(), stored.upper())
        ]
        for other in others:
            what = f"{other.request.url.path} is the same as with {stored}"
            kit.expect_true(what, other.content == first.content)
        tried += 1
    kit.need(tried, "the client has no recorded item in the target's range")


@check("uuid-route", isolated=True)
def what_cannot_be_a_uuid_is_no_path(kit: CheckContext) -> None:
    """With and without a token: 404, of a path or of an item."""
    own = OwnEntries(kit)
    for operation, parameter in _routed(kit):
        for text in _NO_UUIDS if operation.reads else _NO_UUIDS[:_HARMLESS]:
            path = own.path(operation, **{str(parameter.collection): text})
            for caller in (kit.client, kit.anonymous):
                response = caller.request(operation.method, path)
                if response.status_code == 401 and caller is kit.anonymous:
                    continue
                got = error_code(kit.expect(response, 404))
                known = got in (None, operation.path_collections[-1].missing)
                kit.expect_true(f"the 404 of {path} has no word but that of the item", known, got)


@check("segments", isolated=True)
def an_escaped_slash_parts_nothing(kit: CheckContext) -> None:
    """In each id of a path: the id is invalid, or there is no such path."""
    own = OwnEntries(kit)
    for operation in kit.secured_operations:
        for parameter in operation.path_parameters:
            key = f"{NOWHERE}%2F{NOWHERE}"
            path = own.path(operation, **{str(parameter.collection): key})
            response = kit.client.request(operation.method, path)
            if response.status_code != 404:
                kit.expect(response, 400)
