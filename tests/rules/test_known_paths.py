"""Known paths that are not mocked: their responses, and their mark in the journal."""

from __future__ import annotations

import re

import pytest

from support.operations import DOCUMENT
from support.server import API, Api, RunningMock

KNOWN = DOCUMENT["x-known-paths"]


@pytest.mark.parametrize("template", KNOWN)
def test_known_path_is_a_404_that_says_the_service_has_it(mock: RunningMock, template: str) -> None:
    path = re.sub(r"\{\w+\}", "1", template)
    for one in (path, path.rstrip("/"), f"{path.rstrip('/')}/more/of/it"):
        for method in ("GET", "POST", "DELETE"):
            response = mock.http.request(method, one)
            assert response.status_code == 404
            message = response.json()["message"]
            assert message.startswith("The service has this resource, the mock does not: ")
            assert template in message
            assert KNOWN[template] in message


def test_journal_marks_and_counts_known_paths(mock: RunningMock, admin: Api) -> None:
    admin.get("/client/@me/limit/")
    admin.get("/client/@me/nothing/")
    journal = mock.http.get("/__mock__/journal", params={"verdict": "not_mocked"}).json()
    assert [one["path"] for one in journal] == [f"{API}/client/@me/limit/"]
    count = mock.http.post("/__mock__/journal/count", json={"verdict": "not_mocked"}).json()
    assert count == {"count": 1, "dropped": 0}


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("/client/@me/extension_group/", f"{API}/client/@me/extension_group/"),
        ("/user", f"{API}/user"),
        ("/ver1.0/user/", f"{API}/user/"),
        ("/api/ver1/user/", f"{API}/user/"),
        ("/client/@me/limit/", f"{API}/client/@me/limit/"),
        ("/api/client/@me/sound/7", f"{API}/client/@me/sound/7"),
        ("/extension_group/3/record/nothing", ""),
        ("/client/@me/nothing/", ""),
    ],
)
def test_path_with_a_wrong_or_missing_prefix_gets_a_hint(
    mock: RunningMock, path: str, meant: str
) -> None:
    message = mock.http.get(path).json()["message"]
    assert message == f"No such path: {path}" + (f"; did you mean {meant}?" if meant else "")
