"""The live rows of the journal."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from ringme_mock import MockServer
from ringme_mock.ui import journal_view as journals
from support.visitor import PAGE, Visitor

ROWS = f"{PAGE}/journal/rows"


@pytest.fixture
def visitor(visitor: Visitor) -> Visitor:
    """In a session whose journal has given out no number yet."""
    return visitor.of_session("new")


def events(lines: Iterator[str]) -> Iterator[dict[str, str]]:
    """The events of a stream; comments are passed over."""
    event: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        if line == "" and event:
            yield event
            event = {}
        elif name:
            event[name] = event[name] + "\n" + value if name in event else value


def test_a_row_comes_with_its_request(visitor: Visitor) -> None:
    with httpx.stream("GET", visitor.server.url + visitor.prefix + ROWS, timeout=20) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        found = events(stream.iter_lines())
        threading.Thread(target=visitor.api, args=("GET", "/client/@me/extension_group/3")).start()
        row = next(found)
        assert row["id"] == "1"
        assert "event" not in row
        assert "/api/ver1.0/client/@me/extension_group/3</bdi>" in row["data"]


def test_a_request_that_may_have_changed_something_is_told_of(visitor: Visitor) -> None:
    with httpx.stream("GET", visitor.server.url + visitor.prefix + ROWS, timeout=20) as stream:
        found = events(stream.iter_lines())
        body = {"json": {"name": "New"}}
        path = "/client/@me/extension_group/"
        threading.Thread(target=visitor.api, args=("POST", path), kwargs=body).start()
        assert "createExtensionGroup" in next(found)["data"]
        assert next(found)["event"] == "changed"


@pytest.mark.parametrize(
    ("query", "header", "ids"),
    [
        ("", {}, ["3"]),
        ("?after=1", {}, ["3"]),
        ("?after=0", {"Last-Event-ID": "2"}, ["3"]),
        ("?after=nonsense", {}, ["3"]),
        # The mock was started anew since.
        ("?after=1000", {}, ["3"]),
    ],
)
def test_what_came_before_the_connection_is_not_missed(
    visitor: Visitor, query: str, header: dict[str, str], ids: list[str]
) -> None:
    for group in (3, 5, 8):
        visitor.api("GET", f"/client/@me/extension_group/{group}")
    url = visitor.server.url + visitor.prefix + ROWS + query
    with httpx.stream("GET", url, headers=header, timeout=20) as stream:
        row = next(events(stream.iter_lines()))
        assert [row["id"]] == ids
        assert "extension_group/8" in row["data"]
        known = header.get("Last-Event-ID") == "2"
        assert ("extension_group/5" in row["data"]) is not known


def test_only_rows_that_fit_the_filter_come(visitor: Visitor) -> None:
    visitor.http.get(f"{visitor.prefix}/api/ver1.0/user/")
    visitor.api("GET", "/user/")
    url = f"{visitor.server.url}{visitor.prefix}{ROWS}?verdict=refused"
    with httpx.stream("GET", url, timeout=20) as stream:
        row = next(events(stream.iter_lines()))
        assert row["id"] == "2"
        assert row["data"].count('<li class="entry') == 1
        assert "401" in row["data"]


def test_line_ends_in_names_do_not_end_an_event(visitor: Visitor) -> None:
    visitor.get("/api/a%0D%0A%0D%0Aevent: changed%0Ddata: x")
    with httpx.stream("GET", visitor.server.url + visitor.prefix + ROWS, timeout=20) as stream:
        row = next(events(stream.iter_lines()))
        assert set(row) == {"id", "data"}


def test_of_a_flood_only_the_last_rows_come(visitor: Visitor) -> None:
    token = visitor.token()
    for _ in range(journals.ROWS_SHOWN + 30):
        visitor.http.get(
            f"{visitor.prefix}/api/ver1.0/user/", headers={"Authorization": f"Bearer {token}"}
        )
    with httpx.stream("GET", visitor.server.url + visitor.prefix + ROWS, timeout=20) as stream:
        row = next(events(stream.iter_lines()))
        assert row["data"].count('<li class="entry') == journals.ROWS_SHOWN


def test_the_stream_of_a_session_ends_with_it(
    server: MockServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journals, "HEARTBEAT", 0.05)
    session = server.app.sessions.get("short")
    there = iter([True, False])

    async def all_of(stream: AsyncIterator[str]) -> list[str]:
        return [part async for part in stream]

    stream = journals.follow_rows(session.journal, 0, lambda after: "", lambda: next(there))
    assert asyncio.run(all_of(stream)) == [": open\n\n", ": still there\n\n"]
    assert not session.journal.followed


def test_a_head_request_for_the_stream_ends(visitor: Visitor) -> None:
    answer = visitor.http.head(visitor.prefix + ROWS)
    assert answer.headers["content-type"].startswith("text/event-stream")


def test_who_closes_the_page_is_not_waited_for(visitor: Visitor) -> None:
    journal = visitor.server.app.sessions.get("new").journal

    def becomes(followed: bool) -> bool:
        end = time.monotonic() + 5
        while journal.followed is not followed and time.monotonic() < end:
            time.sleep(0.05)
        return journal.followed is followed

    with httpx.stream("GET", visitor.server.url + visitor.prefix + ROWS, timeout=20):
        assert becomes(True)
    assert becomes(False)
