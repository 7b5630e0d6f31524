"""Peers that are not there are named, and those that are there get the mock's own entries."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ENTRY = {"id": 30, "name": "000*300"}


@pytest.fixture
def servers(from_bench: Callable[[str], Any]) -> Any:
    """The module."""
    return from_bench("servers")


def test_peers_are_found_or_named(
    servers: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bins = tmp_path / "node_modules" / ".bin"
    bins.mkdir(parents=True)
    program = bins / "json-server"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", "")
    responses = {"get": ENTRY, "list": [ENTRY], "post": {"id": 14}}
    files = tmp_path / "files"
    found, missing = servers.find_peers([tmp_path], files, responses)
    assert "json-server" in [one.name for one in found]
    assert {one.name for one in found}.isdisjoint(missing)
    assert all(Path(one.command[0]).is_absolute() for one in found)
    assert all(one.optional for one in found)
    assert "WireMock" in missing
    database = json.loads((files / "database" / "database.json").read_text())
    assert database == {"extension": [ENTRY], "extension_group": [{"id": 14}]}
    buckets = json.loads((files / "crud" / "crud.json").read_text())["data"]
    assert {one["name"]: json.loads(one["value"]) for one in buckets} == database
    document = json.loads((files / "document" / "document.json").read_text())
    path = document["paths"]["/api/ver1.0/client/{client_id}/extension/{extension_id}"]
    example = path["get"]["responses"]["200"]["content"]["application/json"]["example"]
    assert example == ENTRY


@pytest.mark.parametrize(
    ("package", "version"), [("mocker", "1.2.3"), ("@scope/mocker", "4.5.6"), (None, None)]
)
def test_the_version_of_a_peer_is_that_of_its_package(
    servers: Any, tmp_path: Path, package: str | None, version: str | None
) -> None:
    # The package of a project around is not that of the program.
    (tmp_path / "package.json").write_text('{"version": "9.9.9"}')
    folder = tmp_path / "node_modules" / package if package else tmp_path
    (folder / "bin").mkdir(parents=True)
    (folder / "package.json").write_text(json.dumps({"version": version or "9.9.9"}))
    (folder / "bin" / "run").touch()
    assert servers.npm_version(folder / "bin" / "run") == version
