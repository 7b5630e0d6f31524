"""Access to the page: its content security policy, and clients that are not admitted."""

from __future__ import annotations

import pytest

from ringme_mock.app import ANY, LOOPBACK, MockApp, create_app
from ringme_spec.paths import FIXTURES, SPEC
from support.asgi import send_request
from support.page_client import PAGE, PageClient, links

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; media-src blob:; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)


def test_content_security_policy_of_the_page_allows_only_its_own_origin(
    page_client: PageClient,
) -> None:
    for response in (
        page_client.get(),
        page_client.get(f"{PAGE}/none"),
        page_client.http.post(f"{PAGE}/none"),
    ):
        assert response.headers["content-security-policy"] == POLICY
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["referrer-policy"] == "same-origin"
        assert response.headers["cross-origin-resource-policy"] == "same-origin"
        assert response.headers["cache-control"] == "no-store"


@pytest.fixture(scope="module")
def app() -> MockApp:
    return create_app(SPEC, FIXTURES, control=LOOPBACK)


NOT_ADMITTED = [
    ("192.0.2.7", {}),
    ("127.0.0.1", {"Host": "rebound.example"}),
    ("127.0.0.1", {"Origin": "https://evil.example"}),
    ("127.0.0.1", {"Origin": "null"}),
]


@pytest.mark.parametrize(("client", "headers"), NOT_ADMITTED)
def test_client_without_control_access_is_redirected_to_the_documentation(
    app: MockApp, client: str, headers: dict[str, str]
) -> None:
    response = send_request(app, "GET", "/", client, headers=headers)
    assert response.is_redirect
    assert response.headers["location"] == "/docs/"
    moved = send_request(app, "GET", "/s/mine/", client, headers=headers)
    assert moved.headers["location"] == "/s/mine/docs/"
    (script,) = [one for one in links(send_request(app, "GET", "/").text) if ".js" in one]
    response = send_request(app, "GET", f"/{script}", client, headers=headers)
    assert response.status_code == 403
    assert response.json()["status"] == "control_refused"


def test_page_is_served_to_all_clients_if_all_may_control_the_mock() -> None:
    app = create_app(SPEC, FIXTURES, control=ANY)
    headers = {"Host": "mock.example"}
    assert send_request(app, "GET", "/", "192.0.2.7", headers=headers).status_code == 200
    headers["Origin"] = "http://evil.example"
    assert send_request(app, "GET", "/", "192.0.2.7", headers=headers).is_redirect
