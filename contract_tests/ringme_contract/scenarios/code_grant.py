"""The authorization code grant: the way of a user to a code, and what the code is good for."""

from __future__ import annotations

import base64
import hashlib
import re

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.scenarios.login_browser import Browser
from ringme_contract.scenarios.token_grants import (
    changed,
    expect_error,
    expect_token,
    expect_works,
    new_user,
)

_GRANT = ("authorization_code",)
_NEEDS = ("client", "public")
_VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


@check("code-grant", needs=_NEEDS, uses=_GRANT, isolated=True, smoke=True)
def a_user_logs_in_and_the_code_gives_tokens(kit: CheckContext) -> None:
    """By GET and by POST, step by step; then the next code comes without a login."""
    for method in ("GET", "POST"):
        login, password = new_user(kit)
        browser = Browser(kit, scope="all")
        away = browser.authorize(method)
        kit.expect_true("nobody gets a code without a login", not browser.leads_back(away))
        # As client programs do it: to the address as it stands, without a look at the page.
        back = browser.follow(away, username=login, password=password)
        kit.expect_true(
            "a login sets a cookie", "Set-Cookie" in kit.expect(back, 302).headers, "no Set-Cookie"
        )
        pairs = browser.brought(browser.follow(back))
        kit.expect_equal("what the redirect URI gets", [name for name, _ in pairs], ["code"])
        code = pairs[0][1]
        kit.expect_true(
            "the code is 30 letters and digits",
            re.fullmatch("[0-9A-Za-z]{30}", code) is not None,
            f"{len(code)} characters",
        )
        response = browser.exchange(code)
        expect_works(kit, response, login)
        expect_token(kit, response.json(), None)
        _expect_refreshes(kit, str(response.json().get("refresh_token")), login)
        second = browser.code()
        kit.expect_true("no code is given twice", second != code)
        expect_works(kit, browser.exchange(second), login)


def _expect_refreshes(kit: CheckContext, token: str, login: str) -> None:
    application = kit.target.identities["public"].application
    given = {"grant_type": "refresh_token", "refresh_token": token, **application}
    expect_works(kit, kit.request_token(**given), login)
    expect_error(kit, kit.request_token(**given), 401, "invalid_grant")


@check("code-grant", needs=_NEEDS, uses=_GRANT, isolated=True)
def each_browser_has_its_own_user(kit: CheckContext) -> None:
    """Two at the same time; and the next login of one of them is another user."""
    people = [new_user(kit) for _ in range(3)]
    browsers = [Browser(kit) for _ in people[:2]]
    codes = [one.code_of(*who) for one, who in zip(browsers, people, strict=False)]
    for browser, code, (login, _) in zip(browsers, codes, people, strict=False):
        expect_works(kit, browser.exchange(code), login)
    third = browsers[0].code_of(*people[2])
    expect_works(kit, browsers[0].exchange(third), people[2][0])


@check("code-once", needs=_NEEDS, uses=_GRANT, isolated=True, smoke=True)
def a_code_works_once_and_for_whom_it_was_given(kit: CheckContext) -> None:
    """Near misses, another redirect URI, a wrong secret; each leaves it good, its use does not."""
    login, password = new_user(kit)
    browser = Browser(kit)
    code = browser.code_of(login, password)
    secret = kit.target.identities["public"].application["client_secret"]
    for wrong in (changed(code), code[:-1], code.swapcase(), "0" * 30):
        expect_error(kit, browser.exchange(wrong), 401, "invalid_grant")
    for uri in (f"{browser.redirect_uri}/", browser.redirect_uri[:-1], "http://127.0.0.1/"):
        refused = browser.exchange(code, redirect_uri=uri)
        expect_error(kit, refused, 401, "invalid_grant")
    wrong_secret = browser.exchange(code, client_secret=changed(secret))
    expect_error(kit, wrong_secret, 401, "invalid_client")
    for name in ("code", "redirect_uri", "client_id", "client_secret"):
        expect_error(kit, browser.exchange(code, **{name: ""}), 400, "invalid_request")
    if "login" in kit.target.identities:
        other = kit.target.identities["login"].application
        expect_error(kit, browser.exchange(code, **other), 400, "unauthorized_client")
    expect_works(kit, browser.exchange(code), login)
    expect_error(kit, browser.exchange(code), 401, "invalid_grant")


@check("code-once", needs=_NEEDS, uses=_GRANT, isolated=True)
def a_code_is_good_for_its_application_alone(kit: CheckContext) -> None:
    """Another public application of the same client gets 401 with it, and does not use it up."""
    kit.need_offered(
        "other_public" in kit.target.identities, "the target names no identity other_public"
    )
    login, password = new_user(kit)
    browser = Browser(kit)
    code = browser.code_of(login, password)
    other = kit.target.identities["other_public"].application
    expect_error(kit, browser.exchange(code, **other), 401, "invalid_grant")
    expect_works(kit, browser.exchange(code), login)


@check("code-once", needs=_NEEDS, uses=_GRANT)
def a_code_used_at_once_works_once(kit: CheckContext) -> None:
    """Four requests with the same one: one gives tokens, the others are 401."""
    browser = Browser(kit)
    code = browser.code_of(*new_user(kit))
    responses = kit.at_once([lambda: browser.exchange(code)] * 4)
    statuses = sorted(one.status_code for one in responses)
    kit.expect_equal("statuses of one code four times", statuses, [200, 401, 401, 401])


@check("code-once", needs=_NEEDS, uses=_GRANT, isolated=True)
def a_code_of_who_is_blocked_or_gone_gives_nothing(kit: CheckContext) -> None:
    """403 while the user is blocked, 401 once it is deleted, and neither is logged in then."""
    user, password = kit.new_group_user(kit.new_group()["id"])
    browser, client = Browser(kit), kit.client
    code = browser.code_of(user["login"], password)
    kit.expect(client.put(kit.path("user", user["id"]), {"status": "blocked"}), 200)
    kit.expect(browser.exchange(code), 403, "user_blocked")
    kit.expect_true("a blocked user gets no further code", not browser.is_logged_in())
    kit.expect(client.delete(kit.path("user", user["id"])), 204)
    expect_error(kit, browser.exchange(code), 401, "invalid_grant")
    kit.expect_true("a deleted user gets no further code", not browser.is_logged_in())


@check("code-replayed", needs=_NEEDS, uses=_GRANT, isolated=True)
def a_second_use_ends_what_the_first_one_gave(kit: CheckContext) -> None:
    """Access token and refresh token; what another code gave stays good."""
    login, password = new_user(kit)
    browser = Browser(kit)
    code = browser.code_of(login, password)
    first = browser.exchange(code)
    expect_works(kit, first, login)
    other = browser.exchange(browser.code())
    expect_error(kit, browser.exchange(code), 401, "invalid_grant")
    application = kit.target.identities["public"].application
    caller = kit.anonymous.request(
        "GET", kit.me, headers={"Authorization": f"Bearer {first.json()['access_token']}"}
    )
    kit.expect(caller, 401)
    refused = kit.request_token(
        grant_type="refresh_token", refresh_token=first.json()["refresh_token"], **application
    )
    expect_error(kit, refused, 401, "invalid_grant")
    expect_works(kit, other, login)


@check("code-state", needs=_NEEDS, uses=_GRANT, isolated=True, smoke=True)
def state_comes_back_behind_the_code_or_the_error(kit: CheckContext) -> None:
    """Text with all that has a meaning in URLs and in HTML; nothing if none was sent."""
    browser = Browser(kit)
    kit.expect(browser.log_in(*new_user(kit)), 302)
    for state in ("xyZ", " a b+c&code=d#e=%20 ", "\"'><script>&amp;", "x" * 500):
        browser.query["state"] = state
        pairs = browser.come_back()
        names = [name for name, _ in pairs]
        kit.expect_equal("what the redirect URI gets", names, ["code", "state"])
        kit.expect_equal("the state that comes back", pairs[1][1], state)
        for wrong in ("token", ""):
            pairs = browser.brought(browser.authorize(response_type=wrong))
            expected = [("error", "unsupported_response_type"), ("state", state)]
            kit.expect_equal(f"what comes of the response_type {wrong!r}", pairs, expected)
    del browser.query["state"]
    kit.expect_equal(
        "what the redirect URI gets", [one for one, _ in browser.come_back()], ["code"]
    )


@check("code-redirect", needs=_NEEDS, uses=_GRANT, isolated=True, smoke=True)
def nothing_leads_to_an_address_that_the_application_does_not_have(kit: CheckContext) -> None:
    """Addresses that are near its own, foreign ones, no scheme; with a login and without: 400."""
    browser, stranger = Browser(kit), Browser(kit)
    kit.expect(browser.log_in(*new_user(kit)), 302)
    own = browser.redirect_uri
    scheme, _, rest = own.partition("://")
    wrong = [
        "http://evil.example/", f"{own}/", f"{own}/../x", f"{own}#x", f"{own}x", own[:-1],
        f" {own}", own.swapcase(), f"//{rest}", f"{scheme}://evil.example@{rest}",
        f"http://evil.example/?{own}", "javascript:alert(1)", "",
    ]  # fmt: skip
    for changes in (
        *({"redirect_uri": uri} for uri in wrong),
        {"client_id": "0" * 32},
        {"client_id": changed(browser.query["client_id"])},
        {"client_id": ""},
    ):
        for response in (
            browser.authorize(**changes),
            browser.authorize("POST", **changes),
            stranger.authorize(**changes),
            stranger.login_page(**changes),
        ):
            kit.expect(response, 400)
            kit.expect_true("a 400 has no Location", "Location" not in response.headers)


@check("code-pkce", needs=_NEEDS, uses=(*_GRANT, "pkce"), isolated=True)
def a_challenge_needs_its_verifier(kit: CheckContext) -> None:
    """S256 and plain: none and a wrong one are 401 and leave the code good."""
    login, password = new_user(kit)
    digest = hashlib.sha256(_VERIFIER.encode()).digest()
    hashed = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    for challenge, method in ((hashed, "S256"), (_VERIFIER, "plain"), (_VERIFIER, "")):
        browser = Browser(kit, code_challenge=challenge, code_challenge_method=method)
        code = browser.code_of(login, password)
        expect_error(kit, browser.exchange(code), 401, "invalid_grant")
        for wrong in ({hashed, changed(_VERIFIER)}) - {_VERIFIER}:
            refused = browser.exchange(code, code_verifier=wrong)
            expect_error(kit, refused, 401, "invalid_grant")
        expect_works(kit, browser.exchange(code, code_verifier=_VERIFIER), login)
