"""Texts of groups, whatever they are made of."""

from __future__ import annotations

from typing import Any

import pytest

from support.operations import accepted, brief
from support.server import Api

GROUPS = "/client/12/extension_group/"
# What extra_params may be: free text, whatever it looks like, or nothing.
FREE_TEXTS = [None, "", "null", "312", '{"queue": [1, null]}', "три\n\x00\u2028", "x" * 10_000]
GOOD_NAMES = [
    "x",
    "x" * 255,
    "\U0001f600" * 255,
    "Отдел продаж",
    " ",
    "null",
    "a\x00b",
    '"\\/\u2028',
]


def create(api: Api, **body: Any) -> dict[str, Any]:
    group: dict[str, Any] = accepted(api.post("/client/@me/extension_group/", body), 201)
    return group


@pytest.mark.rule("group-create", "group-update-partial")
@pytest.mark.parametrize("name", GOOD_NAMES, ids=brief)
def test_a_name_has_1_to_255_characters(admin: Api, name: str) -> None:
    new = create(admin, name=name)
    assert new["name"] == name
    assert accepted(admin.put(f"{GROUPS}3", {"name": name}))["name"] == name
    assert [one["name"] for one in admin.read(GROUPS) if one["id"] in (3, new["id"])] == [name] * 2


@pytest.mark.rule("group-create", "group-update-partial")
@pytest.mark.parametrize("value", FREE_TEXTS, ids=brief)
def test_extra_params_come_back_as_they_were_sent(admin: Api, value: str | None) -> None:
    new = create(admin, name="New", extra_params=value)
    assert admin.read(f"{GROUPS}{new['id']}")["extra_params"] == value
    # 5 had text before and 3 had none.
    for group in (5, 3):
        changed = accepted(admin.put(f"{GROUPS}{group}", {"extra_params": value}))
        assert changed["extra_params"] == value
        assert admin.read(f"{GROUPS}{group}") == changed
