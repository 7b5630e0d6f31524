"""Refused callers, and which refusal comes first."""

from __future__ import annotations

from ringme_contract.caller import Caller
from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.entries.factories import NOWHERE
from ringme_contract.own_entries import OwnEntries
from ringme_contract.samples import some
from ringme_contract.scenarios.users import NEEDS, User, changed

_TEXT = {"content": b"x", "headers": {"Content-Type": "text/plain"}}


def _no_path(kit: CheckContext) -> str:
    return f"{kit.base}/no-such-path/"


def _no_client(kit: CheckContext) -> str:
    return kit.path("extension_group", client=NOWHERE)


@check("error-body", needs=("client", "client_read_only"), isolated=True, smoke=True)
def errors_are_json_with_a_message(kit: CheckContext) -> None:
    """One of each status, with an error code if it has one; a browser gets the same."""
    client, reader, groups = kit.client, kit.caller("client_read_only"), kit.path("extension_group")
    missing = kit.path("extension_group", NOWHERE)
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Language": "ru"}
    for code, word, response in (
        (400, None, client.post(groups, {})),
        (400, None, client.get(groups, per_page=1001)),
        (401, None, kit.anonymous.get(groups)),
        (403, "user_access_type_deny", reader.put(missing, {})),
        (404, "client_not_found", client.get(_no_client(kit))),
        (404, "extension_group_not_found", client.get(missing)),
        (404, None, client.get(_no_path(kit))),
        (405, None, client.request("PATCH", groups, json={})),
        (415, None, client.request("POST", groups, **_TEXT)),
        (400, None, client.request("POST", groups, json={}, headers=browser)),
        (404, "extension_group_not_found", client.request("GET", missing, headers=browser)),
        (404, None, client.request("GET", _no_path(kit), headers=browser)),
        (405, None, client.request("PATCH", groups, json={}, headers=browser)),
    ):
        kit.expect(response, code, word)
        kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        kit.expect_equal(f"the media type of a {code}", kind, "application/json")
        message = response.json()["message"]
        is_text = isinstance(message, str) and message != ""
        kit.expect_true(f"the message of a {code} is a text", is_text, message)


@check("error-unauthorized", needs=NEEDS, isolated=True)
def who_has_no_good_token_is_refused(kit: CheckContext) -> None:
    """A token that differs, another scheme, and the token of a deleted user."""
    own, user, token = OwnEntries(kit), User(kit), str(kit.client.token)
    gone = user.log_in().token
    user.delete()
    group, body = own["extension_group"]["id"], {"json": {"name": kit.new_name("refused")}}
    item = kit.path("extension_group", group)
    requests: list[tuple[str, str, dict[str, dict[str, str]]]] = [
        ("GET", kit.path("extension_group"), {}),
        ("GET", kit.path("extension", extension_group=group), {}),
        ("POST", kit.path("extension_group"), body),
        ("PUT", item, body),
        ("DELETE", item, {}),
    ]
    for name, header in (
        ("deleted user", f"Bearer {gone}"),
        ("one letter off", f"Bearer {changed(token)}"), ("cut short", f"Bearer {token[:-1]}"),
        ("other case", f"Bearer {token.swapcase()}"), ("small", f"Bearer {token.lower()}"),
        ("capitals", f"Bearer {token.upper()}"), ("twice", f"Bearer {token * 2}"),
        ("without its first letter", f"Bearer {token[1:]}"),
        ("too long", f"Bearer {token}0"), ("no token", "Bearer"), ("Basic", f"Basic {token}"),
        ("no scheme", token),
        ("in quotes", f'Bearer "{token}"'), ("two", f"Bearer {token} {token}"),
    ):  # fmt: skip
        caller, headers = Caller(kit, name, None), {"Authorization": header}
        for method, path, more in [("GET", kit.me, {}), *some(kit, requests, 1, name)]:
            kit.expect_unauthorized(caller.request(method, path, headers=headers, **more))
    kit.expect_unauthorized(
        kit.anonymous.request("GET", kit.me, headers={"Accept-Language": "ru,en;q=0.5"})
    )
    own.expect_unchanged("requests without a valid token")


@check("error-user-blocked", needs=("blocked",), writes=False, smoke=True)
def a_blocked_user_of_the_target_is_refused(kit: CheckContext) -> None:
    """It gets no token; if it gets one, each request is refused."""
    _expect_blocked(kit, "blocked")


@check("error-user-blocked", needs=(), writes=False)
def a_user_of_a_blocked_client_is_refused(kit: CheckContext) -> None:
    """The same, though the user itself is not blocked."""
    kit.application("blocked_client")
    _expect_blocked(kit, "blocked_client")


def _expect_blocked(kit: CheckContext, identity: str) -> None:
    response = kit.request_token(**kit.target.identities[identity].parameters)
    if response.status_code == 200:
        caller = Caller(kit, identity, response.json()["access_token"])
        kit.expect(caller.get(kit.me), 403, "user_blocked")
    kit.expect(response, 403, "user_blocked")
    kit.expect_equal("Cache-Control", response.headers.get("Cache-Control"), "no-store")


@check("check-order", isolated=True)
def the_route_comes_before_the_token(kit: CheckContext) -> None:
    """404 and 405 without a token, and with an invalid body."""
    groups = kit.path("extension_group")
    for caller in (kit.anonymous, Caller(kit, "made-up token", "0" * 30)):
        for method in ("GET", "POST", "DELETE"):
            kit.expect(caller.request(method, _no_path(kit)), 404)
        kit.expect(caller.request("POST", _no_path(kit), **_TEXT), 404)
        kit.expect(caller.request("PATCH", groups, **_TEXT), 405)
        kit.expect(caller.request("PATCH", _no_client(kit)), 405)
    for identity in {"client_read_only", "call_api"} & kit.target.identities.keys():
        caller = kit.caller(identity)
        kit.expect(caller.request("PATCH", groups, **_TEXT), 405)
        kit.expect(caller.delete(_no_path(kit)), 404)


@check("check-order", needs=NEEDS, isolated=True)
def the_access_of_the_application_comes_before_that_of_the_user(kit: CheckContext) -> None:
    """A read-only user through an application with call_api, if the target has one."""
    kit.application("other_login")
    session = User(kit, access="read_only").log_in("other_login")
    only_calls = session.response.json()["scope"] == "call_api"
    kit.need_offered(only_calls, "the application other_login may do everything")
    for response in (
        session.caller.post(kit.path("extension_group"), {}),
        session.caller.delete(kit.path("extension_group", NOWHERE)),
    ):
        kit.expect(response, 403, "app_access_type_deny")
