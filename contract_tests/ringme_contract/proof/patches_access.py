"""Faults in who may do what: tokens in requests, access levels, blocked users, refusals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ringme_contract.proof.interception import Asked
from ringme_contract.proof.site import Site, patch
from ringme_mock.actions import token_endpoint as token
from ringme_mock.errors import ApiError, forbidden
from ringme_mock.http import auth as security
from ringme_mock.http.auth import TokenSecurity, Verify
from ringme_mock.http.context import Exchange
from ringme_mock.store import access
from ringme_mock.store.access import Access, Caller
from ringme_mock.store.collection import Entry
from ringme_mock.store.tokens import Tokens


@patch
def lenient_tokens(site: Site, how: str) -> None:
    """A token need not be exactly the one that was given out."""

    def make(original: Any) -> Any:
        def find(self: Tokens, token: str) -> Any:
            if how == "beginning":
                return original(self, token[:30])
            known = {one.lower(): one for one in self._access}
            return original(self, known.get(token.lower(), token))

        return find

    site.replace(Tokens, "find", make)


@patch
def lenient_scheme(site: Site) -> None:
    """The token may come under any scheme."""

    def before(asked: Asked) -> None:
        _, _, token = asked.header("authorization").rpartition(" ")
        if token and asked.action != "token":
            asked.set_header("authorization", f"Bearer {token}")

    site.before(before)


@patch
def blocked_unchecked(site: Site, where: str) -> None:
    """A blocked user is let in for `requests`, for a `login`, for `reading`, or by its `client`."""
    if where == "requests":
        site.replace(security, "_clear", _clear_without_block)
    elif where == "client":
        site.replace(Access, "check_blocked", _check_user_alone)
    elif where == "login":
        site.replace(token, "_check_blocked", lambda _: lambda _call, _user: None)
    else:
        site.replace(security, "_clear", _clear_blocked_readers)


def _check_user_alone(_: Any) -> Any:
    def check(_self: Access, user: Entry, _client: Entry | None = None) -> None:
        if user["status"] == access.BLOCKED:
            raise forbidden("user_blocked", "The user is blocked")

    return check


def _clear_without_block(original: Any) -> Any:
    def clear(exchange: Exchange, caller: Caller, required: tuple[str, ...]) -> None:
        while_replaced(
            Access,
            "check_blocked",
            lambda *_: None,
            lambda: original(exchange, caller, required),
        )

    return clear


def _clear_blocked_readers(original: Any) -> Any:
    without_block = _clear_without_block(original)

    def clear(exchange: Exchange, caller: Caller, required: tuple[str, ...]) -> None:
        check = without_block if exchange.method == "GET" else original
        check(exchange, caller, required)

    return clear


def while_replaced(owner: Any, name: str, value: Any, run: Callable[[], Any]) -> Any:
    """What `run` gives while a function is another one."""
    kept = getattr(owner, name)
    setattr(owner, name, value)
    try:
        return run()
    finally:
        setattr(owner, name, kept)


def _with_each_caller(site: Site, act: Callable[[Exchange, Caller], None]) -> None:
    """Calls `act` for each request that was let through, those of known callers too."""

    def make(original: Any) -> Any:
        def get_fn(self: TokenSecurity, scheme: dict[str, Any], required: list[str]) -> Verify:
            verify: Verify = original(self, scheme, required)

            def verify_and_act(exchange: Exchange) -> bool:
                found = verify(exchange)
                if found and exchange.caller:
                    act(exchange, exchange.caller)
                return found

            return verify_and_act

        return get_fn

    site.replace(TokenSecurity, "get_fn", make)


@patch
def scopes_of(site: Site, level: str, scopes: list[str]) -> None:
    """An access level of applications gives other scopes."""

    def make(original: Any) -> Any:
        def find(application: Entry) -> tuple[str, ...]:
            found: tuple[str, ...] = original(application)
            return tuple(scopes) if application["access"] == level else found

        return find

    site.replace(access, "scopes", make)


@patch
def read_only_may(site: Site, methods: list[str], types: list[str] | None = None) -> None:
    """A read-only user may use more methods than GET."""

    def make(original: Any) -> Any:
        def check(caller: Caller, method: str) -> None:
            if method not in methods or (types and caller.user["type"] not in types):
                original(caller, method)

        return check

    site.replace(security, "check_read_only", make)


@patch
def read_only_may_not(site: Site, contains: str) -> None:
    """A read-only user may not even read some things."""

    def check(exchange: Exchange, caller: Caller) -> None:
        if caller.user["access"] == "read_only" and contains in exchange.path:
            raise forbidden("user_access_type_deny", "The user may only read")

    _with_each_caller(site, check)


@patch
def other_order(site: Site, first: str) -> None:
    """Of two refusals that are both due the other one comes."""

    def make(original: Any) -> Any:
        def clear(exchange: Exchange, caller: Caller, required: tuple[str, ...]) -> None:
            if first == "read-only":
                access.check_read_only(caller, exchange.method)
            if first == "scopes":
                access.check_scopes(caller, required)
            original(exchange, caller, required)

        return clear

    site.replace(security, "_clear", make)


@patch
def refused_all_the_same(site: Site, types: list[str], contains: str) -> None:
    """Users of some types are refused a part of what is theirs."""

    def check(exchange: Exchange, caller: Caller) -> None:
        if caller.user["type"] in types and contains in exchange.path:
            raise forbidden("access_denied", "Access denied")

    _with_each_caller(site, check)


@patch
def user_of_the_login(site: Site) -> None:
    """A token goes on with the user as it was when the token was given out."""
    kept: dict[str, Caller] = {}

    def make(original: Any) -> Any:
        def caller(self: Access, token: str) -> Caller | None:
            found: Caller | None = original(self, token)
            return kept.setdefault(token, found) if found else None

        return caller

    site.replace(Access, "caller", make)


@patch
def ghosts(site: Site, types: list[str]) -> None:
    """The tokens of a deleted user of some types go on."""
    kept: dict[str, Caller] = {}

    def make(original: Any) -> Any:
        def caller(self: Access, token: str) -> Caller | None:
            found: Caller | None = original(self, token)
            if found:
                kept[token] = found
            elif token in kept and kept[token].user["type"] in types:
                return kept[token]
            return found

        return caller

    site.replace(Access, "caller", make)


@patch
def done_before_refused(site: Site, word: str) -> None:
    """A request that is refused with a word has taken effect all the same."""

    def make(original: Any) -> Any:
        def check(*arguments: Any) -> None:
            try:
                original(*arguments)
            except ApiError as error:
                if error.word == word:
                    refused.append(error)
                    return
                raise

        return check

    refused: list[ApiError] = []

    def before(_: Asked) -> None:
        refused.clear()

    def after(_: Asked, answered: Any) -> None:
        if refused:
            answered.status = refused[0].status
            answered.set_json(refused[0].body())

    site.replace(security, "check_read_only", make)
    site.replace(security, "check_scopes", make)
    site.replace(Access, "check_reach", make)
    # Who was let through is asked again, and so refused again.
    _with_each_caller(site, lambda _, caller: caller.cleared.clear())
    site.before(before)
    site.after(after)
