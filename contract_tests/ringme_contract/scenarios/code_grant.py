"""The authorization code grant: how a user gets a code, and what the code is valid for."""

from __future__ import annotations

import base64
import hashlib
import re

import httpx

from ringme_contract.caller import Caller
from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.scenarios.login_page import Browser
from ringme_contract.scenarios.users import (
    User,
    changed,
    expect_error,
    expect_token,
    expect_works,
)

_GRANT = ("authorization_code",)
_NEEDS = ("client", "public")
_STATE = " a b+c&code=d#e=%20 "
_VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


@check("code-grant", needs=_NEEDS, uses=_GRANT, isolated=True, smoke=True)
def a_user_logs_in_and_the_code_gives_tokens(kit: CheckContext) -> None:
    """By GET and POST, whatever the scope, step by step; the next code needs no login."""
    for method, scope in (("GET", "all"), ("POST", "contract")):
        user, browser = User(kit), Browser(kit, scope=scope)
        away = browser.authorize(method)
        kit.expect_true("there is no code without a login", not browser.leads_back(away))
        # As client programs do it: post to the address directly, without reading the page.
        back = browser.follow(away, username=user.login, password=user.password)
        kit.expect_true("a login sets a cookie", "Set-Cookie" in kit.expect(back, 302).headers)
        pairs = browser.brought(browser.follow(back))
        kit.expect_equal(
            "parameters that the redirect URI gets", [name for name, _ in pairs], ["code"]
        )
        code = pairs[0][1]
        is_code = re.fullmatch("[0-9A-Za-z]{30}", code) is not None
        kit.expect_true("the code is 30 letters and digits", is_code, f"{len(code)} characters")
        response = browser.exchange(code)
        expect_works(kit, response, user.login)
        expect_token(kit, response)
        expect_works(kit, _refresh(kit, response), user.login)
        expect_error(kit, _refresh(kit, response), "invalid_grant")
        second = browser.code()
        kit.expect_true("no code is issued twice", second != code)
        expect_works(kit, browser.exchange(second), user.login)


def _refresh(kit: CheckContext, response: httpx.Response) -> httpx.Response:
    given = {"grant_type": "refresh_token", "refresh_token": response.json()["refresh_token"]}
    return kit.request_token(**given, **kit.application("public"))


@check("code-grant", needs=_NEEDS, uses=_GRANT, isolated=True)
def each_browser_has_its_own_user(kit: CheckContext) -> None:
    """Two browsers at the same time; a second login in one of them changes its user."""
    browsers, users = [Browser(kit) for _ in range(2)], [User(kit) for _ in range(3)]
    codes = [browser.code_of(user) for browser, user in zip(browsers, users, strict=False)]
    for browser, code, user in zip(browsers, codes, users, strict=False):
        expect_works(kit, browser.exchange(code), user.login)
    third = browsers[0].code_of(users[2])
    expect_works(kit, browsers[0].exchange(third), users[2].login)


@check("code-once", needs=_NEEDS, uses=_GRANT, isolated=True, smoke=True)
def a_code_works_once_and_for_whom_it_was_given(kit: CheckContext) -> None:
    """Wrong codes, redirect URIs and secrets leave it valid; its use does not."""
    user, browser = User(kit), Browser(kit)
    code, uri = browser.code_of(user), browser.redirect_uri
    for wrong in (changed(code), code[:-1], code.swapcase(), "0" * 30):
        expect_error(kit, browser.exchange(wrong), "invalid_grant")
    for wrong in (f"{uri}/", uri[:-1], "http://127.0.0.1/"):
        expect_error(kit, browser.exchange(code, redirect_uri=wrong), "invalid_grant")
    wrong = changed(kit.application("public")["client_secret"])
    expect_error(kit, browser.exchange(code, client_secret=wrong), "invalid_client")
    for name in ("code", "redirect_uri", "client_id", "client_secret"):
        expect_error(kit, browser.exchange(code, **{name: ""}), "invalid_request")
    if "login" in kit.target.identities:
        refused = browser.exchange(code, **kit.application("login"))
        expect_error(kit, refused, "unauthorized_client")
    expect_works(kit, browser.exchange(code), user.login)
    expect_error(kit, browser.exchange(code), "invalid_grant")


@check("code-once", needs=_NEEDS, uses=_GRANT, isolated=True)
def a_code_is_good_for_its_application_alone(kit: CheckContext) -> None:
    """Another public application of the client gets 401 and does not use it up."""
    other, user, browser = kit.application("other_public"), User(kit), Browser(kit)
    code = browser.code_of(user)
    expect_error(kit, browser.exchange(code, **other), "invalid_grant")
    expect_works(kit, browser.exchange(code), user.login)


@check("code-once", needs=_NEEDS, uses=_GRANT)
def a_code_used_at_once_works_once(kit: CheckContext) -> None:
    """Four concurrent requests: one gets tokens, the others are 401."""
    browser = Browser(kit)
    code = browser.code_of(User(kit))
    statuses = [one.status_code for one in kit.at_once([lambda: browser.exchange(code)] * 4)]
    kit.expect_equal(
        "statuses of four requests with the same code", sorted(statuses), [200, 401, 401, 401]
    )


@check("code-once", needs=_NEEDS, uses=_GRANT, isolated=True)
def a_code_of_who_is_blocked_or_gone_gives_nothing(kit: CheckContext) -> None:
    """403 while the user is blocked, 401 after it is deleted; neither stays logged in.

    A code refused because of the block works once the user is active.
    """
    user, browser = User(kit), Browser(kit)
    first, code = browser.code_of(user), browser.code()
    user.change(status="blocked")
    for one in (first, code):
        kit.expect(browser.exchange(one), 403, "user_blocked")
    kit.expect_true("a blocked user gets no further code", not browser.is_logged_in())
    user.change(status="active")
    expect_works(kit, browser.exchange(first), user.login)
    user.delete()
    expect_error(kit, browser.exchange(code), "invalid_grant")
    kit.expect_true("a deleted user gets no further code", not browser.is_logged_in())


@check("code-replayed", needs=_NEEDS, uses=_GRANT, isolated=True)
def a_second_use_ends_what_the_first_one_gave(kit: CheckContext) -> None:
    """Access token and refresh token end; tokens of another code stay valid."""
    user, browser = User(kit), Browser(kit)
    code = browser.code_of(user)
    first = browser.exchange(code)
    token = expect_works(kit, first, user.login)
    other = browser.exchange(browser.code())
    expect_error(kit, browser.exchange(code), "invalid_grant")
    kit.expect(Caller(kit, "token of a code used twice", token).get(kit.me), 401)
    expect_error(kit, _refresh(kit, first), "invalid_grant")
    expect_works(kit, other, user.login)


@check("code-state", needs=_NEEDS, uses=_GRANT, isolated=True, smoke=True)
def state_comes_back_behind_the_code_or_the_error(kit: CheckContext) -> None:
    """Text with special characters of URLs and HTML, also by the login page; or nothing."""
    user, browser = User(kit), Browser(kit, state=_STATE)
    away = browser.authorize()
    back = browser.follow(away, username=user.login, password=user.password)
    came = [value for name, value in browser.brought(browser.follow(back)) if name == "state"]
    kit.expect_equal("the state that comes back from the login page", came, [_STATE])
    for state in ("xyZ", _STATE, "\"'><script>&amp;", "x" * 500):
        browser.query["state"] = state
        pairs = browser.come_back()
        names = [name for name, _ in pairs]
        kit.expect_equal("parameters that the redirect URI gets", names, ["code", "state"])
        kit.expect_equal("the state that comes back", pairs[1][1], state)
        for wrong in ("token", ""):
            pairs = browser.brought(browser.authorize(response_type=wrong))
            expected = [("error", "unsupported_response_type"), ("state", state)]
            kit.expect_equal(f"redirect for the response_type {wrong!r}", pairs, expected)
    del browser.query["state"]
    names = [name for name, _ in browser.come_back()]
    kit.expect_equal("parameters that the redirect URI gets", names, ["code"])


@check("code-redirect", needs=_NEEDS, uses=_GRANT, isolated=True, smoke=True)
def nothing_leads_to_an_address_that_the_application_does_not_have(kit: CheckContext) -> None:
    """URIs similar to its own, foreign ones, no scheme; with and without a login: 400."""
    browser, stranger = Browser(kit), Browser(kit)
    browser.code_of(User(kit))
    own = browser.redirect_uri
    scheme, _, rest = own.partition("://")
    wrong = [
        "http://evil.example/", f"{own}/", f"{own}/../x", f"{own}#x", f"{own}x", own[:-1],
        f" {own}", own.swapcase(), f"//{rest}", f"{scheme}://evil.example@{rest}",
        f"http://evil.example/?{own}", "javascript:alert(1)", "",
    ]  # fmt: skip
    others = ("0" * 32, changed(browser.query["client_id"]), "")
    for changes in (
        *({"redirect_uri": uri} for uri in wrong),
        *({"client_id": one} for one in others),
        {"redirect_uri": wrong[0], "response_type": "token"},
    ):
        for response in (
            browser.authorize(**changes), browser.authorize("POST", **changes),
            stranger.authorize(**changes), stranger.login_page(**changes),
        ):  # fmt: skip
            kit.expect(response, 400)
            kit.expect_true("a 400 has no Location", "Location" not in response.headers)


@check("code-pkce", needs=_NEEDS, uses=(*_GRANT, "pkce"), isolated=True)
def an_invalid_challenge_leads_back_as_an_error(kit: CheckContext) -> None:
    """Too short, of other characters, or with an unknown method (RFC 7636, 4.4.1)."""
    browser, user = Browser(kit), User(kit)
    kit.expect(browser.log_in(user.login, user.password), 302)
    for wrong in (
        {"code_challenge": _VERIFIER[:42]},
        {"code_challenge": f"{_VERIFIER[:42]}+"},
        {"code_challenge": _VERIFIER, "code_challenge_method": "S512"},
    ):
        pairs = browser.brought(browser.authorize(**wrong))
        kit.expect_equal(f"redirect for {wrong}", pairs, [("error", "invalid_request")])


@check("code-pkce", needs=_NEEDS, uses=(*_GRANT, "pkce"), isolated=True)
def a_challenge_needs_its_verifier(kit: CheckContext) -> None:
    """S256 and plain: a missing or wrong verifier is a 401 and leaves the code valid."""
    user = User(kit)
    digest = hashlib.sha256(_VERIFIER.encode()).digest()
    hashed = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    for challenge, method in ((hashed, "S256"), (_VERIFIER, "plain"), (_VERIFIER, "")):
        browser = Browser(kit, code_challenge=challenge, code_challenge_method=method)
        code = browser.code_of(user)
        expect_error(kit, browser.exchange(code), "invalid_grant")
        for wrong in (hashed, changed(_VERIFIER)):
            expect_error(kit, browser.exchange(code, code_verifier=wrong), "invalid_grant")
        expect_works(kit, browser.exchange(code, code_verifier=_VERIFIER), user.login)
