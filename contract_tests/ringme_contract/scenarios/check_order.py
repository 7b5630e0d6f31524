"""The order of checks where the generic pairs do not reach: routes, two access levels, reach."""

from __future__ import annotations

from ringme_contract.check import check
from ringme_contract.check_context import Caller, CheckContext
from ringme_contract.factories import NO_RECORD, NOWHERE
from ringme_contract.own_entries import OwnEntries
from ringme_contract.paths import fill
from ringme_contract.scenarios.views import own_id, user_of
from ringme_contract.verdict import NotOffered

_TEXT = {"content": b"x", "headers": {"Content-Type": "text/plain"}}


def no_path(kit: CheckContext) -> str:
    return f"{kit.base}/no-such-path/"


def no_client(kit: CheckContext) -> str:
    return kit.path("extension_group", client=NOWHERE)


@check("check-order", layer="scenarios", isolated=True)
def the_route_comes_before_the_token(kit: CheckContext) -> None:
    """404 and 405 for those who have no token, and with a body that is none."""
    for caller in (kit.anonymous, Caller(kit, "made-up token", "0" * 30)):
        for method in ("GET", "POST", "DELETE"):
            kit.expect(caller.request(method, no_path(kit)), 404)
        kit.expect(caller.request("POST", no_path(kit), **_TEXT), 404)
        kit.expect(caller.request("PATCH", kit.path("extension_group"), **_TEXT), 405)
        kit.expect(caller.request("PATCH", no_client(kit)), 405)


@check("check-order", layer="scenarios", needs=("client",), isolated=True)
def the_access_of_the_application_comes_before_that_of_the_user(kit: CheckContext) -> None:
    """A read-only user through an application with call_api, where the target has one."""
    if "other_login" not in kit.target.identities:
        raise NotOffered("the target names no identity other_login")
    user, password = kit.new_group_user(kit.new_group()["id"], access="read_only")
    given = {"grant_type": "password", "username": user["login"], "password": password}
    application = kit.target.identities["other_login"].application
    response = kit.expect(kit.request_token(**given, **application), 200).json()
    if response["scope"] != "call_api":
        raise NotOffered("the application other_login may do everything")
    caller = Caller(kit, "read-only user through call_api", response["access_token"])
    kit.expect(
        caller.request("POST", kit.path("extension_group"), json={}), 403, "app_access_type_deny"
    )
    kit.expect(caller.delete(kit.path("extension_group", NOWHERE)), 403, "app_access_type_deny")


@check("check-order", layer="scenarios", needs=("client", "login"), isolated=True)
def the_access_of_the_user_comes_before_reach(kit: CheckContext) -> None:
    """A read-only user of a group who writes where it may not even look."""
    group = kit.new_group()["id"]
    user, password = kit.new_group_user(group, access="read_only")
    caller = kit.log_in("read-only group user", user["login"], password)
    _expect_access_first(kit, caller, "user_access_type_deny")
    for where in (group, kit.new_group()["id"], NOWHERE):
        response = caller.delete(kit.path("record", NO_RECORD, extension_group=where))
        kit.expect(response, 403, "user_access_type_deny")


def _expect_access_first(kit: CheckContext, caller: Caller, word: str) -> None:
    own = OwnEntries(kit)
    item = kit.path("extension_group", own["extension_group"]["id"])
    for response in (
        caller.request("POST", kit.path("extension_group"), json={}),
        caller.request("POST", kit.path("extension_group"), **_TEXT),
        caller.request("POST", no_client(kit), json={"name": "x"}),
        caller.request("POST", kit.path("extension"), json={"name": "no number"}),
        caller.request("PUT", item, json={"name": ""}),
        caller.request("PUT", kit.path("extension_group", NOWHERE), json={"name": "x"}),
        caller.request("PUT", kit.path("extension_group", "x"), json={"name": "x"}),
        caller.request("PUT", kit.path("extension", NOWHERE), json={"extension_group_id": NOWHERE}),
        caller.request("DELETE", kit.path("extension_group", NOWHERE)),
        caller.request("DELETE", kit.path("user", NOWHERE)),
    ):
        kit.expect(response, 403, word)
    own.expect_unchanged(f"requests that are {word}")


@check("check-order", layer="scenarios", needs=("client", "other_client", "login"), isolated=True)
def existence_comes_before_reach_and_reach_before_the_item(kit: CheckContext) -> None:
    """404 for a client or group that is none, 403 for one out of reach, whatever the item."""
    own, theirs = OwnEntries(kit), kit.new_group("other_client")["id"]
    client = kit.caller("client")
    member = user_of(kit, own, "new group user")
    kit.expect(member.request("GET", no_client(kit)), 404, "client_not_found")
    kit.expect(
        member.request("GET", kit.path("extension_group", NOWHERE, client=NOWHERE)),
        404,
        "client_not_found",
    )
    for caller, group in ((client, theirs), (member, kit.new_group()["id"])):
        for operation in kit.secured_operations:
            if operation.section != "extension_group":
                continue
            if operation.action == "delete_range":
                continue
            response = own.request(caller, operation, extension_group=NOWHERE)
            kit.expect(response, 404, "extension_group_not_found")
            kit.expect(own.request(caller, operation, extension_group=group), 403, "access_denied")
    foreign = own_id(kit, "other_client", "client")
    for rule in kit.factory.collections:
        for action in ("read", "delete"):
            keys = {"client": foreign, rule.name: NOWHERE}
            found = kit.path.find(rule.name, action, keys)
            if found is not None:
                response = client.request(found.method, fill(found, keys))
                kit.expect(response, 403, "access_denied")
