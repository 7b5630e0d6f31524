"""Bulk creation over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from support.control import API, Control


@pytest.mark.parametrize(
    ("path", "list_name"), [("record", None), ("call_history", "call_history")]
)
def test_reading_pages_until_one_is_empty_finds_all_entries(
    control: Control, path: str, list_name: str | None
) -> None:
    control.done("PUT", "clock", {"now": "2026-03-31 23:00:00", "frozen": True})
    counts = {"client": 12, "records": 700, "unanswered": 150, "seed": 7}
    control.done("POST", "bulk", counts)
    headers = control.token()
    query = {"start_datetime": "2026-02-01 00:00:00", "end_datetime": "2026-03-31 23:59:59"}
    pages: list[list[Any]] = []
    while not pages or pages[-1]:
        params = {**query, "page": str(len(pages) + 1)}
        found = control.http.get(f"{API}/client/@me/{path}/", params=params, headers=headers).json()
        pages.append(found[list_name] if list_name else found)
    entries = [one for page in pages for one in page]
    whole = control.http.get(
        f"{API}/client/@me/{path}/", params={**query, "per_page": "1000"}, headers=headers
    ).json()
    assert entries == (whole[list_name] if list_name else whole)
    assert len(entries) > 400
    # All pages but the last are full; one more request finds an empty page.
    assert [len(page) for page in pages[:-2]] == [100] * (len(entries) // 100)
    assert len(pages) == -(-len(entries) // 100) + 1
