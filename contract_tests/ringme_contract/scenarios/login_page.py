"""The login page: whom it lets in, and what it keeps out."""

from __future__ import annotations

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.scenarios.login_browser import Browser
from ringme_contract.scenarios.users import User, changed, expect_works, near_misses

_GRANT = ("authorization_code",)
_NEEDS = ("client", "public")
_MARKUP = "\"'><script>alert(1)</script>"


def _expect_page_again(kit: CheckContext, browser: Browser, login: str, password: str) -> None:
    kit.expect(browser.log_in(login, password), 200)
    kit.expect_true("who was refused is not logged in", not browser.is_logged_in())


@check("code-login", needs=_NEEDS, uses=_GRANT, isolated=True, smoke=True)
def a_wrong_login_gets_the_page_again(kit: CheckContext) -> None:
    """Login or password wrong, swapped, missing, nearly right; then the right ones."""
    user, other, browser = User(kit), User(kit), Browser(kit)
    login, password = user.login, user.password
    nearly = {*near_misses(password)} - {password}
    for wrong in (
        (login, changed(password)), *((login, one) for one in nearly), (other.login, password),
        (f"{login}-nobody", password), (password, login), (login, ""), ("", password), ("", ""),
    ):  # fmt: skip
        _expect_page_again(kit, browser, *wrong)
    expect_works(kit, browser.exchange(browser.code_of(user)), login)


@check("code-login", needs=_NEEDS, uses=_GRANT, isolated=True)
def a_blocked_user_gets_the_page_again(kit: CheckContext) -> None:
    """And is let in once it is active."""
    user, browser = User(kit, status="blocked"), Browser(kit)
    _expect_page_again(kit, browser, user.login, user.password)
    user.change(status="active")
    expect_works(kit, browser.exchange(browser.code_of(user)), user.login)


@check("code-login", needs=(*_NEEDS, "other_client"), uses=_GRANT, isolated=True)
def a_user_of_another_client_gets_the_page_again(kit: CheckContext) -> None:
    """With its right password; it is not of the client of the application.

    Nor is who has logged in at an application logged in at one of another client.
    """
    user = User(kit, kit.new_group("other_client")["id"], identity="other_client")
    _expect_page_again(kit, Browser(kit), user.login, user.password)
    if "foreign_public" in kit.target.identities:
        browser = Browser(kit)
        browser.code_of(User(kit))
        browser.go_to("foreign_public")
        kit.expect_true("another client's user is not logged in", not browser.is_logged_in())


@check("code-page", needs=_NEEDS, uses=_GRANT, isolated=True)
def what_was_sent_is_shown_as_text(kit: CheckContext) -> None:
    """A login and a state that are markup are not part of the page."""
    browser = Browser(kit, state=_MARKUP)
    for page in (browser.login_page(), browser.log_in(_MARKUP, "x")):
        kit.expect(page, 200)
        kit.expect_true("markup that was sent is no markup", _MARKUP[3:] not in page.text)


@check("code-page", needs=_NEEDS, uses=_GRANT, isolated=True)
def no_cache_and_no_frame_has_the_page(kit: CheckContext) -> None:
    """`no-store`, and `frame-ancestors` or `X-Frame-Options`."""
    page = kit.expect(Browser(kit).login_page(), 200)
    cached = page.headers.get("Cache-Control", "")
    kit.expect_true("Cache-Control has no-store", "no-store" in cached, cached)
    policy = page.headers.get("Content-Security-Policy", "")
    framed = f"{policy} {page.headers.get('X-Frame-Options', '')}".strip()
    kit.expect_true(
        "no other site may frame it",
        "frame-ancestors 'none'" in framed
        or "frame-ancestors 'self'" in framed
        or page.headers.get("X-Frame-Options", "").upper() in ("DENY", "SAMEORIGIN"),
        framed,
    )


@check("code-page", needs=_NEEDS, uses=_GRANT, isolated=True)
def a_form_of_another_site_logs_nobody_in(kit: CheckContext) -> None:
    """As a browser sends it: with the origin of that site, and with what it says of itself."""
    user = User(kit)
    for headers in (
        {"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://evil.example"},
    ):
        browser = Browser(kit)
        browser.log_in(user.login, user.password, headers)
        kit.expect_true("a form of another site logs nobody in", not browser.is_logged_in())
