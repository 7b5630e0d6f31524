"""Paths, their forms and methods, and the status codes of their responses."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import cycle
from typing import Any

import httpx

from ringme_contract.assertions import error_code
from ringme_contract.caller import Caller, readers
from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.entries.factories import NOWHERE
from ringme_contract.entries.operation_paths import forms, needed_keys
from ringme_contract.own_entries import OwnEntries
from ringme_contract.samples import Samples, some
from ringme_contract.verdict import NotReached
from ringme_spec.operations import Operation


@check("conforms", writes=False, smoke=True)
def every_read_succeeds(kit: CheckContext) -> None:
    """Each GET of the document with a 200; the transport checks conformance."""
    lacking = []
    for operation in kit.secured_operations:
        if not (operation.reads and operation.addresses_entries):
            continue
        try:
            path = operation.fill(kit.factory.to_read(operation))
        except NotReached:
            lacking.append(operation.id)
            continue
        query = kit.range_query if operation.ranged else {}
        kit.expect(kit.client.get(path, **query), 200)
    if lacking:
        raise NotReached(f"there is no entry to read for {', '.join(lacking)}")


@check("slash", isolated=True)
def reads_answer_alike_in_every_form_of_the_path(kit: CheckContext) -> None:
    """With and without a slash at the end, and with doubled ones; also for a missing item.

    DELETE of a list, too, of entries of the check.
    """
    own, client = OwnEntries(kit), kit.client
    samples = Samples(kit, kit.secured_operations)
    for operation in kit.secured_operations:
        if not operation.reads:
            continue
        query = kit.range_query if operation.ranged else {}
        path, *others = forms(kit.base, own.path(operation))
        first = client.get(path, **query)
        for other in samples.of(operation, others, 1):
            _expect_alike(kit, operation, first, client.get(other, **query))
    for operation in kit.secured_operations:
        if operation.action in ("delete_range", "delete_listed") and own.holds(operation):
            query = kit.factory.query(operation, ranged=True)
            for path in some(kit, forms(kit.base, own.path(operation))[1:], 2, operation.id):
                kit.expect(client.delete(path, **query), operation.status)


@check("slash")
def a_write_is_known_in_either_form_of_the_path(kit: CheckContext) -> None:
    """Of nobody's entries, with the slash at the end that the document lacks, or without it."""
    for operation in kit.secured_operations:
        if operation.reads or not operation.path_collections:
            continue
        path = operation.fill(kit.factory.nowhere(operation))
        other = path[:-1] if path.endswith("/") else f"{path}/"
        body: dict[str, Any] = {"json": []} if operation.json_body else {}
        query = kit.factory.query(operation, ranged=True)
        response = kit.client.request(operation.method, other, params=query, **body)
        if body:
            # A body that is not an object comes before the owner.
            kit.expect(response, 400)
        else:
            word = error_code(kit.expect(response, 404))
            words = [one.missing for one in (*operation.path_collections, operation.collection)]
            kit.expect_true(f"{word} is the error code of an entry", word in words, word)


def _expect_alike(
    kit: CheckContext, operation: Operation, first: httpx.Response, other: httpx.Response
) -> None:
    kit.expect(other, first.status_code)
    # Lists of the whole client may change between two reads; entries of the check do not.
    if needed_keys(operation) or other.status_code != 200:
        what = f"the response to {other.request.url.path} beside {first.request.url.path}"
        kit.expect_equal(what, other.text, first.text)


@check("codes", isolated=True, smoke=True)
def success_has_the_code_of_its_method(kit: CheckContext) -> None:
    """201, 200, 200, and 204 with an empty body, for all settings and ranges; 200 for a token."""
    kit.expect(kit.request_token(**kit.target.identities["client"].parameters), 200)
    own = OwnEntries(kit)
    for operation in kit.secured_operations:
        if operation.action == "delete_range" and own.holds(operation):
            _expect_code(kit, own, operation, 204)
        if operation.action != "create":
            continue
        rule = operation.collection
        made = _expect_code(kit, own, operation, 201).json()
        for action, status in (("list", 200), ("read", 200), ("update", 200), ("delete", 204)):
            one = own.operation(rule.name, action)
            if one is not None:
                _expect_code(kit, own, one, status, **{rule.name: made[rule.key]})


def _expect_code(
    kit: CheckContext, own: OwnEntries, operation: Operation, status: int, **keys: object
) -> httpx.Response:
    response = kit.expect(own.request(kit.client, operation, **keys), status)
    if status == 204:
        what = f"the body of the response of {operation.id}"
        kit.expect_equal(what, response.content, b"")
    return response


@check("no-patch", isolated=True, smoke=True)
def a_method_that_a_path_lacks_is_refused(kit: CheckContext) -> None:
    """405 with the allowed methods, for each path and each method that it lacks."""
    own, client = OwnEntries(kit), kit.client
    methods, lacking = _methods(kit.contract.operations.values()), _methods(kit.operations)
    for path, known in methods.items():
        # The target may have methods that it declares off.
        lacking[path] = known - lacking.get(path, set())
    for operation in {one.path: one for one in kit.secured_operations}.values():
        for method in ("PATCH", "POST", "PUT", "DELETE"):
            # A DELETE of an entry of the target would do harm if it is accepted.
            owners = operation.entry_parameters
            mine = method != "DELETE" or any(one.me is None for one in owners)
            # An item that cannot be created is one of the target.
            nobodys = owners if not mine else owners[-1:] if operation.ends_at_item else ()
            others = {str(one.collection): NOWHERE for one in nobodys if one.me or not mine}
            if method not in methods[operation.path] and (mine or others):
                refusal = client, method, own.path(operation, **others)
                may_lack = lacking[operation.path]
                _expect_refused(kit, *refusal, methods[operation.path] - may_lack, may_lack)
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        _expect_refused(kit, client, method, kit.token_path, {"POST"}, set())
    # It would repeat the token of the request.
    kit.expect(client.request("TRACE", kit.me), 405)
    own.expect_unchanged("methods that do not exist")


def _methods(operations: Iterable[Operation]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one in operations:
        found.setdefault(one.path, set()).add(one.method)
    return found


def _expect_refused(
    kit: CheckContext, caller: Caller, method: str, path: str, known: set[str], more: set[str]
) -> None:
    body: dict[str, Any] = {} if method in ("GET", "DELETE") else {"json": {}}
    response = kit.expect(caller.request(method, path, **body), 405)
    allowed = {one.upper() for one in re.findall("[A-Za-z]+", response.headers.get("Allow", ""))}
    # Servers may support these two for every path without documenting them.
    told = allowed - {"HEAD", "OPTIONS"} - more
    kit.expect_equal(f"Allow for {method} {path}", sorted(told), sorted(known))


def _no_paths(kit: CheckContext, own: OwnEntries) -> set[str]:
    """Paths above and below those of the document."""
    known = {own.path(one).rstrip("/"): one.path.rstrip("/") for one in kit.secured_operations}
    documented = " ".join(one.path for one in kit.contract.operations.values())
    behind = {path for path, one in known.items() if f"{one}/{{" not in documented}
    before = {path[:end] for path in known for end in range(len(path)) if path[end] == "/"}
    found = {f"{path}/no-such-path/" for path in behind}
    # Parameters of a segment, and the name of a format, are part of it.
    found |= {f"{path}{end}" for path in behind for end in (".json", ";v=1") if _is_word(path)}
    found |= {f"{kit.base}/no-such-path", f"{kit.base}/no-such-path/"}
    return found | {f"{one}/" for one in before - known.keys() if one.startswith(kit.base)}


def _is_word(path: str) -> bool:
    """True if a path ends with a fixed segment, not with a key."""
    return re.search("/[a-z_]+$", path) is not None


@check("error-no-route", isolated=True, smoke=True)
def a_path_that_is_none_is_missing(kit: CheckContext) -> None:
    """With each method; near an existing path, and far from any."""
    own, client = OwnEntries(kit), kit.client
    for path in _no_paths(kit, own):
        for method in some(kit, ("GET", "POST", "PUT", "DELETE"), 2, path):
            body: dict[str, Any] = {"json": {}} if method in ("POST", "PUT") else {}
            response = kit.expect(client.request(method, path, **body), 404)
            message = response.json().get("message")
            kit.expect_true("the 404 has a message", isinstance(message, str), message)
    own.expect_unchanged("requests for paths that do not exist")


_REFUSED = 6
# Headers that depend on the time, or on the way the body is sent.
_VARYING = ("x-ratelimit-remaining", "x-ratelimit-reset", "date", "connection", "transfer-encoding")


@check("no-patch", isolated=True)
def a_head_is_a_get_without_a_body(kit: CheckContext) -> None:
    """HEAD of each GET, about entries of the check: the same status and headers, no body.

    Read-only users may send it as well; another client, and whoever leaves out a required
    parameter, gets the same status as with GET.
    """
    own, callers = OwnEntries(kit), cycle(readers(kit))
    plain = {"Accept-Encoding": "identity"}
    for operation in kit.secured_operations:
        if not operation.reads:
            continue
        caller = next(callers)
        path, query = own.path(operation), kit.factory.query(operation, ranged=True)
        if not needed_keys(operation):
            # Lists of the whole client may change meanwhile.
            query |= {part.name: 1 for role, part in operation.roles.items() if role == "page_size"}
        got, head = (
            caller.request(method, path, params=query, headers=plain) for method in ("GET", "HEAD")
        )
        kit.expect(head, got.status_code)
        kit.expect_equal(f"the body of HEAD {path}", head.content, b"")
        for name in got.headers.keys() - {*_VARYING, "content-length"}:
            told = head.headers.get(name)
            kit.expect_equal(f"{name} of HEAD {path}", told, got.headers.get(name))
    needy = [one for one in kit.secured_operations if one.reads and kit.factory.query(one)]
    for operation in some(kit, needy, _REFUSED, "head without parameters"):
        kit.expect(kit.client.request("HEAD", own.path(operation)), 400)
    if "other_client" in kit.target.identities:
        stranger = kit.caller("other_client")
        refused = [one for one in kit.secured_operations if one.reads and needed_keys(one)]
        for operation in some(kit, refused, _REFUSED, "head"):
            path, query = own.path(operation), kit.factory.query(operation, ranged=True)
            got, head = (stranger.request(one, path, params=query) for one in ("GET", "HEAD"))
            kit.expect(head, got.status_code)
