"""Requests that the token endpoint refuses, and their errors."""

from __future__ import annotations

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.scenarios.token_grants import is_trusted
from ringme_contract.scenarios.users import (
    NEEDS,
    User,
    changed,
    expect_error,
    expect_works,
    near_misses,
)

# A long password, since some hashes use only the first 72 bytes.
_PASSWORD = f" Pass-{'w' * 75}-\U0001f511 "


@check("token-errors", needs=NEEDS, isolated=True, smoke=True)
def each_mistake_has_its_error(kit: CheckContext) -> None:
    """Application, secret, user, password, grant, and each missing or empty parameter."""
    user, application = User(kit), kit.application("login")
    person = {"grant_type": "password", "username": user.login, "password": user.password}
    requests = [
        {**person, **application},
        {"grant_type": "refresh_token", "refresh_token": "0" * 30, **application},
    ]
    if is_trusted(kit.target.identities["client"]):
        requests.append(dict(kit.target.identities["client"].parameters))
    expect_works(kit, user.request_token(), user.login)
    for good in requests:
        for name in ("client_id", "client_secret"):
            wrong = {**good, name: changed(good[name])}
            expect_error(kit, kit.request_token(**wrong), "invalid_client")
        for name in good:
            rest = {key: value for key, value in good.items() if key != name}
            # RFC 6749, 3.2: a parameter without a value counts as left out.
            for missing in (rest, {**rest, name: ""}):
                expect_error(kit, kit.request_token(**missing), "invalid_request")
        for grant in ("authorization", "PASSWORD", "implicit", "x"):
            refused = kit.request_token(**{**good, "grant_type": grant})
            expect_error(kit, refused, "unsupported_grant_type")
    for change in (
        {"username": f"{user.login}-nobody"},
        {"password": f"{user.password}x"},
        {"password": user.password.upper()},
        {"username": user.password, "password": user.login},
    ):
        expect_error(kit, user.request_token(**change), "invalid_grant")
    expect_error(kit, kit.request_token(), "invalid_request")
    kit.expect(user.request_token(), 200)


@check("token-errors", needs=NEEDS, isolated=True)
def a_grant_that_the_application_lacks_is_refused(kit: CheckContext) -> None:
    """client_credentials for one that logs in users; password and refresh for a trusted one."""
    session = (user := User(kit)).log_in()
    kit.need(
        is_trusted(kit.target.identities["client"]),
        "the identity client does not use the grant client_credentials",
    )
    credentials = {"grant_type": "client_credentials", **kit.application("login")}
    for refused in (
        kit.request_token(**credentials),
        user.request_token("client"),
        session.request_refresh(**kit.application("client")),
    ):
        expect_error(kit, refused, "unauthorized_client")
    session.expect_good()


@check("token-errors", needs=NEEDS, isolated=True)
def only_the_whole_secret_and_password_are_right(kit: CheckContext) -> None:
    """Parts, other case; those of another application, and of another user."""
    user = User(kit, password=_PASSWORD)
    colleague = User(kit, user.group)
    expect_works(kit, user.request_token(), user.login)
    key, secret = kit.application("login").values()
    known = {one.application["client_secret"] for one in kit.target.identities.values()}
    for wrong in {*near_misses(secret), *known} - {secret}:
        expect_error(kit, user.request_token(client_secret=wrong), "invalid_client")
    if key.swapcase() != key:
        expect_error(kit, user.request_token(client_id=key.swapcase()), "invalid_client")
    for wrong in (
        *near_misses(_PASSWORD), _PASSWORD.strip(), _PASSWORD.replace("\U0001f511", "?"),
        _PASSWORD.replace("\U0001f511", ""), colleague.password, f"{_PASSWORD[:-2]}x ",
    ):  # fmt: skip
        expect_error(kit, user.request_token(password=wrong), "invalid_grant")


@check("token-errors", needs=NEEDS, isolated=True)
def only_the_whole_login_is_right(kit: CheckContext) -> None:
    """Not a part of it, no pattern that it matches, and no other property of the user."""
    email = f"{kit.run_id}-{kit.random.randrange(16**12):x}@example.com"
    user = User(kit, email=email)
    login = user.login
    for wrong in (
        login[:-1], login[1:], f" {login}", f"{login} ", login.swapcase(), email,
        user.entry["name"], f"{login[:-2]}%", f"{login[:-1]}_", f"{login[:-1]}*", "%",
    ):  # fmt: skip
        expect_error(kit, user.request_token(username=wrong), "invalid_grant")
