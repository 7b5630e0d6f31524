"""Refresh tokens and revoking, also with concurrent requests."""

from __future__ import annotations

import httpx

from ringme_contract.caller import Caller
from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.scenarios.token_parameters import from_each_place, request_with_basic
from ringme_contract.scenarios.users import (
    NEEDS,
    User,
    changed,
    expect_error,
    expect_token,
    expect_works,
)

_ROUNDS = 3


@check("refresh", needs=NEEDS, isolated=True, smoke=True)
def a_refresh_token_gives_a_new_pair_once(kit: CheckContext) -> None:
    """Three times in a row; used tokens stay invalid, however often they are sent."""
    session = (user := User(kit)).log_in()
    used, tokens = [], {session.token}
    for _ in range(_ROUNDS):
        response = session.request_refresh()
        tokens.add(expect_works(kit, response, user.login))
        expect_token(kit, response)
        used.append(session.refresh)
        session.refresh = str(response.json()["refresh_token"])
        kit.expect_true("the refresh token is a new one", session.refresh not in used)
        for one in used:
            expect_error(kit, session.request_refresh(refresh_token=one), "invalid_grant")
    kit.expect_equal("number of different access tokens", len(tokens), _ROUNDS + 1)
    # Repeated used tokens do not affect the last one, nor the first access token.
    session.expect_good()


@check("refresh", needs=NEEDS, isolated=True)
def what_is_no_refresh_token_is_refused(kit: CheckContext) -> None:
    """A made-up one, an access token, and one with a wrong secret, which does not use it up."""
    session = User(kit).log_in()
    good = session.refresh
    for bad in ("0" * 30, session.token, changed(good), good.swapcase(), good[:-1], "x"):
        expect_error(kit, session.request_refresh(refresh_token=bad), "invalid_grant")
    kit.expect(Caller(kit, "refresh token", good).get(kit.me), 401)
    wrong = changed(kit.application("login")["client_secret"])
    expect_error(kit, session.request_refresh(client_secret=wrong), "invalid_client")
    session.expect_good()


@check("refresh", needs=NEEDS, isolated=True)
def a_refresh_token_is_good_for_its_application_alone(kit: CheckContext) -> None:
    """Another application of the same client gets 401; each keeps its own scope."""
    other, user = kit.application("other_login"), User(kit)
    session, theirs = user.log_in(), user.log_in("other_login")
    expect_error(kit, session.request_refresh(**other), "invalid_grant")
    session.expect_good()
    refreshed = kit.expect(theirs.request_refresh(), 200).json()
    scope = theirs.response.json()["scope"]
    kit.expect_equal("the scope of a refreshed token", refreshed["scope"], scope)


def _revoke(kit: CheckContext, **parameters: str) -> httpx.Response:
    path = kit.path.only("revoke")
    return kit.anonymous.request("POST", path, data=parameters)


def _expect_done(kit: CheckContext, response: httpx.Response) -> None:
    kit.expect(response, 200)
    kit.expect_equal("the body of the response", response.content, b"")


@check("revoke", needs=NEEDS, uses=("revoke",), isolated=True, smoke=True)
def a_revoked_access_token_ends_with_its_refresh_token(kit: CheckContext) -> None:
    """Tokens of another login of the user stay valid; revoking twice is a 200.

    It may be the first pair of a login, or one from a refresh. Parameters are accepted in the same
    places as for a token, and a wrong hint changes nothing.
    """
    user, application = User(kit), kit.application("login")
    first, second, other = user.log_in(), user.log_in(), user.log_in()
    pair = kit.expect(second.request_refresh(), 200).json()
    second.token, second.refresh = pair["access_token"], pair["refresh_token"]
    second.caller = Caller(kit, "new group user", second.token)
    for session, hint in ((first, "refresh_token"), (first, "access_token"), (second, "x")):
        given = {"token": session.token, "token_type_hint": hint}
        _expect_done(kit, _revoke(kit, **given, **application))
        session.expect_over()
    other.expect_good()
    for response in from_each_place(kit, {"token": first.token, **application}, "revoke"):
        _expect_done(kit, response)
    _expect_done(kit, request_with_basic(kit, application, {"token": other.token}, "revoke"))
    other.expect_over()


@check("revoke-refresh", needs=NEEDS, uses=("revoke",), isolated=True)
def a_revoked_refresh_token_ends_with_its_access_token(kit: CheckContext) -> None:
    """Also one from before a refresh; tokens of another login of the user stay valid."""
    user, application = User(kit), kit.application("login")
    session, other = user.log_in(), user.log_in()
    session.refresh = str(kit.expect(session.request_refresh(), 200).json()["refresh_token"])
    _expect_done(kit, _revoke(kit, token=session.refresh, **application))
    session.expect_over()
    other.expect_good()


@check("revoke", needs=NEEDS, uses=("revoke",), isolated=True)
def what_is_not_the_applications_stays_good(kit: CheckContext) -> None:
    """Unknown tokens and those of another application are a 200; mistakes have their error."""
    user, application = User(kit), kit.application("login")
    session = user.log_in()
    token = session.token
    for unknown in ("0" * 30, changed(token), "x"):
        _expect_done(kit, _revoke(kit, token=unknown, **application))
    for name in {"client", "other_login"} & kit.target.identities.keys():
        _expect_done(kit, _revoke(kit, token=token, **kit.application(name)))
    wrong = {**application, "client_secret": changed(application["client_secret"])}
    expect_error(kit, _revoke(kit, token=token, **wrong), "invalid_client")
    good = {"token": token, **application}
    for missing in good:
        rest = {key: value for key, value in good.items() if key != missing}
        expect_error(kit, _revoke(kit, **rest), "invalid_request")
    session.expect_good()
    # A later login is not affected.
    _expect_done(kit, _revoke(kit, **good))
    expect_works(kit, user.request_token(), user.login)


@check("at-once", needs=NEEDS)
def a_refresh_token_used_at_once_works_once(kit: CheckContext) -> None:
    """Four concurrent requests: one gets a pair, the others are 401."""
    user = User(kit)
    for _ in range(_ROUNDS):
        statuses = [one.status_code for one in kit.at_once([user.log_in().request_refresh] * 4)]
        what = "statuses of four requests with the same refresh token"
        kit.expect_equal(what, sorted(statuses), [200, 401, 401, 401])


@check("at-once", needs=NEEDS)
def logins_at_once_are_each_their_own(kit: CheckContext) -> None:
    """Several users log in concurrently: each gets a token of its own."""
    users = [User(kit) for _ in range(4)] * _ROUNDS
    responses = kit.at_once([one.request_token for one in users])
    tokens = {
        expect_works(kit, response, user.login)
        for user, response in zip(users, responses, strict=True)
    }
    kit.expect_equal(f"number of different tokens of {len(users)} logins", len(tokens), len(users))
