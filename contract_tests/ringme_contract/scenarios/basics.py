"""Basics: the place of the API, forms of paths, methods and codes."""

from __future__ import annotations

import re
from typing import Any

import httpx

from ringme_contract.check import check
from ringme_contract.check_context import Caller, CheckContext
from ringme_contract.own_entries import OwnEntries
from ringme_contract.scenarios.views import own_id
from ringme_contract.verdict import NotReached
from ringme_spec.operations import Operation

_JSON = {"Content-Type": "application/json"}


@check("base", layer="scenarios", writes=False, smoke=True)
def the_api_and_the_token_endpoint_are_where_they_should_be(kit: CheckContext) -> None:
    """The API below its base, the token endpoint at the root and nowhere else."""
    kit.expect(kit.caller("client").get(kit.me), 200)
    kit.expect(kit.request_token(**kit.target.identities["client"].parameters), 200)
    below = kit.anonymous.request(
        "POST", kit.base + kit.token_path, data={"grant_type": "password"}
    )
    kit.expect(below, 404)


@check("conforms", layer="scenarios", writes=False, smoke=True)
def every_read_succeeds(kit: CheckContext) -> None:
    """Each GET of the document with a 200; the transport checks the responses against it."""
    lacking = []
    for operation in kit.secured_operations:
        if not operation.reads:
            continue
        try:
            path = operation.fill(kit.factory.to_read(operation))
        except NotReached:
            lacking.append(operation.id)
            continue
        query = kit.range_query if operation.ranged else {}
        kit.expect(kit.caller("client").request("GET", path, params=query), 200)
    if lacking:
        raise NotReached(f"there is nothing to read for {', '.join(lacking)}")


@check("slash", layer="scenarios", isolated=True)
def reads_answer_alike_in_every_form_of_the_path(kit: CheckContext) -> None:
    """With a slash at the end, without, with doubled ones; an item that is missing as well."""
    own, client = OwnEntries(kit), kit.caller("client")
    for operation in kit.secured_operations:
        if not operation.reads:
            continue
        query = kit.range_query if operation.ranged else {}
        first, *others = [
            client.request("GET", path, params=query) for path in _forms(kit, own.path(operation))
        ]
        for other in others:
            _expect_alike(kit, operation, first, other)


def _forms(kit: CheckContext, path: str) -> list[str]:
    plain = path.rstrip("/")
    doubled = kit.base + plain.removeprefix(kit.base).replace("/", "//")
    return [path, plain, f"{plain}/", f"{plain}//", doubled, f"{doubled}/"]


def _expect_alike(
    kit: CheckContext, operation: Operation, first: httpx.Response, other: httpx.Response
) -> None:
    kit.expect(other, first.status_code)
    # Lists of the whole client may change between two reads; what is the check's own does not.
    if any(one.me is None for one in operation.entry_parameters) or other.status_code != 200:
        what = f"the response to {other.request.url.path} beside {first.request.url.path}"
        kit.expect_equal(what, other.text, first.text)


@check("slash", layer="scenarios", isolated=True, smoke=True)
def writes_work_in_every_form_of_the_path(kit: CheckContext) -> None:
    """Create, change and delete a group, and get a token, each with and without slashes."""
    client = kit.caller("client")
    for path in _forms(kit, kit.path("extension_group")):
        response = client.request("POST", path, json={"name": kit.new_name("group")})
        group = kit.expect(response, 201).json()["id"]
        item = _forms(kit, kit.path("extension_group", group))
        for number, form in enumerate(item):
            changed = kit.expect(
                client.request("PUT", form, json={"extra_params": str(number)}), 200
            )
            kit.expect_equal(
                f"extra_params after PUT {form}", changed.json()["extra_params"], str(number)
            )
        form = item[_forms(kit, kit.path("extension_group")).index(path)]
        kit.expect(client.request("DELETE", form), 204)
        kit.expect(client.get(kit.path("extension_group", group)), 404, "extension_group_not_found")
    for path in (kit.token_path, f"{kit.token_path}/", kit.token_path.replace("/", "//")[1:]):
        parameters = kit.target.identities["client"].parameters
        kit.expect(kit.anonymous.request("POST", path, data=parameters), 200)


@check("me", layer="scenarios", needs=("client", "other_client"), isolated=True, smoke=True)
def at_me_is_the_client_of_whoever_asks(kit: CheckContext) -> None:
    """A group made through one form is there through the others, and not at another's @me."""
    client, other = kit.caller("client"), kit.caller("other_client")
    own = own_id(kit, "client", "client")
    for form in ("@me", "%40me", str(own)):
        path = kit.path("extension_group", client=form)
        made = kit.expect(client.request("POST", path, json={"name": kit.new_name("group")}), 201)
        group = made.json()
        kit.expect_equal(f"the client of a group made at {form}", group["client_id"], own)
        for reader in ("@me", "%40me", str(own)):
            at = kit.path("extension_group", client=reader)
            kit.expect_equal(f"{at}{group['id']}", client.read(f"{at}{group['id']}"), group)
            kit.expect_true(f"{at} lists the group", group in client.read(at))
        for reader in ("@me", "%40me"):
            at = kit.path("extension_group", client=reader)
            kit.expect(other.get(f"{at}{group['id']}"), 404, "extension_group_not_found")
            kit.expect_true(f"{at} of another client lacks the group", group not in other.read(at))


@check("me", layer="scenarios", needs=("client", "login"), isolated=True)
def at_me_of_a_group_user_is_its_client(kit: CheckContext) -> None:
    """So that the client section is closed to it, and not missing."""
    user, password = kit.new_group_user(kit.new_group()["id"])
    caller = kit.log_in("new group user", user["login"], password)
    for form in ("@me", "%40me", own_id(kit, "client", "client")):
        kit.expect(caller.get(kit.path("extension_group", client=form)), 403, "access_denied")


@check("codes", layer="scenarios", isolated=True, smoke=True)
def success_has_the_code_of_its_method(kit: CheckContext) -> None:
    """201, 200, 200, and 204 with nothing in it, for all settings; a token is a 200."""
    kit.expect(kit.request_token(**kit.target.identities["client"].parameters), 200)
    own, client = OwnEntries(kit), kit.caller("client")
    for operation in kit.secured_operations:
        if operation.action != "create":
            continue
        rule = operation.collection
        made = kit.expect(own.request(client, operation), 201).json()
        for action, status in (("list", 200), ("read", 200), ("update", 200), ("delete", 204)):
            one = own.operation(rule.name, action)
            if one is not None:
                found = kit.expect(own.request(client, one, **{rule.name: made[rule.key]}), status)
                if action == "delete":
                    kit.expect_equal(f"the body of the response of {one.id}", found.content, b"")


@check("no-patch", layer="scenarios", isolated=True, smoke=True)
def a_method_that_a_path_lacks_is_refused(kit: CheckContext) -> None:
    """405 and the methods that there are, for each path and each method that it lacks."""
    own, client = OwnEntries(kit), kit.caller("client")
    methods: dict[str, set[str]] = {}
    for one in kit.contract.operations.values():
        methods.setdefault(one.path, set()).add(one.method)
    for operation in {one.path: one for one in kit.secured_operations}.values():
        for method in ("PATCH", "POST", "PUT", "DELETE"):
            # A DELETE of what is not the check's own would do harm where it is let in.
            harmless = method != "DELETE" or any(
                one.me is None for one in operation.entry_parameters
            )
            if method not in methods[operation.path] and harmless:
                _expect_refused(kit, client, method, own.path(operation), methods[operation.path])
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        _expect_refused(kit, client, method, kit.token_path, {"POST"})
    own.expect_unchanged("methods that are not there")


def _expect_refused(
    kit: CheckContext, caller: Caller, method: str, path: str, known: set[str]
) -> None:
    body: dict[str, Any] = {} if method in ("GET", "DELETE") else {"json": {}}
    response = kit.expect(caller.request(method, path, **body), 405)
    allowed = {one.upper() for one in re.findall("[A-Za-z]+", response.headers.get("Allow", ""))}
    # Servers may support these two for every path, without a word of it in the document.
    kit.expect_equal(
        f"Allow for {method} {path}", sorted(allowed - {"HEAD", "OPTIONS"}), sorted(known)
    )


@check("codes", layer="scenarios", deletes_recorded_items=True, isolated=True)
def deleting_a_range_has_the_code_of_a_delete(kit: CheckContext) -> None:
    """204 with nothing in it, for the ranges of a group that has no items."""
    group = kit.new_group()["id"]
    for name in ("record", "voicemail"):
        if name not in kit.target.off:
            path = kit.path(name, extension_group=group)
            response = kit.caller("client").delete(path, **kit.range_query)
            kit.expect(response, 204)
            kit.expect_equal(f"the body of the response to DELETE {path}", response.content, b"")
