"""Users of one group: created, changed, blocked, active again, deleted; their logins."""

from __future__ import annotations

from functools import partial
from typing import Any

from ringme_contract.boundary_values import TEXTS
from ringme_contract.caller import readers
from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.entries.factories import Item
from ringme_contract.scenarios.users import NEEDS, User, expect_error
from ringme_contract.scenarios.views import (
    USERS_OF_TARGET,
    expect_gone,
    expect_no_change,
    expect_shown,
    reads,
)

_DEFAULTS = {
    "access": "full", "status": "active", "comment": None, "extra_params": None,
    "timezone": "Europe/Moscow",
}  # fmt: skip


def new_body(kit: CheckContext, group: int, **keys: Any) -> Item:
    creation = kit.factory.creation("user")
    return kit.factory.body(creation, extension_group_id=group, **keys)


@check("group-user-create", needs=NEEDS, isolated=True)
def a_new_user_logs_in_as_one_of_its_group(kit: CheckContext) -> None:
    """The response has the values sent and defaults; the user is of type extension_group."""
    group = kit.new_group()["id"]
    given = {"access": "read_only", "timezone": "Asia/Novosibirsk"}
    for keys in ({}, *({**given, "comment": text, "extra_params": text} for text in TEXTS)):
        body = new_body(kit, group, **keys)
        user = User(kit, group, **body)
        del body["password"]
        kit.expect_properties("the response to a new user", user.entry, {**_DEFAULTS, **body})
        expect_shown(kit, "user", user.entry)
        me, owner = user.log_in().me, {"extension_group_id": group}
        kit.expect_properties("the user as it reads itself", me, {**owner, "client_id": None})


@check("group-user-create", needs=NEEDS)
def a_taken_login_is_refused(kit: CheckContext) -> None:
    """In creations and updates: that of a user of any type and client, also of a blocked one."""
    user, other = User(kit), User(kit)
    blocked = User(kit, user.group, status="blocked")
    seen = [name for name in USERS_OF_TARGET if name in kit.target.identities]
    taken = {user.login, blocked.login, *(kit.caller(name).read(kit.me)["login"] for name in seen)}

    def attempt(login: str) -> None:
        made = kit.client.post(kit.path("user"), new_body(kit, user.group, login=login))
        kit.expect_named(made, "login")
        if login != user.login:
            body = {"login": login, "name": "half applied", "password": "half-applied"}
            kit.expect_named(kit.client.put(user.path, body), "login")
        kit.expect_named(kit.client.put(other.path, {"login": login}), "login")

    attempts = [
        (f"token request with the login {login}", partial(attempt, login)) for login in taken
    ]
    expect_no_change(kit, attempts)
    user.change(login=user.login)
    kit.expect_equal(
        "the user who gets a token with the login", user.log_in().me["id"], user.entry["id"]
    )


@check("group-user-create", isolated=True)
def a_part_of_a_taken_login_is_free(kit: CheckContext) -> None:
    """As is a taken login with more characters, also with a blank."""
    user = User(kit)
    for free in (user.login[:-1], f"{user.login}0", f"{user.login} "):
        kit.expect_equal("the login", User(kit, user.group, login=free).login, free)


@check("group-user-create", needs=NEEDS, isolated=True)
def no_answer_holds_the_password(kit: CheckContext) -> None:
    """Neither successful nor failed responses, neither the old one nor the new one."""
    client = kit.client
    old, new = (f"Secret{kit.random.randrange(16**16):016x}" for _ in range(2))
    user = User(kit, password=old)
    lists, wrong = kit.path("user"), new_body(kit, user.group, password=old)
    kit.expect_equal("the password that was used", user.password, old)
    for response in (
        client.get(user.path), client.get(lists), client.put(user.path, {"password": new}),
        client.get(user.path), client.get(lists), client.put(user.path, {"password": old * 20}),
        client.put(user.path, {"password": new, "email": "none"}),
        client.put(user.path, {"password": [new]}),
        client.post(lists, {**wrong, "login": user.login}),
        client.post(lists, {**wrong, "email": old}),
        client.post(lists, {**wrong, "password": {"is": old}}),
        user.request_token(), user.request_token(username=new, password=new),
        user.request_token(password=new),
    ):  # fmt: skip
        text = f"{user.entry} {response.text}"
        shown = [secret for secret in (old, new) if secret in text]
        kit.expect_true("no response contains the password", not shown, text[:300])


@check("group-user-create", needs=NEEDS, isolated=True)
def an_update_of_a_user_changes_just_the_keys_sent(kit: CheckContext) -> None:
    """A new password or login ends the old one; a token from before shows the changes.

    A password is changed both alone and beside other keys.
    """
    user = User(kit, comment="first", extra_params="312")
    old, session = user.login, user.log_in()
    login = new_body(kit, user.group)["login"]
    changes = {"login": login, "timezone": "Asia/Novosibirsk", "extra_params": "313"}
    user.change(**changes)
    expect_shown(kit, "user", user.entry)
    me = {**session.me, **changes}
    kit.expect_equal("the user as it reads itself", session.read_me(), me)
    expect_error(kit, user.request_token(username=old), "invalid_grant")
    user.log_in()
    for beside in ({}, {"comment": "second"}):
        new = f"{user.password}-new"
        user.change(password=new, **beside)
        expect_error(kit, user.request_token(), "invalid_grant")
        user.password = new
        user.log_in()


@check("user-block", needs=NEEDS, isolated=True, smoke=True)
def a_blocked_user_is_shut_out_at_once(kit: CheckContext) -> None:
    """Its tokens, login and refresh token; nobody else's. When active, all work again."""
    user = User(kit)
    session, beside = user.log_in(), User(kit, user.group).log_in()
    members = kit.path("extension", extension_group=user.group)
    for _ in range(2):
        kit.expect(session.caller.get(members), 200)
        expect_shown(kit, "user", user.change(status="blocked"))
        for place, query in ((kit.me, {}), *reads(kit, "extension_group", user.group)):
            kit.expect(session.caller.get(place, **query), 403, "user_blocked")
        kit.expect(session.caller.post(kit.path("extension_group"), {}), 403, "user_blocked")
        kit.expect(user.request_token(), 403, "user_blocked")
        kit.expect(session.request_refresh(), 403, "user_blocked")
        kit.expect(beside.caller.get(members), 200)
        user.change(status="active")
        user.log_in()
    session.expect_good()


@check("user-block", needs=NEEDS, isolated=True)
def a_user_made_blocked_cannot_log_in(kit: CheckContext) -> None:
    """Until it becomes active."""
    user = User(kit, status="blocked")
    expect_shown(kit, "user", {**user.entry, "status": "blocked"})
    kit.expect(user.request_token(), 403, "user_blocked")
    # Only the user itself, with the right password, is told of the block.
    expect_error(kit, user.request_token(password=f"{user.password}x"), "invalid_grant")
    user.change(status="active")
    user.log_in()


@check("user-delete", needs=NEEDS, isolated=True, smoke=True)
def the_tokens_of_a_deleted_user_end(kit: CheckContext) -> None:
    """All of them, from several logins; 404 for every method. Other users stay."""
    user = User(kit)
    other = User(kit, user.group)
    sessions, beside = [user.log_in() for _ in range(2)], other.log_in()
    for caller in readers(kit):
        caller.read(user.path)
    user.delete()
    members = kit.path("extension", extension_group=user.group)
    for session in sessions:
        session.expect_over()
        kit.expect(session.caller.get(members), 401)
    expect_error(kit, user.request_token(), "invalid_grant")
    expect_gone(kit, "user", user.entry["id"], "user_not_found")
    expect_shown(kit, "user", other.entry)
    kit.expect(beside.caller.get(members), 200)
    other.log_in()


@check("user-delete", needs=NEEDS, isolated=True)
def the_login_of_a_deleted_user_is_free(kit: CheckContext) -> None:
    """The next user with it has a new id and password; the old tokens stay invalid."""
    user = User(kit)
    old = user.log_in()
    user.delete()
    again = User(kit, login=user.login)
    key = again.entry["id"]
    kit.expect_true("the new user has an id of its own", key != user.entry["id"], key)
    expect_shown(kit, "user", again.entry)
    old.expect_over()
    expect_error(kit, user.request_token(), "invalid_grant")
    me = again.log_in().me
    kit.expect_equal(
        "the user who gets a token now", (me["id"], me["extension_group_id"]), (key, again.group)
    )
    old.expect_over()
    # Also for an update, and after the user was deleted with its group.
    kit.expect(kit.client.delete(kit.path("extension_group", again.group)), 204)
    User(kit, user.group).change(login=user.login)
