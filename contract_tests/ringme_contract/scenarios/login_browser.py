"""A browser at the login page: what a person and the application send, one step after the other."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import httpx

from ringme_contract.caller import Caller
from ringme_contract.check_context import CheckContext
from ringme_contract.scenarios.users import User

Pairs = list[tuple[str, str]]
# The login page and what leads back from it; a service may have steps of its own between them.
_MOST_STEPS = 6
_TO_APPLICATION = ("client_id", "redirect_uri")


class Browser:
    """Cookies of its own, at an application of the target; it follows no redirect by itself."""

    def __init__(self, kit: CheckContext, through: str = "public", **query: str) -> None:
        self._kit = kit
        self._caller = Caller(kit, f"browser {next(kit.names)}", None)
        self.go_to(through, **query)

    def go_to(self, application: str, **query: str) -> None:
        """Has it be at another application of the target, with the cookies that it has."""
        parameters = self._kit.target.identities[application].parameters
        self._application = self._kit.application(application)
        self.redirect_uri = parameters["redirect_uri"]
        named = {name: parameters[name] for name in _TO_APPLICATION}
        self.query = {"response_type": "code", **named, **query}

    def authorize(self, method: str = "GET", **changes: str) -> httpx.Response:
        """The response to the address that an application sends its user to."""
        return self._send(method, "authorize", changes)

    def login_page(self, **changes: str) -> httpx.Response:
        return self._send("GET", "show_login", changes)

    def log_in(
        self, login: str, password: str, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        """The response to the form of the login page."""
        form = {"username": login, "password": password}
        return self._send("POST", "log_in", {}, data=form, headers=headers or {})

    def follow(self, response: httpx.Response, **form: str) -> httpx.Response:
        """The response to where a redirect leads, by GET, or by POST with a form."""
        url = httpx.URL(self.location(response))
        own = httpx.URL(self._kit.target.url)
        address = str(url)
        if (url.host, url.port, url.scheme) == (own.host, own.port, own.scheme):
            # A path of the target's own, without what comes before all of its paths.
            address = url.raw_path.decode("ascii").removeprefix(own.path.rstrip("/"))
        method = "POST" if form else "GET"
        return self._caller.request(method, address, **({"data": form} if form else {}))

    def location(self, response: httpx.Response) -> str:
        """The absolute URL that a redirect leads to. Fails the check if there is none."""
        self._kit.expect(response, 302)
        location = str(response.headers.get("Location", ""))
        absolute = bool(urlsplit(location).scheme)
        self._kit.expect_true("Location is an absolute URL", absolute, location[:200])
        return location

    def leads_back(self, response: httpx.Response) -> bool:
        """True for a redirect to the redirect URI."""
        location = response.headers.get("Location", "")
        return response.is_redirect and location.startswith(
            (f"{self.redirect_uri}?", f"{self.redirect_uri}&")
        )

    def brought(self, response: httpx.Response) -> Pairs:
        """The parameters that a redirect brings to the redirect URI. Fails for any other one."""
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
        """Goes on to the redirect URI as a user who is logged in; the parameters that it gets."""
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
        """The next code of the user who is logged in."""
        found = dict(self.come_back())
        self._kit.expect_true("the redirect URI gets a code", "code" in found, sorted(found))
        return found["code"]

    def code_of(self, user: User) -> str:
        """A code by all steps: the login, and the way back."""
        self._kit.expect(self.log_in(user.login, user.password), 302)
        return self.code()

    def is_logged_in(self) -> bool:
        """True if the application gets a code without a login."""
        return self.leads_back(self.authorize())

    def exchange(self, code: str, /, **changes: str) -> httpx.Response:
        """The response of the token endpoint to a code."""
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
        # An empty value takes a parameter away.
        query = {name: one for name, one in {**self.query, **changes}.items() if one}
        return self._caller.request(method, path, params=query, **arguments)
