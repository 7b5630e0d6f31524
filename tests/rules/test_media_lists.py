"""The recorded items of the fixtures are those that the API lists."""

from __future__ import annotations

import pytest

from support.media import (
    KEY,
    fixture_items,
    media_list,
    whole,
)
from support.server import RunningMock

by_kind = pytest.mark.parametrize("kind", KEY)


@pytest.mark.rule("media-range", "group-media-by-membership")
@pytest.mark.parametrize(("login", "client"), [("client-admin", 12), ("other-admin", 13)])
@by_kind
def test_the_client_list_shows_exactly_the_items_of_the_client(
    mock: RunningMock, login: str, client: int, kind: str
) -> None:
    shown = whole(mock.as_user(login), media_list("client", kind))
    owner = "client_owner_id" if kind in ("record", "voicemail") else "client_id"
    kept = [item for item in fixture_items(kind) if item[owner] == client]
    assert len(shown) == len(kept) > 0
    assert all(any(item.items() <= one.items() for one in kept) for item in shown)
