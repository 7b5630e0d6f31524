"""Tokens that the control interface issues and revokes."""

from __future__ import annotations

from support.control import Control


def login(control: Control, who: str) -> dict[str, str]:
    (found,) = (one for one in control.done("GET", "identities") if one["login"] == who)
    response = control.http.post(
        "/oauth/token",
        data={
            "grant_type": found["grant"],
            "client_id": found["application"],
            "client_secret": found["secret"],
            "username": found["login"],
            "password": found["password"],
        },
    )
    assert response.status_code == 200, response.text
    token: dict[str, str] = response.json()
    return token


def test_every_listed_active_identity_can_log_in(control: Control) -> None:
    found = control.done("GET", "identities")
    usable = [one for one in found if one["status"] == "active" and one["grant"] == "password"]
    assert len(usable) >= 8
    for one in usable:
        if one["client"] == 15:
            continue
        token = login(control, one["login"])
        user = control.get("/user/", {"Authorization": f"Bearer {token['access_token']}"}).json()
        assert user["login"] == one["login"]


def test_token_can_be_requested_by_role(control: Control) -> None:
    roles = {one["role"] for one in control.done("GET", "identities")} - {None}
    assert {"client_user", "client_user_read_only", "group_user", "extension_user"} <= roles
    for role in roles:
        response = control.done("POST", "tokens", {"login": role})
        user = control.get("/user/", {"Authorization": f"Bearer {response['access_token']}"})
        assert user.json()["login"] == response["login"]


def test_token_expires_after_the_requested_seconds(control: Control) -> None:
    token = control.done("POST", "tokens", {"login": "client-admin", "seconds": 2})
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    control.done("PUT", "clock", {"frozen": True})
    assert control.get("/user/", headers).status_code == 200
    control.done("POST", "clock/advance", {"seconds": 2})
    assert control.get("/user/", headers).status_code == 401


def test_expired_tokens_can_be_refreshed_and_revoked_ones_cannot(control: Control) -> None:
    def refresh(token: dict[str, str]) -> int:
        form = {
            "grant_type": "refresh_token",
            "client_id": "c1200000000000000000000000000003",
            "client_secret": "c0ffee03c0ffee03c0ffee03c0ffee03",
            "refresh_token": token["refresh_token"],
        }
        return control.http.post("/oauth/token", data=form).status_code

    token = login(control, "sales-lead")
    other = control.token("client-admin")
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    assert control.done("POST", "tokens/expire", params={"login": "sales-lead"})["count"] == 1
    assert control.get("/user/", headers).status_code == 401
    assert control.get("/user/", other).status_code == 200
    assert refresh(token) == 200
    token = login(control, "sales-lead")
    assert control.done("DELETE", "tokens", params={"login": "sales-lead"})["count"] >= 2
    assert refresh(token) == 401
    assert control.done("DELETE", "tokens")["count"] == 1
    assert control.get("/user/", other).status_code == 401
