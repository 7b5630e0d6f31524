"""Parameters of the token endpoint: in a form, multipart, the query, HTTP Basic."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import httpx

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.scenarios.login_page import Browser
from ringme_contract.scenarios.token_grants import is_trusted
from ringme_contract.scenarios.users import NEEDS, User, changed, expect_error, expect_works
from ringme_contract.target import REFUSED

_PASSWORDS = ("a b+c&d=e%20;f", "пароль \U0001f511", "\"\\'<>", " ", "x" * 255)


def from_each_place(
    kit: CheckContext, parameters: dict[str, str], action: str = "token"
) -> Iterator[httpx.Response]:
    """Responses to a form, also with a charset, to multipart, and to a query without a body."""
    multipart = {name: (None, value) for name, value in parameters.items()}
    # Some clients send it with an empty body.
    empty = {"Content-Type": "application/x-www-form-urlencoded"}
    charset = {"Content-Type": f"{empty['Content-Type']}; charset=UTF-8"}
    ways: tuple[tuple[str, dict[str, Any]], ...] = (
        ("", {"data": parameters}), ("", {"data": parameters, "headers": charset}),
        ("multipart", {"files": multipart}),
        ("token_query", {"params": parameters}),
        ("token_query", {"params": parameters, "headers": empty}),
    )  # fmt: skip
    for capability, arguments in ways:
        if capability not in kit.target.off:
            yield kit.anonymous.request("POST", kit.path.only(action), **arguments)


@check("token-in", writes=False, smoke=True)
def parameters_come_as_a_form(kit: CheckContext) -> None:
    """`application/x-www-form-urlencoded`, for each identity that can log in."""
    for name, identity in kit.target.identities.items():
        if "grant_type" in identity.parameters and name not in (*REFUSED, "limited"):
            expect_works(kit, kit.request_token(**identity.parameters))


@check("token-in", writes=False)
def parameters_are_read_wherever_they_stand(kit: CheckContext) -> None:
    """In each place the right secret gives a token, and a wrong one is refused."""
    for good in _logins(kit):
        for response in from_each_place(kit, good):
            expect_works(kit, response)
        bad = {**good, "client_secret": changed(good["client_secret"])}
        for response in from_each_place(kit, bad):
            kit.expect(response, 401)


@check("token-in", needs=NEEDS, isolated=True)
def any_password_comes_through_unchanged(kit: CheckContext) -> None:
    """From each place; without its last character it is refused."""
    group = kit.new_group()["id"]
    for password in _PASSWORDS:
        user = User(kit, group, password=password)
        person = {"grant_type": "password", "username": user.login, "password": password}
        for response in from_each_place(kit, {**person, **kit.application("login")}):
            expect_works(kit, response, user.login)
        if len(password) > 1:
            expect_error(kit, user.request_token(password=password[:-1]), "invalid_grant")


@check("client-credentials", writes=False)
def id_and_secret_have_other_names(kit: CheckContext) -> None:
    """`application_id` and `application_secret` are aliases; the secret must be right.

    Each of them alone as well, and in the query.
    """
    for parameters in _logins(kit):
        aliases = kit.path.operation("token").resource["aliases"]
        names = {name: alias for alias, name in aliases.items()}
        given = parameters
        for new in (*({name: alias} for name, alias in names.items()), names):
            given = {new.get(name, name): one for name, one in parameters.items()}
            expect_works(kit, kit.request_token(**given))
        if "token_query" not in kit.target.off:
            expect_works(kit, kit.anonymous.request("POST", kit.token_path, params=given))
        secret = names["client_secret"]
        kit.expect(kit.request_token(**{**given, secret: changed(given[secret])}), 401)


def _logins(kit: CheckContext) -> Iterator[dict[str, str]]:
    for name in ("client", "group"):
        if name in kit.target.identities:
            yield kit.target.identities[name].parameters


def request_with_basic(
    kit: CheckContext, application: dict[str, str], form: dict[str, str], action: str = "token"
) -> httpx.Response:
    pair = f"{application['client_id']}:{application['client_secret']}".encode()
    headers = {"Authorization": f"Basic {b64encode(pair).decode('ascii')}"}
    return kit.anonymous.request("POST", kit.path.only(action), data=form, headers=headers)


@check("token-basic", needs=NEEDS, isolated=True)
def basic_is_as_good_as_parameters(kit: CheckContext) -> None:
    """With every grant; a wrong secret, or that of another application, is invalid_client.

    The 401 has to name the scheme then (RFC 6749, 5.2).
    """
    user = User(kit)
    person = {"grant_type": "password", "username": user.login, "password": user.password}
    refresh = {"grant_type": "refresh_token", "refresh_token": user.log_in().refresh}
    attempts = [("login", person, user.login), ("login", refresh, user.login)]
    if is_trusted(kit.target.identities["client"]):
        owner = kit.client.read(kit.me)["login"]
        attempts.append(("client", {"grant_type": "client_credentials"}, owner))
    if "public" in kit.target.identities and "authorization_code" not in kit.target.off:
        browser = Browser(kit)
        code = {"code": browser.code_of(user), "redirect_uri": browser.redirect_uri}
        attempts.append(("public", {"grant_type": "authorization_code", **code}, user.login))
    for name, form, login in attempts:
        application = kit.application(name)
        secret = application["client_secret"]
        others = {one.application["client_secret"] for one in kit.target.identities.values()}
        for wrong in (changed(secret), secret[:-1], f"{secret}0", *(others - {secret})):
            refused = request_with_basic(kit, {**application, "client_secret": wrong}, form)
            expect_error(kit, refused, "invalid_client")
            told = refused.headers.get("WWW-Authenticate", "")
            kit.expect_true("the 401 names Basic", told.lower().startswith("basic"), told)
        expect_works(kit, request_with_basic(kit, application, form), login)
