"""Users of one group: made, confined to it, blocked, deleted."""

from __future__ import annotations

from functools import partial
from typing import Any

from ringme_contract.boundary_values import TEXTS
from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.entries.factories import Item
from ringme_contract.scenarios.token_grants import expect_error, expect_works
from ringme_contract.scenarios.views import (
    USERS_OF_TARGET,
    Session,
    expect_no_change,
    expect_shown,
    request_token,
    settings_view,
)

NEEDS = ("client", "login")


def new_body(kit: CheckContext, group: int, **keys: object) -> Item:
    name = kit.new_name("user")
    body: Item = {
        "name": name,
        "login": name.replace(" ", "-"),
        "password": f"pass-{kit.random.randrange(16**12):012x}",
        "email": "contract@example.com",
        "extension_group_id": group,
    }
    return {**body, **keys}


@check("group-user-create", needs=NEEDS, isolated=True)
def a_new_user_logs_in_as_one_of_its_group(kit: CheckContext) -> None:
    """The response is what was sent, with defaults; the user is of type extension_group."""
    group = kit.new_group()["id"]
    defaults = {
        "access": "full",
        "status": "active",
        "comment": None,
        "extra_params": None,
        "timezone": "Europe/Moscow",
    }
    user, password = kit.new_group_user(group)
    given = {"access": "read_only", "timezone": "Asia/Novosibirsk"}
    for keys in ({}, *({**given, "comment": text, "extra_params": text} for text in TEXTS)):
        body = new_body(kit, group, **keys)
        user, password = kit.new_group_user(group, **body)
        shown = {**defaults, **body, "id": user["id"]}
        del shown["password"]
        kit.expect_properties("the response to a new user", user, shown)
        expect_shown(kit, "user", user)
    me = Session(kit, "new user", user["login"], password).caller.read(kit.me)
    owners = {
        name: me[f"{name}_id"] for name in ("client", "extension_group", "extension", "dealer")
    }
    expected = {"client": None, "extension_group": group, "extension": None, "dealer": None}
    kit.expect_equal("the owners of the new user", owners, expected)
    for name in ("id", "login", "access", "timezone", "extra_params"):
        kit.expect_equal(f"{name} of the new user", me[name], user[name])
    kit.expect_true("the new user is no administrator", not me["admin"], me["admin"])


@check("group-user-create", needs=NEEDS)
def a_taken_login_is_refused(kit: CheckContext) -> None:
    """That of any user that the kit can see, of any type and client; by creation and by update."""
    client, group = kit.client, kit.new_group()["id"]
    user, password = kit.new_group_user(group)
    other, _ = kit.new_group_user(kit.new_group()["id"])
    seen = [name for name in USERS_OF_TARGET if name in kit.target.identities]
    taken = {user["login"], *(kit.caller(name).read(kit.me)["login"] for name in seen)}

    def attempt(login: str) -> None:
        made = client.post(kit.path("user"), new_body(kit, group, login=login))
        kit.expect_named(made, "login")
        if login != user["login"]:
            body = {"login": login, "name": "half applied", "password": "half-applied"}
            kit.expect_named(client.put(kit.path("user", user["id"]), body), "login")
        kit.expect_named(client.put(kit.path("user", other["id"]), {"login": login}), "login")

    attempts = [
        (f"asking for the taken login {login}", partial(attempt, login)) for login in sorted(taken)
    ]
    expect_no_change(kit, attempts, lambda: settings_view(kit))
    kit.expect(client.put(kit.path("user", user["id"]), {"login": user["login"]}), 200)
    me = Session(kit, "user", user["login"], password).caller.read(kit.me)
    kit.expect_equal("who logs in with the login", me["id"], user["id"])


@check("group-user-create", needs=NEEDS, isolated=True)
def no_answer_holds_the_password(kit: CheckContext) -> None:
    """Not those of success, not those of failure, and neither the old one nor the new one."""
    client, group = kit.client, kit.new_group()["id"]
    secrets = [f"Secret{kit.random.randrange(16**16):016x}" for _ in range(2)]
    user, first = kit.new_group_user(group, password=secrets[0])
    path = kit.path("user", user["id"])
    wrong = new_body(kit, group, password=secrets[0])
    responses = [
        client.get(path),
        client.get(kit.path("user")),
        client.put(path, {"password": secrets[1]}),
        client.get(path),
        client.get(kit.path("user")),
        client.put(path, {"password": secrets[0] * 20}),
        client.put(path, {"password": secrets[1], "email": "none"}),
        client.put(path, {"password": [secrets[1]]}),
        client.post(kit.path("user"), {**wrong, "login": user["login"]}),
        client.post(kit.path("user"), {**wrong, "email": secrets[0]}),
        client.post(kit.path("user"), {**wrong, "password": {"is": secrets[0]}}),
        request_token(kit, user["login"], secrets[0]),
        request_token(kit, secrets[1], secrets[1]),
        Session(kit, "user", user["login"], secrets[1]).caller.get(kit.me),
    ]
    texts = [str(user), *(response.text for response in responses)]
    for text in texts:
        shown = [secret for secret in secrets if secret in text]
        kit.expect_true("a response is free of the password", not shown, text[:300])
    kit.expect_equal("the password that was used", first, secrets[0])


@check("group-user-create", needs=NEEDS, isolated=True)
def an_update_of_a_user_changes_just_the_keys_sent(kit: CheckContext) -> None:
    """After a new password the old one is no good, after a new login the old one; both again.

    A token of before shows the new login.
    """
    client, group = kit.client, kit.new_group()["id"]
    old, password = kit.new_group_user(group, comment="first", extra_params="312")
    login, path = new_body(kit, group)["login"], kit.path("user", old["id"])
    session = Session(kit, "user", old["login"], password)
    user = kit.expect(client.put(path, {"login": login}), 200).json()
    kit.expect_equal("the response to a new login", user, {**old, "login": login})
    expect_shown(kit, "user", user)
    kit.expect_equal("the login that the user sees", session.caller.read(kit.me)["login"], login)
    kit.expect(request_token(kit, old["login"], password), 401, "invalid_grant")
    Session(kit, "user", login, password)
    response = client.put(kit.path("user", user["id"]), {"password": f"{password}-new"})
    kit.expect_equal("the response to a new password", kit.expect(response, 200).json(), user)
    kit.expect(request_token(kit, login, password), 401, "invalid_grant")
    Session(kit, "user", login, f"{password}-new")


_PASSWORDS = ("a b+c&d=e%20;f", "пароль \U0001f511", "\"\\'<>", " ", "x" * 255)


@check("token-in", needs=("client", "login"), isolated=True)
def any_password_comes_through_unchanged(kit: CheckContext) -> None:
    """As a form, as multipart and in the query; without its last letter it is another one."""
    group, application = kit.new_group()["id"], kit.target.identities["login"].application
    for password in _PASSWORDS:
        login = kit.new_group_user(group, password=password)[0]["login"]
        given = {"grant_type": "password", "username": login, "password": password, **application}
        ways: dict[str, dict[str, Any]] = {
            "": {"data": given},
            "multipart": {"files": {name: (None, value) for name, value in given.items()}},
            "token_query": {"params": given},
        }
        for capability, arguments in ways.items():
            if capability not in kit.target.off:
                response = kit.anonymous.request("POST", kit.token_path, **arguments)
                expect_works(kit, response, login)
        if len(password) > 1:
            expect_error(kit, request_token(kit, login, password[:-1]), 401, "invalid_grant")


@check("password", needs=("client", "other_client", "login"), isolated=True)
def a_user_of_another_client_does_not_log_in(kit: CheckContext) -> None:
    """The application logs in users of its own client alone, and the password is right."""
    body = new_body(kit, kit.new_group("other_client")["id"])
    other = kit.caller("other_client")
    kit.expect(other.post(kit.path("user"), body), 201)
    response = request_token(kit, body["login"], body["password"])
    expect_error(kit, response, 401, "invalid_grant")
