"""Parameters of the token endpoint: as a form, as multipart, in the query, as HTTP Basic."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import httpx

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.scenarios.token_grants import changed, expect_error, expect_works, new_user
from ringme_contract.scenarios.views import Session
from ringme_contract.target import REFUSED


@check("token-in", writes=False, smoke=True)
def parameters_come_as_a_form(kit: CheckContext) -> None:
    """`application/x-www-form-urlencoded`, for each identity that can log in."""
    for name, identity in kit.target.identities.items():
        if "grant_type" in identity.parameters and name not in (*REFUSED, "limited"):
            expect_works(kit, kit.request_token(**identity.parameters))


@check("token-in", uses=("multipart",), writes=False)
def parameters_come_as_multipart(kit: CheckContext) -> None:
    """`multipart/form-data`, each parameter a part without a file name."""
    for parameters in _logins(kit):
        parts = {name: (None, value) for name, value in parameters.items()}
        expect_works(kit, kit.anonymous.request("POST", kit.token_path, files=parts))


@check("token-in", uses=("token_query",), writes=False)
def parameters_come_in_the_query(kit: CheckContext) -> None:
    """With an empty body, and with a Content-Type as clients send it for none."""
    for parameters in _logins(kit):
        expect_works(kit, kit.anonymous.request("POST", kit.token_path, params=parameters))
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        response = kit.anonymous.request("POST", kit.token_path, params=parameters, headers=headers)
        expect_works(kit, response)


@check("client-credentials", writes=False)
def id_and_secret_have_other_names(kit: CheckContext) -> None:
    """`application_id` and `application_secret` count the same; the secret has to be right."""
    operation = kit.path.operation("token")
    for parameters in _logins(kit):
        given = dict(parameters)
        for alias, name in operation.resource["aliases"].items():
            given[alias] = given.pop(name)
        expect_works(kit, kit.request_token(**given))
        given = {
            name: changed(one) if name.endswith("secret") else one for name, one in given.items()
        }
        kit.expect(kit.request_token(**given), 401)


def _logins(kit: CheckContext) -> Iterator[dict[str, str]]:
    for name in ("client", "group"):
        if name in kit.target.identities:
            yield kit.target.identities[name].parameters


@check("token-in", writes=False)
def parameters_are_read_wherever_they_stand(kit: CheckContext) -> None:
    """A wrong secret is refused in each place; a token for whatever is sent is no response."""
    good = kit.target.identities["client"].parameters
    bad = {**good, "client_secret": changed(good["client_secret"])}
    ways: dict[str, dict[str, Any]] = {"": {"data": bad}}
    ways["multipart"] = {"files": {name: (None, value) for name, value in bad.items()}}
    ways["token_query"] = {"params": bad}
    for capability, arguments in ways.items():
        if capability not in kit.target.off:
            kit.expect(kit.anonymous.request("POST", kit.token_path, **arguments), 401)


def _request(
    kit: CheckContext, application: dict[str, str], form: dict[str, str]
) -> httpx.Response:
    pair = f"{application['client_id']}:{application['client_secret']}".encode()
    headers = {"Authorization": f"Basic {b64encode(pair).decode('ascii')}"}
    return kit.anonymous.request("POST", kit.token_path, data=form, headers=headers)


@check("token-basic", needs=("client", "login"), isolated=True)
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
        attempts.append((trusted.application, form, kit.client.read(kit.me)["login"]))
    for application, form, owner in attempts:
        secret = application["client_secret"]
        others = {one.application["client_secret"] for one in kit.target.identities.values()}
        for wrong in (changed(secret), secret[:-1], f"{secret}0", *(others - {secret})):
            refused = _request(kit, {**application, "client_secret": wrong}, form)
            expect_error(kit, refused, 401, "invalid_client")
        expect_works(kit, _request(kit, application, form), owner)
