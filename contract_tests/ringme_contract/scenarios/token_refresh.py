"""Refresh tokens and revoking, also where two requests come at once."""

from __future__ import annotations

from functools import partial

import httpx

from ringme_contract.caller import Caller
from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.scenarios.token_grants import (
    changed,
    expect_error,
    expect_token,
    expect_works,
    new_user,
)
from ringme_contract.scenarios.views import Session, request_token


@check("refresh", needs=("client", "login"), isolated=True, smoke=True)
def a_refresh_token_gives_a_new_pair_once(kit: CheckContext) -> None:
    """Three times over; each former one is worth nothing then, however often it comes."""
    login, password = new_user(kit)
    session = Session(kit, "new group user", login, password)
    used: list[str] = []
    tokens = {str(session.caller.token)}
    for _ in range(3):
        response = session.request_refresh()
        tokens.add(expect_works(kit, response, login))
        expect_token(kit, response.json(), None)
        used.append(session.refresh)
        session.refresh = str(response.json()["refresh_token"])
        kit.expect_true("the refresh token is a new one", session.refresh not in used)
        for one in used:
            expect_error(kit, _refresh(kit, one), 401, "invalid_grant")
    kit.expect_equal("how many different access tokens there were", len(tokens), 4)
    # That former ones came again does not spoil the last one, nor what came with the first.
    expect_works(kit, session.request_refresh(), login)
    kit.expect(session.caller.get(kit.me), 200)


@check("refresh", needs=("client", "login"), isolated=True)
def what_is_no_refresh_token_is_refused(kit: CheckContext) -> None:
    """A made-up one, an access token, one with a wrong secret (which does not use it up)."""
    login, password = new_user(kit)
    session = Session(kit, "new group user", login, password)
    near = (changed(session.refresh), session.refresh.swapcase(), session.refresh[:-1])
    for bad in ("0" * 30, str(session.caller.token), *near, "x"):
        expect_error(kit, _refresh(kit, bad), 401, "invalid_grant")
    kit.expect(Caller(kit, "refresh token", session.refresh).get(kit.me), 401)
    application = kit.target.identities["login"].application
    wrong = {**application, "client_secret": changed(application["client_secret"])}
    response = kit.request_token(grant_type="refresh_token", refresh_token=session.refresh, **wrong)
    expect_error(kit, response, 401, "invalid_client")
    expect_works(kit, session.request_refresh(), login)


@check("refresh", needs=("client", "login"), isolated=True)
def the_refresh_token_of_who_is_gone_is_refused(kit: CheckContext) -> None:
    """401 once its user is deleted, 403 while its user is blocked."""
    user, password = kit.new_group_user(kit.new_group()["id"])
    session = Session(kit, "new group user", user["login"], password)
    client = kit.client
    kit.expect(client.put(kit.path("user", user["id"]), {"status": "blocked"}), 200)
    kit.expect(session.request_refresh(), 403, "user_blocked")
    kit.expect(client.delete(kit.path("user", user["id"])), 204)
    expect_error(kit, session.request_refresh(), 401, "invalid_grant")


@check("refresh", needs=("client", "login"), isolated=True)
def a_refresh_token_is_good_for_its_application_alone(kit: CheckContext) -> None:
    """Another application of the same client gets 401 with it; each keeps its own scope."""
    kit.need_offered(
        "other_login" in kit.target.identities, "the target names no identity other_login"
    )
    login, password = new_user(kit)
    other = kit.target.identities["other_login"].application
    person = {"grant_type": "password", "username": login, "password": password}
    theirs = kit.request_token(**person, **other)
    expect_works(kit, theirs, login)
    again = {"grant_type": "refresh_token", "refresh_token": theirs.json()["refresh_token"]}
    refreshed = kit.expect(kit.request_token(**again, **other), 200).json()
    kit.expect_equal("the scope of a refreshed token", refreshed["scope"], theirs.json()["scope"])
    session = Session(kit, "new group user", login, password)
    response = kit.request_token(grant_type="refresh_token", refresh_token=session.refresh, **other)
    expect_error(kit, response, 401, "invalid_grant")
    expect_works(kit, session.request_refresh(), login)


def _refresh(kit: CheckContext, token: str) -> httpx.Response:
    application = kit.target.identities["login"].application
    return kit.request_token(grant_type="refresh_token", refresh_token=token, **application)


_NEEDS = ("client", "login")


def _revoke(kit: CheckContext, **parameters: str) -> httpx.Response:
    return kit.anonymous.request("POST", kit.path.only("revoke"), data=parameters)


def _expect_done(kit: CheckContext, response: httpx.Response) -> None:
    kit.expect(response, 200)
    kit.expect_equal("the body of the response", response.content, b"")


def _expect_good(kit: CheckContext, session: Session, login: str) -> None:
    kit.expect(session.caller.get(kit.me), 200)
    expect_works(kit, session.request_refresh(), login)


@check("revoke", needs=_NEEDS, uses=("revoke",), isolated=True, smoke=True)
def a_revoked_access_token_ends_with_its_refresh_token(kit: CheckContext) -> None:
    """Those of another login of the same user stay good; revoking it once more is a 200."""
    login, password = new_user(kit)
    application = kit.target.identities["login"].application
    session, other = (Session(kit, "new group user", login, password) for _ in range(2))
    for _ in range(2):
        _expect_done(kit, _revoke(kit, token=str(session.caller.token), **application))
        session.expect_over("a login that was revoked")
    _expect_good(kit, other, login)


@check("revoke-refresh", needs=_NEEDS, uses=("revoke",), isolated=True)
def a_revoked_refresh_token_ends_with_its_access_token(kit: CheckContext) -> None:
    """Those of before a refresh too; those of another login of the same user stay good."""
    login, password = new_user(kit)
    application = kit.target.identities["login"].application
    session, other = (Session(kit, "new group user", login, password) for _ in range(2))
    session.refresh = str(kit.expect(session.request_refresh(), 200).json()["refresh_token"])
    _expect_done(kit, _revoke(kit, token=session.refresh, **application))
    session.expect_over("a login that was revoked")
    _expect_good(kit, other, login)


@check("revoke", needs=_NEEDS, uses=("revoke",), isolated=True)
def what_is_not_the_applications_stays_good(kit: CheckContext) -> None:
    """Unknown tokens and those of another application are a 200, mistakes have their error."""
    login, password = new_user(kit)
    session = Session(kit, "new group user", login, password)
    token = str(session.caller.token)
    application = kit.target.identities["login"].application
    for unknown in ("0" * 30, changed(token), "x"):
        _expect_done(kit, _revoke(kit, token=unknown, **application))
    others = [one for one in ("client", "other_login") if one in kit.target.identities]
    for name in others:
        other = kit.target.identities[name].application
        _expect_done(kit, _revoke(kit, token=token, **other))
    wrong = {**application, "client_secret": changed(application["client_secret"])}
    expect_error(kit, _revoke(kit, token=token, **wrong), 401, "invalid_client")
    expect_error(kit, _revoke(kit, **application), 400, "invalid_request")
    for missing in application:
        rest = {key: value for key, value in application.items() if key != missing}
        expect_error(kit, _revoke(kit, token=token, **rest), 400, "invalid_request")
    _expect_good(kit, session, login)
    # A login after it is no part of what was revoked before it.
    _expect_done(kit, _revoke(kit, token=token, **application))
    expect_works(kit, request_token(kit, login, password), login)


_ROUNDS = 3


@check("at-once", needs=("client", "login"))
def a_refresh_token_used_at_once_works_once(kit: CheckContext) -> None:
    """Four requests with the same one: one gives a pair, the others are 401."""
    login, password = new_user(kit)
    for _ in range(_ROUNDS):
        session = Session(kit, "new group user", login, password)
        responses = kit.at_once([session.request_refresh] * 4)
        statuses = sorted(one.status_code for one in responses)
        kit.expect_equal("statuses of one refresh token four times", statuses, [200, 401, 401, 401])


@check("at-once", needs=("client", "login"))
def logins_at_once_are_each_their_own(kit: CheckContext) -> None:
    """Several users at the same moment, some times over: a token of its own for each of them."""
    users = [new_user(kit) for _ in range(4)] * _ROUNDS
    responses = kit.at_once([partial(request_token, kit, *one) for one in users])
    tokens = [str(kit.expect(one, 200).json()["access_token"]) for one in responses]
    kit.expect_equal(f"how many tokens {len(users)} logins give", len(set(tokens)), len(users))
    for (login, _), token in zip(users, tokens, strict=True):
        got = Caller(kit, "one of several", token).read(kit.me)["login"]
        kit.expect_equal("the user of a login among others", got, login)
