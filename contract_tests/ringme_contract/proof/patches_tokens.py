"""Faults of the token endpoint, and of the users that it knows."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from ringme_contract.proof.interception import Answered, Asked
from ringme_contract.proof.site import Site, patch
from ringme_mock.actions import Action
from ringme_mock.actions import token_endpoint as token
from ringme_mock.actions.context import Call
from ringme_mock.actions.response import Reply
from ringme_mock.errors import ApiError, invalid, token_refused
from ringme_mock.store.collection import Entry
from ringme_mock.store.tokens import Tokens


@patch
def parameters_refused(site: Site, how: str) -> None:
    """Token parameters may not come in one of the documented ways."""

    def before(asked: Asked) -> Answered | None:
        if asked.action != "token":
            return None
        multipart = asked.header("content-type").startswith("multipart/")
        if (how == "multipart" and multipart) or (how == "query" and asked.query):
            answered = Answered(400, {"cache-control": "no-store"})
            answered.set_json({"error": "invalid_request"})
            return answered
        return None

    site.before(before)


@patch
def token_answer(site: Site, grants: list[str], change: dict[str, Any], drop: list[str]) -> None:
    """The answer to some grants has other values, or lacks some."""

    def make(original: Action) -> Action:
        def create(call: Call) -> Reply:
            reply = original(call)
            if call.body.get("grant_type") not in grants:
                return reply
            body = {**json.loads(reply.body), **change}
            body = {key: value for key, value in body.items() if key not in drop}
            return replace(reply, body=json.dumps(body).encode("utf-8"))

        return create

    site.action("token", make)


@patch
def refresh_tokens(site: Site, how: str) -> None:
    """Refresh tokens work twice, or for any application, or kill the access token."""
    if how == "twice":
        site.replace(Tokens, "use_refresh", lambda _: lambda _self, _token: None)
        return
    if how == "for any application":
        site.replace(token, "_user_of_refresh_token", _user_of_any_application)
        return

    def make(original: Any) -> Any:
        def answer(call: Call, application: Any, user: Any, grant_type: str, given: Any) -> Reply:
            reply: Reply = original(call, application, user, grant_type, given)
            if grant_type == token.REFRESH_TOKEN:
                body = json.loads(reply.body)
                body["refresh_token"] = given["refresh_token"]
                call.state.tokens._refresh[given["refresh_token"]] = call.state.tokens._refresh[
                    json.loads(reply.body)["refresh_token"]
                ]
                return replace(reply, body=json.dumps(body).encode("utf-8"))
            return reply

        return answer

    site.replace(token, "_answer", make)


def _user_of_any_application(original: Any) -> Any:
    def find(call: Call, text: str, application: Entry) -> Any:
        grant = call.state.tokens.find_refresh(text)
        first = call.state.store["application"].get(grant.application) if grant else None
        return original(call, text, first or application)

    return find


@patch
def secrets_unchecked(site: Site) -> None:
    """Any secret and any password will do."""
    site.replace(token, "_same", lambda _: lambda _one, _other: True)


@patch
def token_error(site: Site, old: str, status: int, new: str) -> None:
    """One mistake gets the error of another one."""

    def make(original: Action) -> Action:
        def create(call: Call) -> Reply:
            try:
                return original(call)
            except ApiError as error:
                if error.word == old:
                    raise token_refused(status, new, error.message) from None
                raise

        return create

    site.action("token", make)


@patch
def any_grant(site: Site) -> None:
    """Every application may use every grant."""
    site.replace(token, "create", lambda one: one)
    for grant in site.document["paths"]["/oauth/token"]["post"]["x-resource"]["grants"].values():
        grant["for"] = ["trusted", "password_credentials"]


@patch
def stored_may_be(site: Site) -> None:
    """Answers of the token endpoint may be stored."""

    def after(asked: Asked, answered: Answered) -> None:
        if asked.action == "token" and answered.status >= 400:
            answered.headers.pop("cache-control", None)

    site.after(after)


@patch
def password_cut(site: Site) -> None:
    """Only the first eight characters of a password are kept, and all are compared."""

    def make(original: Action) -> Action:
        def act(call: Call) -> Reply:
            reply = original(call)
            if call.operation.collection.name == "user" and "password" in call.body:
                key = json.loads(reply.body)["id"]
                call.collection.update(key, {"password": call.body["password"][:8]})
            return reply

        return act

    site.action("create", make)


@patch
def password_shown(site: Site, operations: list[str]) -> None:
    """Answers about a user hold its password."""

    def after(asked: Asked, answered: Answered) -> None:
        found = answered.json
        if asked.name in operations and answered.status < 300 and isinstance(found, (dict, list)):
            for one in found if isinstance(found, list) else [found]:
                entry = site.state.store["user"].get(one["id"])
                one["password"] = entry["password"] if entry else None
            answered.set_json(found)

    site.after(after)


@patch
def user_made(site: Site, values: dict[str, Any]) -> None:
    """A new user has other values than it was asked for."""

    def make(original: Action) -> Action:
        def create(call: Call) -> Reply:
            reply = original(call)
            if call.operation.collection.name != "user":
                return reply
            key = json.loads(reply.body)["id"]
            return call.show(call.collection.update(key, values))

        return create

    site.action("create", make)


@patch
def login_never_free(site: Site) -> None:
    """The login of a deleted user stays taken."""
    used: set[str] = set()

    def make_delete(original: Action) -> Action:
        def delete(call: Call) -> Reply:
            if call.operation.collection.name == "user":
                used.add(call.entry["login"])
            return original(call)

        return delete

    def make_create(original: Action) -> Action:
        def create(call: Call) -> Reply:
            if call.body.get("login") in used:
                raise invalid("login: is taken")
            return original(call)

        return create

    site.action("delete", make_delete)
    site.action("create", make_create)


@patch
def owners_shown(site: Site, how: str) -> None:
    """The current user is shown with all its owners, or as the owner of the application."""

    def make(original: Action) -> Action:
        def current(call: Call) -> Reply:
            if how == "all":
                return call.show(call.user)
            if how == "application" and call.caller:
                owner = call.state.store["user"].get(call.caller.application["user_id"])
                if owner:
                    return original(replace(call, caller=replace(call.caller, user=owner)))
            shown = json.loads(original(call).body)
            if how == "none":
                shown.update(dict.fromkeys(call.operation.resource["owners"].values()))
            return call.reply(shown)

        return current

    site.action("current", make)


@patch
def acts_for(site: Site, user: int) -> None:
    """The token of an application acts for another user than its owner."""

    def make(original: Any) -> Any:
        def find(call: Call, grant_type: str, given: Any, application: Any) -> Any:
            if grant_type == token.CLIENT_CREDENTIALS and application["user_id"] == 101:
                return call.state.store["user"].get(user)
            return original(call, grant_type, given, application)

        return find

    site.replace(token, "_user", make)


@patch
def message_names_nothing(site: Site) -> None:
    """The message of a 400 does not say which field is meant."""

    def after(_: Asked, answered: Answered) -> None:
        found = answered.json
        if answered.status == 400 and isinstance(found, dict) and "message" in found:
            answered.set_json({**found, "message": "Bad request"})

    site.after(after)
