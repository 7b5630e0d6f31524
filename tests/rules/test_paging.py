"""Lists cut into pages."""

from __future__ import annotations

from itertools import chain
from typing import Any

import pytest

from support.media import PAGED, SPAN, TIME, Operation
from support.server import Api

every_list = pytest.mark.parametrize("listed", PAGED, ids=str)


def query_of(listed: Operation) -> dict[str, Any]:
    """What makes the list long: a range for recorded items, nothing for others."""
    return dict(SPAN) if listed.collection in TIME else {}


def read(api: Api, listed: Operation, **query: Any) -> list[Any]:
    found: list[Any] = api.read(listed.at(), **query_of(listed), **query)
    return found


def pages(api: Api, listed: Operation, size: int, **query: Any) -> list[list[Any]]:
    """Page after page, up to the first that is empty."""
    found: list[list[Any]] = []
    while page := read(api, listed, per_page=size, page=len(found) + 1, **query):
        found.append(page)
        assert len(found) < 100
    return found


def laid_out(found: list[list[Any]]) -> list[Any]:
    """Pages end to end."""
    return list(chain.from_iterable(found))


@pytest.mark.rule("paging")
def test_every_list_can_be_paged() -> None:
    assert len(PAGED) == 4 + 3 * 4


@pytest.mark.rule("paging")
@pytest.mark.parametrize("size", [1, 2, 3, 5, 1000])
@every_list
def test_pages_laid_end_to_end_are_the_whole_list(admin: Api, listed: Operation, size: int) -> None:
    items = read(admin, listed)
    found = pages(admin, listed, size)
    assert laid_out(found) == items != []
    assert [len(page) for page in found[:-1]] == [size] * (len(found) - 1)


@pytest.mark.rule("paging", "media-order")
@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("size", [1, 4])
@pytest.mark.parametrize("listed", [one for one in PAGED if one.has_role("order")], ids=str)
def test_pages_keep_the_order_that_was_asked_for(
    admin: Api, listed: Operation, size: int, order: str
) -> None:
    items = read(admin, listed, order=order)
    assert laid_out(pages(admin, listed, size, order=order)) == items


@pytest.mark.rule("paging")
@pytest.mark.parametrize("size", [1, 3])
@pytest.mark.parametrize("listed", [one for one in PAGED if one.collection == "extension"], ids=str)
def test_pages_are_cut_after_the_filters(admin: Api, listed: Operation, size: int) -> None:
    query: dict[str, Any] = {"type": ["phone", "queue"], "status": "active"}
    items = read(admin, listed, **query)
    assert 1 < len(items) < len(read(admin, listed))
    assert laid_out(pages(admin, listed, size, **query)) == items


@pytest.mark.rule("paging")
@pytest.mark.parametrize("page", [2, 1000000000000])
@every_list
def test_a_page_past_the_end_is_empty(admin: Api, listed: Operation, page: int) -> None:
    size = len(read(admin, listed))
    assert read(admin, listed, per_page=size, page=page) == []
    assert read(admin, listed, per_page=1000, page=page) == []


@pytest.mark.rule("paging")
@pytest.mark.parametrize("page", [1, 2, 99])
@every_list
def test_without_a_size_the_whole_list_comes(admin: Api, listed: Operation, page: int) -> None:
    assert read(admin, listed, page=page) == read(admin, listed)


@pytest.mark.rule("paging", "empty-query")
@pytest.mark.parametrize("nothing", ["", "0"])
@every_list
def test_nothing_as_page_or_size_counts_as_not_given(
    admin: Api, listed: Operation, nothing: str
) -> None:
    items = read(admin, listed)
    assert read(admin, listed, per_page=nothing) == items
    assert read(admin, listed, per_page=nothing, page=2) == items
    assert read(admin, listed, per_page=nothing, page=nothing) == items
    assert read(admin, listed, per_page=1, page=nothing) == items[:1]


@pytest.mark.rule("paging", "error-validation")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("per_page", "1001"),
        ("per_page", "1000000000000000000000"),
        ("per_page", "-1"),
        ("per_page", "abc"),
        ("per_page", "1.5"),
        ("page", "-1"),
        ("page", "abc"),
        ("page", "1.5"),
    ],
)
@every_list
def test_a_page_that_cannot_be_is_refused(
    admin: Api, listed: Operation, name: str, value: str
) -> None:
    query = {"per_page": "10", **query_of(listed), name: value}
    refused = admin.get(listed.at(), **query)
    assert refused.status_code == 400
    assert refused.json()["message"].startswith(f"{name}:")
