"""The token endpoint, and whom a token stands for."""

from __future__ import annotations

import re

import httpx

from ringme_contract.caller import Caller
from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.scenarios.views import Session, own_id, request_token

_OWNERS = ("dealer_id", "client_id", "extension_group_id", "extension_id")
_KEYS = ("admin", "extra_params", "access", "timezone", "login", "id", *_OWNERS)
_TRUSTED = ("client", "call_api", "client_read_only", "other_client")


def _parameters(kit: CheckContext, identity: str, grant: str) -> dict[str, str]:
    """The token parameters of an identity, which has to use this grant."""
    found = kit.target.identities[identity].parameters
    kit.need(
        found.get("grant_type") == grant, f"the identity {identity} does not use the grant {grant}"
    )
    return dict(found)


def changed(text: str) -> str:
    return ("0" if text[0] != "0" else "1") + text[1:]


def near_misses(text: str) -> tuple[str, ...]:
    """A part of a text, and the text with more to it or in other letters."""
    return text[:-1], text[: len(text) // 2], text[1:], f"{text}0", text.upper(), text.swapcase()


def expect_works(kit: CheckContext, response: httpx.Response, login: str | None = None) -> str:
    """The token of a response, with which the user (of this login, if one is said) can be read."""
    token = str(kit.expect(response, 200).json()["access_token"])
    user = Caller(kit, "fresh token", token).read(kit.me)
    if login is not None:
        kit.expect_equal("the login of the user of the token", user["login"], login)
    kit.expect_equal("Cache-Control", response.headers.get("Cache-Control"), "no-store")
    return token


def expect_error(kit: CheckContext, response: httpx.Response, status: int, word: str) -> None:
    """Fails the check unless the token endpoint refuses with this error."""
    kit.expect(response, status)
    kit.expect_equal(
        f"the error of a {status} of the token endpoint", response.json().get("error"), word
    )
    kit.expect_equal("Cache-Control", response.headers.get("Cache-Control"), "no-store")


def new_user(kit: CheckContext) -> tuple[str, str]:
    user, password = kit.new_group_user(kit.new_group()["id"])
    return user["login"], password


@check("client-credentials", writes=False, smoke=True)
def an_application_gets_a_token_for_its_owner(kit: CheckContext) -> None:
    """30 letters and digits, Bearer, an hour, a scope, no refresh token; always the same user."""
    seen, tried = set(), 0
    for name in _TRUSTED:
        if name not in kit.target.identities:
            continue
        parameters = kit.target.identities[name].parameters
        if parameters.get("grant_type") != "client_credentials":
            continue
        users = []
        for _ in range(2):
            response = kit.expect(kit.request_token(**parameters), 200)
            expect_token(kit, response.json(), "call_api" if name == "call_api" else "all")
            kit.expect_true("there is no refresh_token", "refresh_token" not in response.json())
            token = expect_works(kit, response)
            kit.expect_true("no token is given twice", token not in seen)
            seen.add(token)
            users.append(Caller(kit, name, token).read(kit.me))
        kit.expect_equal(f"the user of {name} the second time", users[1], users[0])
        kit.expect_equal(
            f"the access of {name}",
            users[0]["access"],
            "read_only" if name == "client_read_only" else "full",
        )
        tried += 1
    kit.need(tried, "no identity uses the grant client_credentials")


def expect_token(kit: CheckContext, response: dict[str, object], scope: str | None) -> None:
    """Fails the check unless a response is as that to each grant has to be."""
    token = str(response["access_token"])
    kit.expect_true(
        "the token is 30 letters and digits",
        re.fullmatch("[0-9A-Za-z]{30}", token) is not None,
        f"{len(token)} characters",
    )
    kit.expect_equal("token_type", response["token_type"], "Bearer")
    kit.expect_equal("expires_in", response["expires_in"], 3600)
    if scope is None:
        kit.expect_true(
            "scope is all or call_api", response["scope"] in ("all", "call_api"), response["scope"]
        )
    else:
        kit.expect_equal("scope", response["scope"], scope)


@check("password", needs=("client", "login"), isolated=True, smoke=True)
def a_user_logs_in_by_name_and_password(kit: CheckContext) -> None:
    """Each login gives new tokens, and they stand for that user; those from before stay good."""
    people, tokens = [new_user(kit) for _ in range(2)], []
    for login, password in (*people, people[0]):
        response = kit.expect(request_token(kit, login, password), 200)
        expect_token(kit, response.json(), None)
        refresh = str(response.json().get("refresh_token"))
        kit.expect_true(
            "the refresh token is 30 letters and digits",
            re.fullmatch("[0-9A-Za-z]{30}", refresh) is not None,
        )
        tokens += [expect_works(kit, response, login), refresh]
    kit.expect_equal("how many different tokens three logins give", len(set(tokens)), 6)
    for token, (login, _) in zip(tokens[::2], (*people, people[0]), strict=True):
        user = Caller(kit, "earlier token", token).read(kit.me)
        kit.expect_equal("the user of a token from before", user["login"], login)
    application = kit.target.identities["login"].application
    given = {"grant_type": "refresh_token", "refresh_token": tokens[1], **application}
    expect_works(kit, kit.request_token(**given), people[0][0])


@check("password", needs=("client", "login"), isolated=True)
def the_scope_is_what_the_application_may_do(kit: CheckContext) -> None:
    """At a login and after its refresh, through each application that logs users in."""
    login, password = new_user(kit)
    words = {"all": "access_denied", "call_api": "app_access_type_deny"}
    for name in ("login", "other_login"):
        if name not in kit.target.identities:
            continue
        application = kit.target.identities[name].application
        given = {"grant_type": "password", "username": login, "password": password}
        for _ in range(2):
            found = kit.expect(kit.request_token(**given, **application), 200).json()
            caller = Caller(kit, f"user through {name}", found["access_token"])
            refused = caller.post(kit.path("extension_group"), {"name": kit.new_name("group")})
            kit.expect(refused, 403, words[found["scope"]])
            given = {"grant_type": "refresh_token", "refresh_token": found["refresh_token"]}


@check("password", needs=("client", "login"), isolated=True)
def a_changed_password_counts_at_once(kit: CheckContext) -> None:
    """The new one logs in, the former one does not, and no change of all else changes it."""
    user, old = kit.new_group_user(kit.new_group()["id"])
    new = f"{old}-changed"
    client, path = kit.client, kit.path("user", user["id"])
    kit.expect(client.put(path, {"password": new}), 200)
    expect_error(kit, request_token(kit, user["login"], old), 401, "invalid_grant")
    expect_works(kit, request_token(kit, user["login"], new), user["login"])
    others = {name: value for name, value in user.items() if name not in ("id", "login")}
    kit.expect(client.put(path, {**others, "email": "new@example.com"}), 200)
    expect_works(kit, request_token(kit, user["login"], new), user["login"])


@check("token-errors", needs=("client", "login"), isolated=True, smoke=True)
def each_mistake_has_its_error(kit: CheckContext) -> None:
    """Application, secret, user, password, grant, and each parameter that is missing or empty."""
    login, password = new_user(kit)
    application = kit.target.identities["login"].application
    person = {"grant_type": "password", "username": login, "password": password, **application}
    refresh = {"grant_type": "refresh_token", "refresh_token": "0" * 30, **application}
    requests = [person, refresh]
    trusted = kit.target.identities["client"].parameters
    if trusted.get("grant_type") == "client_credentials":
        requests.append(dict(trusted))
    expect_works(kit, kit.request_token(**person), login)
    for good in requests:
        for name in ("client_id", "client_secret"):
            wrong = {**good, name: changed(good[name])}
            expect_error(kit, kit.request_token(**wrong), 401, "invalid_client")
        for name in good:
            rest = {key: value for key, value in good.items() if key != name}
            expect_error(kit, kit.request_token(**rest), 400, "invalid_request")
            # RFC 6749, 3.2: a parameter without a value counts as left out.
            expect_error(kit, kit.request_token(**{**rest, name: ""}), 400, "invalid_request")
        for grant in ("authorization", "PASSWORD", "implicit", "x"):
            response = kit.request_token(**{**good, "grant_type": grant})
            expect_error(kit, response, 400, "unsupported_grant_type")
    for change in (
        {"username": f"{login}-nobody"},
        {"password": f"{password}x"},
        {"password": password.upper()},
        {"username": password, "password": login},
    ):
        expect_error(kit, kit.request_token(**{**person, **change}), 401, "invalid_grant")
    expect_error(kit, kit.request_token(), 400, "invalid_request")
    kit.expect(kit.request_token(**person), 200)


@check("token-errors", needs=("client", "login"), isolated=True)
def a_grant_that_the_application_lacks_is_refused(kit: CheckContext) -> None:
    """client_credentials for one that logs users in, password and refresh for a trusted one."""
    login, password = new_user(kit)
    trusted = _parameters(kit, "client", "client_credentials")
    application = {name: trusted[name] for name in ("client_id", "client_secret")}
    session = Session(kit, "new group user", login, password)
    for given in (
        {"grant_type": "client_credentials", **kit.target.identities["login"].application},
        {"grant_type": "password", "username": login, "password": password, **application},
        {"grant_type": "refresh_token", "refresh_token": session.refresh, **application},
    ):
        expect_error(kit, kit.request_token(**given), 400, "unauthorized_client")
    expect_works(kit, session.request_refresh(), login)


@check("token-errors", needs=("blocked",), writes=False)
def the_refusal_of_a_blocked_user_is_not_stored(kit: CheckContext) -> None:
    """403 user_blocked, with Cache-Control as any other response."""
    response = kit.request_token(**kit.target.identities["blocked"].parameters)
    kit.expect(response, 403, "user_blocked")
    kit.expect_equal("Cache-Control", response.headers.get("Cache-Control"), "no-store")


@check("whoami", writes=False, smoke=True)
def exactly_one_owner_is_set(kit: CheckContext) -> None:
    """For each identity of the target the owner id of its type, its access, and no password."""
    owners = {
        "client": "client_id", "client_read_only": "client_id", "other_client": "client_id",
        "call_api": "client_id", "group": "extension_group_id",
        "group_read_only": "extension_group_id", "sibling_group": "extension_group_id",
        "extension": "extension_id",
    }  # fmt: skip
    for name, owner in owners.items():
        if name not in kit.target.identities:
            continue
        user = kit.caller(name).read(kit.me)
        kit.expect_equal(
            f"the keys of {name} that are missing", [one for one in _KEYS if one not in user], []
        )
        found = [one for one in _OWNERS if user[one] is not None]
        kit.expect_equal(f"the owners of {name}", found, [owner])
        kit.expect_true(f"{name} is shown without a password", "password" not in user)
        if name != "extension":
            access = "read_only" if name.endswith("read_only") else "full"
            kit.expect_equal(f"the access of {name}", user["access"], access)


@check("whoami", needs=("client", "login"), isolated=True, smoke=True)
def a_new_user_is_shown_as_it_was_made(kit: CheckContext) -> None:
    """Login, access, time zone, free text and group; no more owners than that group."""
    group = kit.new_group()["id"]
    for keys in (
        {"access": "read_only", "timezone": "Asia/Novosibirsk", "extra_params": "null"},
        {},
    ):
        user, password = kit.new_group_user(group, **keys)
        shown = kit.log_in("new group user", user["login"], password).read(kit.me)
        for name in ("id", "login", "access", "timezone", "extra_params", "extension_group_id"):
            kit.expect_equal(f"{name} of a new user", shown[name], user[name])
        others = {one: shown[one] for one in _OWNERS if one != "extension_group_id"}
        kit.expect_equal("the other owners", others, dict.fromkeys(others))
        kit.expect_equal("admin of a new user", shown["admin"], False)


@check("whoami", writes=False)
def the_client_is_that_of_its_groups(kit: CheckContext) -> None:
    """The id of the client is the one that its own groups and numbers bear."""
    own = own_id(kit, "client", "client")
    things = [*kit.factory.read("extension_group"), *kit.factory.read("extension")]
    kit.need(things, "the client has neither groups nor numbers")
    kit.expect_equal(
        "the clients of its groups and numbers", {one["client_id"] for one in things}, {own}
    )
