"""The login page: a browser, and users who are let in or refused."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import httpx

from ringme_contract.caller import Caller
from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.scenarios.users import User, changed, expect_works, near_misses

Pairs = list[tuple[str, str]]
# Redirects from the login back to the application; a service may have steps of its own.
_MOST_STEPS = 6
_TO_APPLICATION = ("client_id", "redirect_uri")


class Browser:
    """A browser with its own cookies, at an application of the target; it follows no redirects."""

    def __init__(self, kit: CheckContext, through: str = "public", **query: str) -> None:
        self._kit = kit
        self._caller = Caller(kit, f"browser {next(kit.names)}", None)
        self.go_to(through, **query)

    def go_to(self, application: str, **query: str) -> None:
        """Switches to another application of the target, and keeps the cookies."""
        parameters = self._kit.target.identities[application].parameters
        self._application = self._kit.application(application)
        self.redirect_uri = parameters["redirect_uri"]
        named = {name: parameters[name] for name in _TO_APPLICATION}
        self.query = {"response_type": "code", **named, **query}

    def authorize(self, method: str = "GET", **changes: str) -> httpx.Response:
        """Requests the address that an application sends its user to."""
        return self._send(method, "authorize", changes)

    def login_page(self, method: str = "GET", **changes: str) -> httpx.Response:
        return self._send(method, "show_login", changes)

    def log_in(
        self, login: str, password: str, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        form = {"username": login, "password": password}
        return self._send("POST", "log_in", {}, data=form, headers=headers or {})

    def follow(self, response: httpx.Response, **form: str) -> httpx.Response:
        """Follows a redirect, by GET, or by POST with a form."""
        url = httpx.URL(self.location(response))
        own = httpx.URL(self._kit.target.url)
        address = str(url)
        if (url.host, url.port, url.scheme) == (own.host, own.port, own.scheme):
            # A path of the target, without the path of its URL.
            address = url.raw_path.decode("ascii").removeprefix(own.path.rstrip("/"))
        method = "POST" if form else "GET"
        return self._caller.request(method, address, **({"data": form} if form else {}))

    def location(self, response: httpx.Response) -> str:
        """The absolute URL of a redirect. Fails without one."""
        self._kit.expect(response, 302)
        location = str(response.headers.get("Location", ""))
        absolute = bool(urlsplit(location).scheme)
        self._kit.expect_true("Location is an absolute URL", absolute, location[:200])
        return location

    def leads_back(self, response: httpx.Response) -> bool:
        location = response.headers.get("Location", "")
        return response.is_redirect and location.startswith(
            (f"{self.redirect_uri}?", f"{self.redirect_uri}&")
        )

    def brought(self, response: httpx.Response) -> Pairs:
        """The parameters that a redirect adds to the redirect URI. Fails for another one."""
        location = self.location(response)
        self._kit.expect_true(
            "the redirect leads to the redirect URI of the application",
            self.leads_back(response),
            location.partition("?")[0],
        )
        pairs = parse_qsl(location[len(self.redirect_uri) + 1 :], keep_blank_values=True)
        for name, value in pairs:
            if name == "code":
                self._kit.transport.redaction.learn(value)
        return pairs

    def come_back(self) -> Pairs:
        """Goes on to the redirect URI as a logged-in user; returns its parameters."""
        response = self.authorize()
        for _ in range(_MOST_STEPS):
            if self.leads_back(response):
                return self.brought(response)
            self._kit.need(
                response.status_code != 200,
                "the application `public` asks its users for permission",
            )
            response = self.follow(response)
        return self.brought(response)

    def code(self) -> str:
        found = dict(self.come_back())
        self._kit.expect_true("the redirect URI gets a code", "code" in found, sorted(found))
        return found["code"]

    def code_of(self, user: User) -> str:
        """Logs a user in, and returns the code."""
        self._kit.expect(self.log_in(user.login, user.password), 302)
        return self.code()

    def is_logged_in(self) -> bool:
        return self.leads_back(self.authorize())

    def exchange(self, code: str, /, **changes: str) -> httpx.Response:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            **self._application,
        }
        return self._kit.anonymous.request("POST", self._kit.token_path, data={**form, **changes})

    def _send(
        self, method: str, action: str, changes: dict[str, str], **arguments: object
    ) -> httpx.Response:
        path = self._kit.path.operation(action).path
        # An empty value removes a parameter.
        query = {name: one for name, one in {**self.query, **changes}.items() if one}
        return self._caller.request(method, path, params=query, **arguments)


_GRANT = ("authorization_code",)
_NEEDS = ("client", "public")
_MARKUP = "\"'><script>alert(1)</script>"


def _expect_page_again(kit: CheckContext, browser: Browser, login: str, password: str) -> None:
    kit.expect(browser.log_in(login, password), 200)
    kit.expect_true("a refused user is not logged in", not browser.is_logged_in())


@check("body", needs=("public",), uses=("authorization_code",))
def the_login_page_takes_a_form_alone(kit: CheckContext) -> None:
    """415 for a form whose media type is text/plain."""
    response = Browser(kit).log_in("x", "y", {"Content-Type": "text/plain"})
    kit.expect(response, 415)


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
    """It is let in once it is active."""
    user, browser = User(kit, status="blocked"), Browser(kit)
    _expect_page_again(kit, browser, user.login, user.password)
    user.change(status="active")
    expect_works(kit, browser.exchange(browser.code_of(user)), user.login)


@check("code-login", needs=(*_NEEDS, "other_client"), uses=_GRANT, isolated=True)
def a_user_of_another_client_gets_the_page_again(kit: CheckContext) -> None:
    """With the right password, but it does not belong to the application's client."""
    user = User(kit, kit.new_group("other_client")["id"], identity="other_client")
    _expect_page_again(kit, Browser(kit), user.login, user.password)


@check("code-login", needs=(*_NEEDS, "foreign_public"), uses=_GRANT, isolated=True)
def a_login_counts_for_applications_of_its_client_alone(kit: CheckContext) -> None:
    """At an application of another client, the user is not logged in."""
    browser = Browser(kit)
    browser.code_of(User(kit))
    browser.go_to("foreign_public")
    kit.expect_true("another client's user is not logged in", not browser.is_logged_in())


@check("no-patch", needs=_NEEDS, uses=_GRANT, isolated=True)
def a_head_of_the_way_to_a_code_is_a_get_without_a_body(kit: CheckContext) -> None:
    """HEAD of the login page, and of the URL that redirects to it."""
    browser = Browser(kit)
    for head, status in ((browser.login_page("HEAD"), 200), (browser.authorize("HEAD"), 302)):
        kit.expect_equal("the body of HEAD", kit.expect(head, status).content, b"")


@check("code-page", needs=_NEEDS, uses=_GRANT, isolated=True)
def what_was_sent_is_shown_as_text(kit: CheckContext) -> None:
    """Markup in a login or a state does not become part of the page."""
    browser = Browser(kit, state=_MARKUP)
    for page in (browser.login_page(), browser.log_in(_MARKUP, "x")):
        kit.expect(page, 200)
        kit.expect_true("markup in a parameter is escaped", _MARKUP[3:] not in page.text)


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
    """As a browser sends it: with the Origin, and with Sec-Fetch-Site."""
    user = User(kit)
    for headers in (
        {"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://evil.example"},
    ):
        browser = Browser(kit)
        browser.log_in(user.login, user.password, headers)
        kit.expect_true("a form of another site does not log in a user", not browser.is_logged_in())
