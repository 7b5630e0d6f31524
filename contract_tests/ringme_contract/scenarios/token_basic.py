"""The application's id and secret as HTTP Basic."""

from __future__ import annotations

from base64 import b64encode

import httpx

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.scenarios.token_grants import changed, expect_error, expect_works, new_user
from ringme_contract.scenarios.views import Session


def _request(
    kit: CheckContext, application: dict[str, str], form: dict[str, str]
) -> httpx.Response:
    pair = f"{application['client_id']}:{application['client_secret']}".encode()
    headers = {"Authorization": f"Basic {b64encode(pair).decode('ascii')}"}
    return kit.anonymous.request("POST", kit.token_path, data=form, headers=headers)


@check("token-basic", layer="scenarios", needs=("client", "login"), isolated=True)
def basic_is_as_good_as_parameters(kit: CheckContext) -> None:
    """With every grant; a wrong secret, or that of another application, is invalid_client."""
    login, password = new_user(kit)
    user = kit.target.identities["login"].application
    person = {"grant_type": "password", "username": login, "password": password}
    session = Session(kit, "new group user", login, password)
    refresh = {"grant_type": "refresh_token", "refresh_token": session.refresh}
    attempts = [(user, person, login), (user, refresh, login)]
    trusted = kit.target.identities["client"]
    if trusted.parameters.get("grant_type") == "client_credentials":
        form = {"grant_type": "client_credentials"}
        attempts.append((trusted.application, form, kit.caller("client").read(kit.me)["login"]))
    for application, form, owner in attempts:
        secret = application["client_secret"]
        others = {one.application["client_secret"] for one in kit.target.identities.values()}
        for wrong in (changed(secret), secret[:-1], f"{secret}0", *(others - {secret})):
            refused = _request(kit, {**application, "client_secret": wrong}, form)
            expect_error(kit, refused, 401, "invalid_client")
        expect_works(kit, _request(kit, application, form), owner)
