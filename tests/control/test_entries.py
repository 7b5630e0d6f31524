"""Entries of collections, and blocked users."""

from __future__ import annotations

import pytest

from support.control import Control


def test_entries_of_a_collection_are_listed_in_pages(control: Control) -> None:
    whole = control.done("GET", "entries/extension_group")
    assert whole["total"] == len(whole["entries"]) == 8
    page = control.done("GET", "entries/extension_group?order=desc&limit=2&offset=1")
    assert page["total"] == 8
    assert page["entries"] == whole["entries"][::-1][1:3]
    assert page["counts"] == {}
    assert control.done("GET", "journal") == []


def test_entries_can_be_filtered_by_owner_or_without_owner(control: Control) -> None:
    members = control.done("GET", "entries/extension?owner=extension_group&owner_id=3")
    assert {one["extension_group_id"] for one in members["entries"]} == {3}
    loose = control.done("GET", "entries/extension?owner=extension_group")
    assert {one["extension_group_id"] for one in loose["entries"]} == {None}
    every = control.done("GET", "entries/extension")
    assert 0 < members["total"] + loose["total"] < every["total"]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("text=SUPPORT", [5, 9]),
        ("text=support&properties=extra_params", []),
        ("text=first line&properties=name, extra_params", [5]),
        ("text=13", [13]),
        ("text=no such name", []),
    ],
)
def test_entries_can_be_searched_by_text(control: Control, query: str, ids: list[int]) -> None:
    found = control.done("GET", f"entries/extension_group?{query}")
    assert [one["id"] for one in found["entries"]] == ids
    assert found["total"] == len(ids)


def test_dependent_entries_are_counted(control: Control) -> None:
    query = "owner=extension_group&owner_id=3&count=record,voicemail,fax"
    found = control.done("GET", f"entries/extension?{query}")
    assert found["counts"]["31"] == {"record": 4, "voicemail": 4, "fax": 1}


def test_composed_entries_are_listed_without_a_total(control: Control) -> None:
    calls = control.done("GET", "entries/call?owner=client&owner_id=12&order=desc&limit=3")
    assert len(calls["entries"]) == 3
    assert calls["total"] is None


@pytest.mark.parametrize(
    ("query", "refused"),
    [
        ("rooms", "404 No such collection: rooms; known collections: client, "),
        ("extension?owner=room", "400 No such collection: room"),
        ("extension?owner=record&owner_id=1", "400 owner: entries of extension belong to no rec"),
        ("extension?owner=extension_group&owner_id=99", "404 No such"),
        ("extension?owner_id=3", "400 owner: is missing"),
        ("extension?count=client", "400 count: entries of client belong to no extension"),
        ("extension?limit=0", "400 limit: "),
    ],
)
def test_invalid_entries_queries_are_refused(control: Control, query: str, refused: str) -> None:
    assert control.refused("GET", f"entries/{query}").startswith(refused)


def test_user_can_be_blocked_and_unblocked(control: Control) -> None:
    headers = control.token("sales-lead")
    blocked = {"login": "sales-lead", "status": "blocked"}
    assert control.done("PUT", "users/sales-lead", {"status": "blocked"}) == blocked
    assert control.get("/user/", headers).json()["status"] == "user_blocked"
    control.done("PUT", "users/sales-lead", {"status": "active"})
    assert control.get("/user/", headers).status_code == 200
    assert control.refused("PUT", "users/nobody", {"status": "active"}).startswith("404 No such")
    assert control.refused("PUT", "users/sales-lead", {"status": "gone"}).startswith("400 status")
