"""Refresh tokens: a new pair each, once, and for whom they were given."""

from __future__ import annotations

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
from ringme_contract.scenarios.views import Session
from ringme_contract.verdict import NotOffered


@check("refresh", layer="scenarios", needs=("client", "login"), isolated=True, smoke=True)
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
    # That former ones came again does not spoil the last one.
    expect_works(kit, session.request_refresh(), login)


@check("refresh", layer="scenarios", needs=("client", "login"), isolated=True)
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


@check("refresh", layer="scenarios", needs=("client", "login"), isolated=True)
def the_refresh_token_of_who_is_gone_is_refused(kit: CheckContext) -> None:
    """401 once its user is deleted, 403 while its user is blocked."""
    user, password = kit.new_group_user(kit.new_group()["id"])
    session = Session(kit, "new group user", user["login"], password)
    client = kit.caller("client")
    kit.expect(client.put(kit.path("user", user["id"]), {"status": "blocked"}), 200)
    kit.expect(session.request_refresh(), 403, "user_blocked")
    kit.expect(client.delete(kit.path("user", user["id"])), 204)
    expect_error(kit, session.request_refresh(), 401, "invalid_grant")


@check("refresh", layer="scenarios", needs=("client", "login"), isolated=True)
def a_refresh_token_is_good_for_its_application_alone(kit: CheckContext) -> None:
    """Another application of the same client gets 401 with it, and does not use it up."""
    if "other_login" not in kit.target.identities:
        raise NotOffered("the target names no identity other_login")
    login, password = new_user(kit)
    other = kit.target.identities["other_login"].application
    person = {"grant_type": "password", "username": login, "password": password}
    expect_works(kit, kit.request_token(**person, **other), login)
    session = Session(kit, "new group user", login, password)
    response = kit.request_token(grant_type="refresh_token", refresh_token=session.refresh, **other)
    expect_error(kit, response, 401, "invalid_grant")
    expect_works(kit, session.request_refresh(), login)


def _refresh(kit: CheckContext, token: str) -> httpx.Response:
    application = kit.target.identities["login"].application
    return kit.request_token(grant_type="refresh_token", refresh_token=token, **application)
