"""Near misses: a part of a secret, a password or a login, and texts that are nearly @me."""

from __future__ import annotations

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.entries.operation_paths import fill
from ringme_contract.lists import lists_with
from ringme_contract.scenarios.token_grants import expect_error, expect_works, near_misses

_ME = ("@ME", "@Me", "me", "@m", "@me2", "@", "*")
# Of the longest that a password may be, as some ways to keep one look at the first 72 bytes alone.
_PASSWORD = f" Pass-{'w' * 75}-\U0001f511 "


@check("token-errors", needs=("client", "login"), isolated=True)
def only_the_whole_secret_and_password_are_right(kit: CheckContext) -> None:
    """Parts, tails, other letters; those of another application, and of another user."""
    group = kit.new_group()["id"]
    user, password = kit.new_group_user(group, password=_PASSWORD)
    colleague = kit.new_group_user(group)
    application = kit.target.identities["login"].application
    person = {"grant_type": "password", "username": user["login"], "password": password}
    good = {**person, **application}
    expect_works(kit, kit.request_token(**good), user["login"])
    secret = application["client_secret"]
    known = {one.application["client_secret"] for one in kit.target.identities.values()}
    for wrong in {*near_misses(secret), *known} - {secret}:
        refused = kit.request_token(**{**good, "client_secret": wrong})
        expect_error(kit, refused, 401, "invalid_client")
    refused = kit.request_token(**{**good, "client_id": good["client_id"].swapcase()})
    if good["client_id"].swapcase() != good["client_id"]:
        expect_error(kit, refused, 401, "invalid_client")
    for wrong in (
        *near_misses(password), password.strip(), password.replace("\U0001f511", "?"), colleague[1],
        f"{password[:-2]}x ",
    ):  # fmt: skip
        refused = kit.request_token(**{**good, "password": wrong})
        expect_error(kit, refused, 401, "invalid_grant")


@check("token-errors", needs=("client", "login"), isolated=True)
def only_the_whole_login_is_right(kit: CheckContext) -> None:
    """Not its beginning, not its end, no pattern that it fits, and nothing else of the user."""
    group = kit.new_group()["id"]
    email = f"{kit.run_id}-{kit.random.randrange(16**12):x}@example.com"
    user, password = kit.new_group_user(group, email=email)
    login = user["login"]
    for wrong in (
        login[:-1], login[1:], f" {login}", f"{login} ", login.swapcase(), email, user["name"],
        f"{login[:-2]}%", f"{login[:-1]}_", f"{login[:-1]}*", "%",
    ):  # fmt: skip
        application = kit.target.identities["login"].application
        person = {"grant_type": "password", "username": wrong, "password": password}
        expect_error(kit, kit.request_token(**person, **application), 401, "invalid_grant")


@check("group-user-create", isolated=True)
def a_part_of_a_taken_login_is_free(kit: CheckContext) -> None:
    """And so is a taken one with more to it."""
    group = kit.new_group()["id"]
    login = kit.new_group_user(group)[0]["login"]
    for free in (login[:-1], f"{login}0"):
        kit.expect_equal("the login", kit.new_group_user(group, login=free)[0]["login"], free)


@check("me", writes=False)
def what_is_nearly_at_me_is_no_client(kit: CheckContext) -> None:
    """Other letters, more or fewer of them, and the client's id with zeros before it."""
    client = kit.client
    own = client.read(kit.me)["client_id"]
    for operation in lists_with(kit, owner="client"):
        for wrong in (*_ME, f"0{own}", f"+{own}", f"{own}.0"):
            response = client.get(fill(operation, {"client": wrong}))
            if response.status_code not in (400, 404):
                kit.expect(response, 400)


@check("error-not-found", needs=("client", "extension"), writes=False)
def a_user_of_another_type_is_no_group_user(kit: CheckContext) -> None:
    """Those of the client and of a number are 404 among the users of groups."""
    client, tried = kit.client, 0
    for identity in ("client", "client_read_only", "call_api", "extension"):
        if identity in kit.target.identities:
            path = kit.path("user", kit.caller(identity).read(kit.me)["id"])
            kit.expect(client.get(path), 404, "user_not_found")
            tried += 1
    kit.need(tried, "the target names no user of another type")
