"""Passwords: any text, however it is sent, and for users of the application's client alone."""

from __future__ import annotations

from typing import Any

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.scenarios.group_users import new_body
from ringme_contract.scenarios.token_grants import expect_error, expect_works
from ringme_contract.scenarios.views import request_token

_PASSWORDS = ("a b+c&d=e%20;f", "пароль \U0001f511", "\"\\'<>", " ", "x" * 255)


@check("token-in", layer="scenarios", needs=("client", "login"), isolated=True)
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


@check("password", layer="scenarios", needs=("client", "other_client", "login"), isolated=True)
def a_user_of_another_client_does_not_log_in(kit: CheckContext) -> None:
    """The application logs in users of its own client alone, and the password is right."""
    body = new_body(kit, kit.new_group("other_client")["id"])
    other = kit.caller("other_client")
    kit.expect(other.post(kit.path("user"), body), 201)
    response = request_token(kit, body["login"], body["password"])
    expect_error(kit, response, 401, "invalid_grant")
