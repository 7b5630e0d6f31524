"""Revoking tokens: which end, and which stay good."""

from __future__ import annotations

import httpx

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.scenarios.token_grants import changed, expect_error, expect_works, new_user
from ringme_contract.scenarios.views import Session, request_token

_NEEDS = ("client", "login")


def _revoke(kit: CheckContext, **parameters: str) -> httpx.Response:
    return kit.anonymous.request("POST", kit.path.only("revoke"), data=parameters)


def _expect_done(kit: CheckContext, response: httpx.Response) -> None:
    kit.expect(response, 200)
    kit.expect_equal("the body of the response", response.content, b"")


def _expect_good(kit: CheckContext, session: Session, login: str) -> None:
    kit.expect(session.caller.get(kit.me), 200)
    expect_works(kit, session.request_refresh(), login)


@check("revoke", layer="scenarios", needs=_NEEDS, uses=("revoke",), isolated=True, smoke=True)
def a_revoked_access_token_ends_with_its_refresh_token(kit: CheckContext) -> None:
    """Those of another login of the same user stay good; revoking it once more is a 200."""
    login, password = new_user(kit)
    application = kit.target.identities["login"].application
    session, other = (Session(kit, "new group user", login, password) for _ in range(2))
    for _ in range(2):
        _expect_done(kit, _revoke(kit, token=str(session.caller.token), **application))
        session.expect_over("a login that was revoked")
    _expect_good(kit, other, login)


@check("revoke-refresh", layer="scenarios", needs=_NEEDS, uses=("revoke",), isolated=True)
def a_revoked_refresh_token_ends_with_its_access_token(kit: CheckContext) -> None:
    """Those of another login of the same user stay good."""
    login, password = new_user(kit)
    application = kit.target.identities["login"].application
    session, other = (Session(kit, "new group user", login, password) for _ in range(2))
    _expect_done(kit, _revoke(kit, token=session.refresh, **application))
    session.expect_over("a login that was revoked")
    _expect_good(kit, other, login)


@check("revoke", layer="scenarios", needs=_NEEDS, uses=("revoke",), isolated=True)
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
