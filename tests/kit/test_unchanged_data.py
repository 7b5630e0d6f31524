"""A whole run leaves the data of a target as they were, except what it permits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx

from ringme_mock.testing import MockServer
from support.kit_command import mock_target, ringme_contract

# New calls of existing numbers add entries.
_BY_CALLS = {"leg", "record", "voicemail", "fax"}


def _entries(url: str) -> dict[str, list[Any]]:
    state = httpx.get(f"{url}/__mock__/state").json()
    return {
        name: one["entries"]
        for name, one in state.items()
        if isinstance(one, dict) and "entries" in one and name not in _BY_CALLS
    }


def test_run_without_permission_to_delete_items_leaves_all_entries_unchanged(
    tmp_path: Path,
) -> None:
    keep = ("delete_recorded_items = true", "delete_recorded_items = false")
    with MockServer() as server:
        before = _entries(server.url)
        # A busy machine needs more time than the default.
        patient = ("--time-budget", "3600", "--timeout", "120")
        target = mock_target(tmp_path, keep)
        run = ringme_contract("check", server.url, "--target", target, *patient)
        assert {"client", "did", "extension", "user"} <= before.keys()
        assert _entries(server.url) == before, run.output
    assert "not cleaned up" not in run.output
