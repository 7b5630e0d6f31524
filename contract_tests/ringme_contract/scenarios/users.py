"""Users of groups that a check creates, their logins, and responses of the token endpoint."""

from __future__ import annotations

import re
from typing import Any

import httpx

from ringme_contract.caller import Caller
from ringme_contract.check_context import CheckContext
from ringme_contract.entries.factories import Item

NEEDS = ("client", "login")
_UNAUTHORIZED = ("invalid_client", "invalid_grant")


class User:
    """A user of a group; a new group unless its id is given."""

    def __init__(self, kit: CheckContext, group: int | None = None, **keys: Any) -> None:
        self.kit = kit
        self.group: int = group or kit.new_group()["id"]
        self.entry, self.password = kit.new_group_user(self.group, **keys)
        self.path = kit.path("user", self.entry["id"])

    @property
    def login(self) -> str:
        return str(self.entry["login"])

    def change(self, **changes: object) -> Item:
        """Updates it as its client; the response must be the user with these changes."""
        response = self.kit.expect(self.kit.client.put(self.path, changes), 200)
        shown = {name: value for name, value in changes.items() if name != "password"}
        self.entry = {**self.entry, **shown}
        self.kit.expect_equal(f"the user after {list(changes)}", response.json(), self.entry)
        return self.entry

    def delete(self) -> None:
        self.kit.expect(self.kit.client.delete(self.path), 204)

    def request_token(self, through: str = "login", **changes: str) -> httpx.Response:
        """Requests a token with its login and password; `changes` replace parameters."""
        person = {"grant_type": "password", "username": self.login, "password": self.password}
        return self.kit.request_token(**{**person, **self.kit.application(through), **changes})

    def log_in(self, through: str = "login") -> Session:
        return Session(self, through)


class Session:
    """One login of a user: its response, its caller and its refresh token."""

    def __init__(self, user: User, through: str = "login") -> None:
        self._kit, self._user = user.kit, user
        self._application = user.kit.application(through)
        self.response = self._kit.expect(user.request_token(through), 200)
        found = self.response.json()
        self.token, self.refresh = str(found["access_token"]), str(found.get("refresh_token"))
        self.caller = Caller(self._kit, "new group user", self.token)
        # Uses the token: a server may cache more about a used token than it should.
        self.me = self.read_me()

    def read_me(self) -> Item:
        """The user of the token. Fails if it is another one."""
        me: Item = self.caller.read(self._kit.me)
        self._kit.expect_equal("the login of the user of the token", me["login"], self._user.login)
        return me

    def request_refresh(self, **changes: str) -> httpx.Response:
        """Refreshes its tokens; `changes` replace parameters."""
        given = {"grant_type": "refresh_token", "refresh_token": self.refresh}
        return self._kit.request_token(**{**given, **self._application, **changes})

    def expect_good(self) -> None:
        """Fails unless both tokens are valid; uses up the refresh token."""
        self.read_me()
        expect_works(self._kit, self.request_refresh(), self._user.login)

    def expect_over(self) -> None:
        for response in (self.caller.get(self._kit.me), self.request_refresh()):
            self._kit.expect(response, 401)


def expect_works(kit: CheckContext, response: httpx.Response, login: str | None = None) -> str:
    """The token of a response, after reading its user, whose login may be given."""
    token = str(kit.expect(response, 200).json()["access_token"])
    user = Caller(kit, "fresh token", token).read(kit.me)
    if login is not None:
        kit.expect_equal("the login of the user of the token", user["login"], login)
    kit.expect_equal("Cache-Control", response.headers.get("Cache-Control"), "no-store")
    return token


def expect_error(kit: CheckContext, response: httpx.Response, word: str) -> None:
    status = 401 if word in _UNAUTHORIZED else 400
    got = kit.expect(response, status).json().get("error")
    kit.expect_equal(f"the error of a {status} of the token endpoint", got, word)
    kit.expect_equal("Cache-Control", response.headers.get("Cache-Control"), "no-store")


def expect_token(
    kit: CheckContext, response: httpx.Response, *scopes: str, refreshes: bool = True
) -> None:
    found = kit.expect(response, 200).json()
    for name in ("access_token", "refresh_token") if refreshes else ("access_token",):
        text = str(found.get(name))
        is_token = re.fullmatch("[0-9A-Za-z]{30}", text) is not None
        kit.expect_true(f"{name} is 30 letters and digits", is_token, f"{len(text)} characters")
    kit.expect_equal("Cache-Control", response.headers.get("Cache-Control"), "no-store")
    kit.expect_equal("there is a refresh token", "refresh_token" in found, refreshes)
    kit.expect_equal("token_type", found["token_type"], "Bearer")
    kit.expect_equal("expires_in", found["expires_in"], 3600)
    scopes = scopes or ("all", "call_api")
    kit.expect_true(f"scope is {' or '.join(scopes)}", found["scope"] in scopes, found["scope"])


def changed(text: str) -> str:
    return ("0" if text[0] != "0" else "1") + text[1:]


def near_misses(text: str) -> tuple[str, ...]:
    """Parts of a text, and the text with one more character or in another case."""
    return text[:-1], text[: len(text) // 2], text[1:], f"{text}0", text.upper(), text.swapcase()
