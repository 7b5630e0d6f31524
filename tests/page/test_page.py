"""What the page shows of a session."""

from __future__ import annotations

import asyncio
import json
import re
import shlex
from html import unescape

import httpx
import pytest

from ringme_mock.app import OFF, create_app
from ringme_mock.http.journal import Journal
from ringme_mock.ui.directory import CHOICES_SHOWN, GROUPS_SHOWN, MEMBERS_SHOWN, DirectoryReader
from ringme_mock.ui.user_list import USERS_SHOWN
from ringme_spec.paths import FIXTURES, SPEC
from support.visitor import PAGE, Visitor

_LINK = re.compile(r'\b(?:href|src|action|hx-get|hx-post|hx-sse:connect)="([^"]*)"')


def links(page: str) -> list[str]:
    return [link for link in _LINK.findall(page) if not link.startswith("#")]


def bulk(visitor: Visitor, **wanted: int) -> None:
    body = {"client": 12, "seed": 1, **wanted}
    assert visitor.http.post("/__mock__/bulk", json=body).is_success


def test_the_page_is_html_that_nobody_keeps(visitor: Visitor) -> None:
    answer = visitor.get()
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert "<h1>RingMe mock</h1>" in answer.text


def test_a_head_request_gets_the_headers_alone(visitor: Visitor) -> None:
    answer = visitor.http.head("/")
    assert (answer.status_code, answer.content) == (200, b"")


def test_it_shows_who_can_log_in_and_what_each_sees(visitor: Visitor) -> None:
    page = visitor.page()
    for text in (
        "client-admin",
        "mock-sales-lead",
        "group <bdi>Sales</bdi>, password",
        "read only",
    ):
        assert text in page


def test_it_shows_groups_with_members_and_their_counts(visitor: Visitor) -> None:
    page = visitor.page()
    sales = page[page.index('id="group-3"') : page.index('id="group-4"')]
    assert "<bdi>Ivanova</bdi>" in sales
    assert "phone · calls 4 · voicemail 4 · faxes 1" in sales
    assert "8 groups, 20 numbers." in page


def test_it_links_to_the_documentation(visitor: Visitor) -> None:
    assert {"/docs/", "/reference/", "/__mock__/openapi.json"} <= set(links(visitor.page()))


@pytest.mark.parametrize("prefix", ["", "/s/mine"])
def test_every_link_stays_in_the_session(visitor: Visitor, prefix: str) -> None:
    visitor.prefix = prefix
    page = visitor.page()
    sessions = page[
        page.index('id="sessions-title"') : page.index(
            'action="', page.index('id="sessions-title"')
        )
    ]
    others = set(links(sessions))
    found = [link for link in links(page) if link not in others]
    assert len(found) > 30
    assert [link for link in found if not link.startswith(f"{prefix}/")] == []
    if prefix:
        assert others == {"/", "/s/mine/"}


def test_the_session_of_a_header_has_links_with_its_prefix(visitor: Visitor) -> None:
    answer = visitor.http.get("/", headers={"X-Mock-Session": "by-header"})
    assert 'hx-post="/s/by-header/__mock__/page/do/reset"' in answer.text


def test_sessions_do_not_see_each_other(visitor: Visitor) -> None:
    mine, theirs = visitor.of_session("mine"), visitor.of_session("theirs")
    mine.api("POST", "/client/@me/extension_group/", json={"name": "Only mine"})
    assert "Only mine" in mine.page()
    assert "Only mine" not in theirs.page()
    assert "Only mine" not in visitor.page()


def test_a_session_is_opened_by_its_name(visitor: Visitor) -> None:
    answer = visitor.http.post(f"{PAGE}/session", data={"name": "new-one"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/s/new-one/")
    answer = visitor.of_session("new-one").http.post(
        f"/s/new-one{PAGE}/session", data={"name": "default"}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


@pytest.mark.parametrize("name", ["", "a b", "../up", "x" * 65, "é", "//evil.example", "a\r\nb: c"])
def test_a_bad_name_of_a_session_is_refused_in_words(visitor: Visitor, name: str) -> None:
    answer = visitor.http.post(f"{PAGE}/session", data={"name": name})
    assert answer.status_code == 400
    assert "Not done." in answer.text


def test_of_many_groups_and_numbers_it_shows_the_first(visitor: Visitor) -> None:
    bulk(visitor, groups=2000, extensions=900)
    page = visitor.page()
    assert page.count('<li id="group-') == GROUPS_SHOWN
    assert f"The first {GROUPS_SHOWN} of 2008 groups." in page
    choices = page[page.index('<select id="number"') :].partition("</select>")[0]
    assert choices.count("<option") == CHOICES_SHOWN
    assert len(page) < 200_000


def test_of_many_members_it_shows_the_first(visitor: Visitor) -> None:
    for number in range(600, 640):
        body = {"name": str(number), "extension_group_id": 8}
        visitor.api("POST", "/client/12/extension/", json=body)
    page = visitor.page()
    group = page[page.index('id="group-8"') : page.index('id="group-9"')]
    assert group.count("000*6") == MEMBERS_SHOWN
    assert "and 20 more numbers" in group


def test_a_search_finds_groups_and_numbers_by_name_and_id(visitor: Visitor) -> None:
    bulk(visitor, groups=500)
    page = visitor.page(find="SUPPORT")
    assert 'id="group-5"' in page
    assert 'id="group-9"' in page
    assert 'id="group-3"' not in page
    assert "Support queue" in page
    assert 'id="group-13"' in visitor.page(find="13")
    assert "0 groups shown of 508" in visitor.page(find="no such name")


def test_a_search_says_what_it_found(visitor: Visitor) -> None:
    answer = visitor.get(f"{PAGE}/panels", find="support", searched="1")
    assert "Found: 2 groups, 2 numbers." in answer.text
    assert 'hx-swap-oob="outerMorph"' in answer.text


def test_of_many_users_it_shows_the_first_and_finds_others(visitor: Visitor) -> None:
    for number in range(60):
        body = {
            "name": "Temp",
            "login": f"temp-{number:02}",
            "password": "p",
            "email": "temp@example.com",
            "extension_group_id": 3,
        }
        visitor.api("POST", "/client/12/user/extension_group/", json=body)
    page = visitor.page()
    assert page.count('<li id="user-') == USERS_SHOWN
    assert f"The first {USERS_SHOWN} of 75." in page
    found = visitor.page(find_login="TEMP-59")
    assert found.count('<li id="user-') == 1
    assert "temp-59" in found


def test_the_journal_shows_the_last_requests_with_reasons(visitor: Visitor) -> None:
    visitor.api("GET", "/client/@me/extension_group/", params={"page": "2"})
    visitor.http.get("/api/ver1.0/user/")
    page = visitor.page()
    assert "/api/ver1.0/client/@me/extension_group/?page=2" in page
    assert "listExtensionGroups" in page
    assert "Unauthorized" in page
    assert "getCurrentUser" in page


def test_the_journal_shows_both_sides_and_how_to_send_a_request_again(visitor: Visitor) -> None:
    name = "It's <b>new</b> $HOME"
    visitor.api("POST", "/client/@me/extension_group/", json={"name": name})
    page = unescape(visitor.page())
    assert "authorization: Bearer ***" in page
    assert '"extra_params": null' in page
    assert "x-ratelimit-remaining: " in page
    path = f"{visitor.server.url}{visitor.prefix}/api/ver1.0/client/@me/extension_group/"
    (curl,) = re.findall(r'<code id="curl-request-\d+">(.*?)</code> <button', page)
    command = shlex.split(curl)
    assert command[:4] == ["curl", "-X", "POST", path]
    assert "Authorization: Bearer $TOKEN" in command
    assert json.loads(command[-1]) == {"name": name}
    (fetch,) = re.findall(r'<code id="fetch-request-\d+">(.*?)</code> <button', page)
    assert fetch == (
        f'await fetch("{path}", {{method: "POST", headers: {{"Authorization": `Bearer ${{token}}`,'
        f' "Content-Type": "application/json"}}, body: JSON.stringify({{"name": "{name}"}})}})'
    )


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({}, 3),
        ({"verdict": "refused"}, 1),
        ({"verdict": "no such"}, 3),
        ({"text": "GROUP/3"}, 1),
        ({"text": "client-admin"}, 2),
        ({"text": "nothing has this"}, 0),
    ],
)
def test_the_journal_is_filtered(visitor: Visitor, query: dict[str, str], count: int) -> None:
    visitor.api("GET", "/client/@me/extension_group/3")
    visitor.api("GET", "/user/")
    visitor.http.get("/api/ver1.0/user/")
    answer = visitor.get(f"{PAGE}/journal", **query)
    assert answer.text.count('<li class="entry') == count


def test_the_journal_tells_how_many_requests_it_has_dropped(visitor: Visitor) -> None:
    visitor.server.app.sessions.default.journal = Journal(2)
    for _ in range(5):
        visitor.http.get("/api/ver1.0/user/")
    assert "3 older requests were dropped" in visitor.get(f"{PAGE}/journal").text


def test_a_paused_journal_does_not_listen(visitor: Visitor) -> None:
    assert "hx-sse:connect" in visitor.get(f"{PAGE}/journal").text
    assert "hx-sse:connect" not in visitor.get(f"{PAGE}/journal", paused="1").text


def test_requests_for_the_page_are_not_in_the_journal(visitor: Visitor) -> None:
    visitor.page()
    visitor.press("freeze-clock", frozen="1")
    assert visitor.server.journal() == []


def test_data_that_the_document_does_not_have_is_left_out(visitor: Visitor) -> None:
    view = {"groups": "teams", "numbers": {"collection": "x", "group": "", "number": ""}}
    store = visitor.server.app.state.store
    reader = DirectoryReader(store, {**view, "items": [{"collection": "none"}], "titles": {}})
    assert reader.read("")["all_groups"] == 0
    assert reader.items == []


def test_a_mock_without_control_has_no_page() -> None:
    app = create_app(SPEC, FIXTURES, control=OFF)

    async def ask(path: str) -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
            return await http.get(path)

    assert asyncio.run(ask("/")).headers["location"] == "/docs/"
    assert asyncio.run(ask(f"{PAGE}/panels")).status_code == 404
