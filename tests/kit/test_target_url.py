"""URL of the target: at the root of a host, or below a path, like the sessions of the mock."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from ringme_contract.http.conformance import Conformance
from ringme_spec.contract import read_contract
from ringme_spec.paths import SPEC
from support.kit_command import ringme_contract
from support.server import RunningMock

# Each run deletes recorded items, so a second run on the same data would have fewer.
RULES = ("media-delete", "extension-delete", "group-media-by-membership", "media-file", "base")
RUNS = 2


def recorded_items(mock: RunningMock) -> list[object]:
    """Return the call records and numbers of the default session."""
    admin = mock.as_user("client-admin")
    bounds = {"start_datetime": "2016-04-01 00:00:00", "end_datetime": "2016-04-30 23:59:59"}
    return [admin.read("/client/@me/record/", **bounds), admin.read("/client/@me/extension/")]


def test_successive_runs_in_separate_sessions_have_the_same_result(
    mock: RunningMock, tmp_path: Path
) -> None:
    before = recorded_items(mock)
    reports = []
    for number in range(RUNS):
        path = tmp_path / f"{number}.json"
        url = f"{mock.url}/s/contract-{number}"
        rules = [f"--rule={one}" for one in RULES]
        done = ringme_contract("check", url, "--json", str(path), "--quiet", *rules)
        assert done.exit_code == 0, done.output
        assert f"{len(RULES)} of {len(RULES)} MUST (" in done.output
        reports.append(json.loads(path.read_text()))
    assert [one["target"] for one in reports] == [
        f"{mock.url}/s/contract-{number}" for number in range(RUNS)
    ]
    cells = [one["coverage"] for one in reports]
    assert cells[1:] == cells[:-1]
    assert recorded_items(mock) == before


def test_operations_of_a_target_below_a_path_are_recognised() -> None:
    contract = read_contract(SPEC)
    for before in ("", "/s/one", "/a/b/"):
        conformance = Conformance(contract, before)
        for path, expected in (
            ("/api/ver1.0/client/@me/extension_group/", "listExtensionGroups"),
            ("//api/ver1.0/user", "getCurrentUser"),
            ("/oauth/token/", None),
            ("/api/ver1.0/client/%40me/%65xtension_group/3", "getExtensionGroup"),
            # An escaped slash is a character of an id.
            ("/api/ver1.0/client/@me/extension_group/3%2F4", "getExtensionGroup"),
            ("/api/ver1.0/client/@me%2fextension_group/", None),
        ):
            found = conformance.find("GET", before.rstrip("/") + path)
            assert (found.id if found else None) == expected
    assert Conformance(contract, "/s/one").find("GET", "/s/two/api/ver1.0/user/") is None


@pytest.mark.parametrize(
    ("status", "body", "is_fine"),
    [
        (400, {"message": "extension_id: must be an integer"}, True),
        (404, {"message": "No such path"}, True),
        (404, {}, False),
        (409, {"message": "No such path"}, False),
    ],
)
def test_escaped_slash_may_be_treated_as_a_slash(
    status: int, body: dict[str, str], is_fine: bool
) -> None:
    path = "/api/ver1.0/client/@me/extension/30%2F"
    headers = {f"X-RateLimit-{name}": "1" for name in ("Limit", "Remaining", "Reset")}
    request = httpx.Request("GET", f"http://127.0.0.1{path}")
    response = httpx.Response(status, json=body, headers=headers, request=request)
    problems = Conformance(read_contract(SPEC)).problems(response)
    assert (problems == []) == is_fine, problems
