"""What the page keeps to itself, and what it does not let others do."""

from __future__ import annotations

import asyncio
from html.parser import HTMLParser

import httpx
import pytest

from ringme_mock.app import ANY, LOOPBACK, MockApp, create_app
from ringme_mock.ui.ui_actions import ACTIONS
from ringme_spec.paths import FIXTURES, SPEC
from support.visitor import PAGE, Visitor

HOSTILE = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)> ' onload='x",
    "</textarea></title></style><svg/onload=alert(1)>",
    '<hx-partial hx-target="body"><b>gone</b></hx-partial>',
    "{{ 7 * 7 }}{% for x in y %}",
    "\u202eright to left\u2066",
    "a\x00b\x1bc\u2028d",
]


class Seen(HTMLParser):
    """The elements of a page, and the names of their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes.update(name for name, _ in attrs)


def test_the_browser_may_load_run_and_send_nothing_foreign(visitor: Visitor) -> None:
    headers = visitor.get().headers
    assert headers["content-security-policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
        " connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"


def test_all_that_the_page_answers_has_these_headers(visitor: Visitor) -> None:
    answers = [
        visitor.get(),
        visitor.get(f"{PAGE}/panels"),
        visitor.get(f"{PAGE}/journal"),
        visitor.press("reset"),
        visitor.press("no-such"),
        visitor.send("reset"),
        visitor.send("token", login="nobody"),
        visitor.http.post(f"{PAGE}/session", data={"name": "mine"}),
    ]
    for answer in answers:
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"


def test_the_page_has_no_script_and_no_style_in_its_lines(visitor: Visitor) -> None:
    page = visitor.page()
    seen = Seen(page)
    assert seen.elements.count("script") == 1
    assert "style" not in {*seen.elements, *seen.attributes}
    assert [name for name in seen.attributes if name.startswith(("on", "hx-on"))] == []
    # What would need eval: filters of triggers, and values that are code.
    assert "js:" not in page
    assert "javascript:" not in page


def plant(visitor: Visitor, name: str) -> list[Seen]:
    """Puts a name wherever the page shows what came from outside; gives the page in two ways."""
    visitor.api("POST", "/client/@me/extension_group/", json={"name": name})
    visitor.api("PUT", "/client/@me/extension/31", json={"label": name, "extra_params": name})
    headers = {"Authorization": f"Bearer {visitor.token()}"}
    user = {"name": name, "login": name, "password": name, "email": "a@example.com"}
    visitor.http.post(
        f"{visitor.prefix}/api/ver1.0/client/@me/user/extension_group/",
        json={**user, "extension_group_id": 3},
        headers=headers,
    )
    visitor.get(f"/api/{name!r}", **{name: name})
    body = {name: name}
    visitor.http.post(f"{visitor.prefix}/api/ver1.0/user/", json=body, headers=headers)
    fault = {"name": name, "match": {"path": name, "login": name}, "answer": {"status": 500}}
    assert visitor.http.post(f"{visitor.prefix}/__mock__/faults", json=fault).is_success
    return [
        Seen(visitor.page()),
        Seen(visitor.page(find=name, find_login=name, text=name, message=name)),
    ]


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_text_wherever_they_stand(visitor: Visitor, name: str) -> None:
    harmless = plant(visitor.of_session("one"), "harmless")
    hostile = plant(visitor.of_session("two"), name)
    for before, after in zip(harmless, hostile, strict=True):
        assert set(after.elements) <= set(before.elements)
        assert after.attributes <= before.attributes
        assert after.elements.count("script") == 1


def test_half_a_character_pair_in_a_body_does_not_break_the_page(visitor: Visitor) -> None:
    visitor.http.post(
        "/api/ver1.0/client/@me/extension_group/",
        content=b'{"name": "\\ud800"}',
        headers={
            "Authorization": f"Bearer {visitor.token()}",
            "Content-Type": "application/json",
        },
    )
    assert "no low surrogate in string" in visitor.page()


@pytest.mark.parametrize("content", [b"login=%ff", b"\xff=1"])
def test_a_form_that_is_no_text_is_refused(visitor: Visitor, content: bytes) -> None:
    answer = visitor.http.post(f"{PAGE}/do/token", content=content)
    assert answer.status_code == 400
    assert "The form is not UTF-8" in answer.text


def test_a_form_that_is_too_long_is_refused(visitor: Visitor) -> None:
    answer = visitor.http.post(f"{PAGE}/do/token", content=b"login=" + b"x" * 100_000)
    assert answer.status_code == 413


def ask(app: MockApp, client: str, method: str, path: str, **headers: str) -> httpx.Response:
    """What a mock answers to a program at the address `client`."""

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app=app, client=(client, 50000))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
            return await http.request(method, path, headers=headers)

    return asyncio.run(send())


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
def test_who_may_not_control_the_mock_is_led_to_the_documentation(
    app: MockApp, client: str, headers: dict[str, str]
) -> None:
    answer = ask(app, client, "GET", "/", **headers)
    assert answer.is_redirect
    assert answer.headers["location"] == "/docs/"
    assert ask(app, client, "GET", "/s/mine/", **headers).headers["location"] == "/s/mine/docs/"
    for path in (f"{PAGE}/panels", f"{PAGE}/journal", f"{PAGE}/journal/rows"):
        assert ask(app, client, "GET", path, **headers).status_code == 403


@pytest.mark.parametrize(("client", "headers"), NOT_ADMITTED)
@pytest.mark.parametrize("name", ACTIONS)
def test_who_may_not_control_the_mock_presses_no_button(
    app: MockApp, client: str, headers: dict[str, str], name: str
) -> None:
    answer = ask(app, client, "POST", f"{PAGE}/do/{name}", **headers)
    assert answer.status_code == 403
    assert answer.json()["status"] == "control_refused"


def test_everybody_sees_the_page_of_a_mock_that_everybody_may_control() -> None:
    app = create_app(SPEC, FIXTURES, control=ANY)
    headers = {"Host": "mock.example"}
    assert ask(app, "192.0.2.7", "GET", "/", **headers).status_code == 200
    headers["Origin"] = "http://evil.example"
    assert ask(app, "192.0.2.7", "POST", f"{PAGE}/do/reset", **headers).status_code == 403
