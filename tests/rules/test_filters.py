"""Filters of the lists of numbers."""

from __future__ import annotations

from typing import Any

import pytest

from support.server import Api

NUMBERS = "/client/12/extension/"


def passing(admin: Api, path: str, **wanted: list[Any]) -> list[Any]:
    """The entries of the whole list that have one of the wanted values of each property."""
    return [
        one
        for one in admin.read(path)
        if all(one[name] in values for name, values in wanted.items())
    ]


@pytest.mark.rule("extension-filters")
@pytest.mark.parametrize("path", [NUMBERS, "/extension_group/3/extension/"])
@pytest.mark.parametrize(
    "wanted",
    [
        {"type": ["phone"]},
        {"type": ["queue", "fax"]},
        {"status": ["blocked"]},
        {"extension_group_id": [3]},
        {"extension_group_id": [3, 5]},
        {"name": ["000*310"]},
        {"type": ["phone"], "status": ["active"], "extension_group_id": [3]},
    ],
    ids=str,
)
def test_a_filtered_list_is_the_filter_of_the_whole(
    admin: Api, path: str, wanted: dict[str, list[Any]]
) -> None:
    assert admin.read(path, **wanted) == passing(admin, path, **wanted)


@pytest.mark.rule("extension-filters")
def test_a_name_may_lack_its_prefix(admin: Api) -> None:
    assert [one["id"] for one in admin.read(NUMBERS, name="300")] == [30]
    assert [one["id"] for one in admin.read(NUMBERS, name=["300", "000*301"])] == [28, 30]
    assert admin.read(NUMBERS, name="30") == []


@pytest.mark.rule("extension-filters")
def test_a_group_that_is_not_there_has_no_numbers(admin: Api) -> None:
    assert admin.read(NUMBERS, extension_group_id=999) == []


@pytest.mark.rule("extension-filters", "error-validation")
@pytest.mark.parametrize("query", [{"type": "drum"}, {"status": ["active", "gone"]}], ids=str)
def test_a_value_that_no_number_can_have_is_refused(admin: Api, query: dict[str, Any]) -> None:
    answer = admin.get(NUMBERS, **query)
    assert answer.status_code == 400
    assert next(iter(query)) in answer.json()["message"]


@pytest.mark.rule("extension-filters", "paging")
def test_pages_are_those_of_the_filtered_list(admin: Api) -> None:
    whole = admin.read(NUMBERS, type="phone")
    pages = [admin.read(NUMBERS, type="phone", per_page=2, page=page) for page in range(1, 9)]
    assert [one for page in pages for one in page] == whole
    assert len(whole) > 4
