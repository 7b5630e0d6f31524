"""The order of checks where the generic pairs do not reach: routes, two access levels, reach."""

from __future__ import annotations

from ringme_contract.caller import Caller
from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.entries.factories import NOWHERE
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
    for identity in ("client_read_only", "call_api"):
        if identity in kit.target.identities:
            caller = kit.caller(identity)
            kit.expect(caller.request("PATCH", kit.path("extension_group"), **_TEXT), 405)
            kit.expect(caller.request("DELETE", no_path(kit)), 404)


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
