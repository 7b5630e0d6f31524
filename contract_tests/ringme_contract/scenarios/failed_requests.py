"""Refused requests that have parts which could be applied."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from ringme_contract.caller import Caller
from ringme_contract.check import check
from ringme_contract.check_context import CheckContext, configures
from ringme_contract.entries.factories import Item
from ringme_contract.own_entries import OwnEntries
from ringme_contract.scenarios.bodies import CHANGES, paths_of
from ringme_contract.scenarios.group_users import new_body
from ringme_contract.scenarios.views import (
    busy_number,
    client_view,
    expect_no_change,
    expect_same_view,
    never_used,
    own_id,
)
from ringme_spec.operations import Operation

_JSON = {"Content-Type": "application/json"}
Attempt = tuple[str, str, dict[str, Any], int]


def _refused_bodies(kit: CheckContext, own: OwnEntries) -> Iterator[Attempt]:
    """Requests with one part that could be applied and one that cannot."""
    group, number, user = paths_of(kit, own).values()
    groups, numbers, users = (kit.path(collection) for collection in CHANGES)
    taken, free = kit.new_extension()["name"], kit.free_number()
    login = kit.client.read(kit.me)["login"]
    unknown = {"extension_group_id": never_used(kit, "extension_group")}
    whole = new_body(kit, own["extension_group"]["id"])
    name, other = {"name": kit.new_name("half applied")}, kit.new_group()["id"]
    elsewhere = {"label": "half applied", "extension_group_id": other}
    secret = {"password": "half-applied", "extension_group_id": other}
    refused: list[tuple[str, str, Item, int]] = [
        ("PUT", group, {**name, "extra_params": 5}, 400),
        ("PUT", group, {"extra_params": "half applied", "name": ""}, 400),
        ("PUT", group, {"extra_params": None, "name": "я" * 256}, 400),
        ("PUT", group, {"extra_params": None, "name": None}, 400),
        ("POST", groups, {"extra_params": "half applied"}, 400),
        ("POST", groups, {**name, "extra_params": []}, 400),
        ("POST", groups, {"name": "x" * 256}, 400),
        ("PUT", number, {**elsewhere, "status": "odd"}, 400),
        ("PUT", number, {**elsewhere, "ani_rfc3325": "yes"}, 400),
        ("PUT", number, {**elsewhere, "type": None}, 400),
        ("PUT", number, {**elsewhere, "name": taken}, 400),
        ("PUT", number, {"label": "half applied", "extension_group_id": -1}, 400),
        ("PUT", number, {"status": "active", **unknown}, 404),
        ("POST", numbers, elsewhere, 400),
        ("POST", numbers, {**elsewhere, "name": taken}, 400),
        ("POST", numbers, {**elsewhere, "name": free, "status": "odd"}, 400),
        ("POST", numbers, {"name": free, **unknown}, 404),
        ("PUT", user, {**secret, "login": login}, 400),
        ("PUT", user, {**secret, "email": "none"}, 400),
        ("PUT", user, {**secret, "access": "odd"}, 400),
        ("PUT", user, {"comment": "half applied", "password": ""}, 400),
        ("PUT", user, {"password": "half-applied", **unknown}, 404),
        ("POST", users, {**whole, "login": login}, 400),
        ("POST", users, {**whole, "email": None}, 400),
        ("POST", users, {**whole, **unknown}, 404),
        *(
            ("POST", users, {key: whole[key] for key in whole if key != left_out}, 400)
            for left_out in whole
        ),
    ]  # fmt: skip
    for method, path, body, status in refused:
        yield method, path, {"json": body}, status
    for content in (b'{"name": "half applied"', b'{"name": "\xff"}', b'[{"name": "x"}]', b""):
        yield "PUT", group, {"content": content, "headers": _JSON}, 400
        yield "POST", groups, {"content": content, "headers": _JSON}, 400
    for collection, path in paths_of(kit, own).items():
        headers = {"Content-Type": "text/plain"}
        yield "PUT", path, {"content": b'{"name": "x", "label": "x"}', "headers": headers}, 415
        for method in ("PATCH", "POST"):
            yield method, path, {"json": CHANGES[collection]}, 405
        # No DELETE: if accepted, it might delete the whole list.
        yield "PUT", kit.path(collection), {"json": {}}, 405


@check("failed-request-changes-nothing", smoke=True)
def a_refused_request_is_not_half_applied(kit: CheckContext) -> None:
    """After each 400, 404, 405 and 415, groups, numbers and users are unchanged."""
    client, own = kit.client, OwnEntries(kit)

    def attempt(method: str, path: str, arguments: dict[str, Any], status: int) -> None:
        kit.expect(client.request(method, path, **arguments), status)

    attempts = [
        (f"a {one[0]} of {one[1]} that is refused with {one[3]}", partial(attempt, *one))
        for one in _refused_bodies(kit, own)
    ]
    everything = client_view(kit)
    expect_no_change(kit, attempts)
    expect_same_view(kit, "a refused request", client_view(kit), everything)
    if "login" in kit.target.identities:
        own_user = own["user"]["login"], own.sent["user"]["password"]
        kit.log_in("user whose password stays", *own_user)


@check("failed-request-changes-nothing")
def a_refused_caller_changes_nothing(kit: CheckContext) -> None:
    """No token, a wrong one, an application without access, another client: every method."""
    own = OwnEntries(kit)
    client_id = own_id(kit, "client", "client")
    callers = [(kit.anonymous, 401), (Caller(kit, "wrong token", "0" * 30), 401)]
    known = kit.target.identities
    callers += [(kit.caller(name), 403) for name in ("call_api", "other_client") if name in known]

    def attempt(caller: Caller, operation: Operation, status: int) -> None:
        kit.expect(own.request(caller, operation, client=client_id), status)

    attempts = [
        (f"{operation.id} by {caller.name}", partial(attempt, caller, operation, status))
        for caller, status in callers
        for operation in kit.secured_operations
        # Recorded items are no configuration: an application with call_api may delete them.
        if not operation.reads and (configures(operation) or caller.name != "call_api")
    ]
    expect_no_change(kit, attempts)


@check("failed-request-changes-nothing", deletes_recorded_items=True)
def a_refused_range_deletes_nothing(kit: CheckContext) -> None:
    """Ranges that lack an end, are reversed, too long, or have invalid days."""
    client, group = kit.client, kit.new_group()["id"]
    kit.place(busy_number(kit)["id"], group)
    start, end = kit.target.range
    bounds = [
        (None, None), (start, None), (None, end), (start, ""), ("", end), (end, start),
        (start, "2900-01-01 00:00:00"), ("1001-01-01 00:00:00", end), (start[:10], end),
        (start, f"{end[:4]}-02-30 00:00:00"), (start, "tomorrow"),
    ]  # fmt: skip
    named = [zip(("start_datetime", "end_datetime"), one, strict=True) for one in bounds]
    ranges = [{name: text for name, text in one if text is not None} for one in named]

    def attempt(collection: str, bounds: dict[str, str]) -> None:
        kit.expect(client.delete(kit.path(collection, extension_group=group), **bounds), 400)

    attempts = [
        (f"a range {bounds} that is refused", partial(attempt, collection, bounds))
        for collection in ("record", "voicemail")
        if collection not in kit.target.off
        for bounds in ranges
    ]
    expect_no_change(kit, attempts, client_view)
