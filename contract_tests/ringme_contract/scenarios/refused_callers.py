"""Callers that are refused for what they are, and which refusal comes first."""

from __future__ import annotations

import httpx

from ringme_contract.caller import Caller
from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.entries.factories import NOWHERE
from ringme_contract.own_entries import OwnEntries
from ringme_contract.samples import some
from ringme_contract.scenarios.token_grants import changed
from ringme_contract.scenarios.views import (
    user_of,
)


@check("error-body", needs=("client", "client_read_only"), isolated=True, smoke=True)
def errors_are_json_with_a_message(kit: CheckContext) -> None:
    """One of each code, and a word with those that have one."""
    client, group = kit.client, kit.new_group()["id"]
    text = {"content": b"x", "headers": {"Content-Type": "text/plain"}}
    for code, word, response in (
        (400, None, client.post(kit.path("extension_group"), {})),
        (400, None, client.get(kit.path("extension_group"), per_page=1001)),
        (401, None, kit.anonymous.get(kit.path("extension_group"))),
        (
            403,
            "user_access_type_deny",
            kit.caller("client_read_only").put(kit.path("extension_group", group), {}),
        ),
        (404, "client_not_found", client.get(kit.path("extension_group", client=NOWHERE))),
        (404, "extension_group_not_found", client.get(kit.path("extension_group", NOWHERE))),
        (404, None, client.get(f"{kit.base}/nothing/of/the/kind/")),
        (405, None, client.request("PATCH", kit.path("extension_group"), json={})),
        (415, None, client.request("POST", kit.path("extension_group"), **text)),
    ):
        kit.expect(response, code, word)
        kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        kit.expect_equal(f"the media type of a {code}", kind, "application/json")
        message = response.json()["message"]
        kit.expect_true(
            f"the message of a {code} is a text",
            isinstance(message, str) and message != "",
            message,
        )


@check("error-unauthorized", needs=("client", "login"), isolated=True)
def who_has_no_good_token_is_refused(kit: CheckContext) -> None:
    """Not letter by letter the token, another scheme, and that of a deleted user."""
    own = OwnEntries(kit)
    token = str(kit.client.token)
    gone = user_of(kit, own, "deleted user")
    kit.expect(gone.get(kit.me), 200)
    kit.expect(kit.client.delete(kit.path("user", own["user"]["id"])), 204)
    own.create("user")
    for name, header in (
        ("deleted user", f"Bearer {gone.token}"),
        ("one letter off", f"Bearer {changed(token)}"), ("cut short", f"Bearer {token[:-1]}"),
        ("other case", f"Bearer {token.swapcase()}"), ("small", f"Bearer {token.lower()}"),
        ("capitals", f"Bearer {token.upper()}"), ("twice", f"Bearer {token * 2}"),
        ("without its begin", f"Bearer {token[1:]}"),
        ("too long", f"Bearer {token}0"), ("no token", "Bearer"), ("Basic", f"Basic {token}"),
        ("no scheme", token),
        ("in quotes", f'Bearer "{token}"'), ("two", f"Bearer {token} {token}"),
    ):  # fmt: skip
        caller = Caller(kit, name, None)
        body = {"json": {"name": kit.new_name("refused")}}
        group = own["extension_group"]["id"]
        item = kit.path("extension_group", group)
        requests: list[tuple[str, str, dict[str, dict[str, str]]]] = [
            ("GET", kit.path("extension_group"), {}),
            ("GET", kit.path("extension", extension_group=group), {}),
            ("POST", kit.path("extension_group"), body),
            ("PUT", item, body),
            ("DELETE", item, {}),
        ]
        for method, path, more in [("GET", kit.me, {}), *some(kit, requests, 1, name)]:
            headers = {"Authorization": header}
            _expect_unauthorized(kit, caller.request(method, path, headers=headers, **more))
    own.expect_unchanged("requests without a good token")


def _expect_unauthorized(kit: CheckContext, response: httpx.Response) -> None:
    kit.expect(response, 401)
    kit.expect_equal("the message of a 401", response.json().get("message"), "Unauthorized")
    kit.expect_equal("WWW-Authenticate", response.headers.get("WWW-Authenticate"), "Bearer")


@check("error-user-blocked", needs=("blocked",), writes=False, smoke=True)
def a_blocked_user_of_the_target_is_refused(kit: CheckContext) -> None:
    """It gets no token; should it get one all the same, each request is refused."""
    _expect_blocked(kit, "blocked")


@check("error-user-blocked", needs=(), writes=False)
def a_user_of_a_blocked_client_is_refused(kit: CheckContext) -> None:
    """The same, though nobody has blocked the user."""
    kit.need_offered(
        "blocked_client" in kit.target.identities, "the target names no identity blocked_client"
    )
    _expect_blocked(kit, "blocked_client")


def _expect_blocked(kit: CheckContext, identity: str) -> None:
    response = kit.request_token(**kit.target.identities[identity].parameters)
    if response.status_code == 200:
        caller = Caller(kit, identity, response.json()["access_token"])
        kit.expect(caller.get(kit.me), 403, "user_blocked")
    kit.expect(response, 403, "user_blocked")


_TEXT = {"content": b"x", "headers": {"Content-Type": "text/plain"}}


def no_path(kit: CheckContext) -> str:
    return f"{kit.base}/no-such-path/"


def no_client(kit: CheckContext) -> str:
    return kit.path("extension_group", client=NOWHERE)


@check("check-order", isolated=True)
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
            kit.expect(caller.delete(no_path(kit)), 404)


@check("check-order", needs=("client",), isolated=True)
def the_access_of_the_application_comes_before_that_of_the_user(kit: CheckContext) -> None:
    """A read-only user through an application with call_api, where the target has one."""
    kit.need_offered(
        "other_login" in kit.target.identities, "the target names no identity other_login"
    )
    user, password = kit.new_group_user(kit.new_group()["id"], access="read_only")
    given = {"grant_type": "password", "username": user["login"], "password": password}
    application = kit.target.identities["other_login"].application
    response = kit.expect(kit.request_token(**given, **application), 200).json()
    kit.need_offered(
        response["scope"] == "call_api", "the application other_login may do everything"
    )
    caller = Caller(kit, "read-only user through call_api", response["access_token"])
    kit.expect(caller.post(kit.path("extension_group"), {}), 403, "app_access_type_deny")
    kit.expect(caller.delete(kit.path("extension_group", NOWHERE)), 403, "app_access_type_deny")
