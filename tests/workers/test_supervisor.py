"""`serve --workers`: its processes, their end and replacement, and their state file."""

from __future__ import annotations

import os
import signal
import ssl
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from cli.command import Command, serving, startup_error
from ringme_mock.server.workers import shared_folder
from ringme_spec.errors import ConfigError
from workers.replicas import GROUPS, eventually

TWO_WORKERS = ("--workers", "2")


def workers_of(command: Command) -> set[int]:
    """Return the ids of the worker processes, found by their arguments."""
    children = Path(f"/proc/{command.process.pid}/task/{command.process.pid}/children")
    found = {int(one) for one in children.read_text("utf-8").split()}
    return {one for one in found if b"spawn_main" in _arguments_of(one)}


def _arguments_of(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        # It has ended meanwhile.
        return b""


def log_in(url: str) -> httpx.Client:
    body = {"login": "client-admin"}
    made = httpx.post(f"{url}/__mock__/tokens", json=body, trust_env=False).json()
    headers = {"Authorization": f"Bearer {made['access_token']}"}
    return httpx.Client(base_url=url, headers=headers, trust_env=False)


@pytest.fixture(scope="module")
def two_workers() -> Iterator[Command]:
    with serving(*TWO_WORKERS) as command:
        yield command
        command.end(signal.SIGTERM)


def test_workers_share_one_state(two_workers: Command) -> None:
    assert "2 processes share one state." in "\n".join(two_workers.out)
    assert len(workers_of(two_workers)) == 2
    eventually(lambda: two_workers.read("/__mock__/health")["processes"] == 2)
    with log_in(two_workers.url) as http:
        group = http.post(GROUPS, json={"name": "x"}).json()["id"]
    for _ in range(20):
        # Each request uses a connection of its own, so both processes get some.
        with log_in(two_workers.url) as http:
            assert http.get(f"{GROUPS}{group}").json()["name"] == "x"


def test_killed_worker_is_replaced_and_has_the_state(two_workers: Command) -> None:
    with log_in(two_workers.url) as http:
        group = http.post(GROUPS, json={"name": "x"}).json()["id"]
    before = workers_of(two_workers)
    os.kill(min(before), signal.SIGKILL)
    eventually(lambda: len(workers_of(two_workers)) == 2 and workers_of(two_workers) != before)
    for _ in range(10):
        with log_in(two_workers.url) as http:
            assert http.get(f"{GROUPS}{group}").json()["name"] == "x"


def test_sighup_replaces_workers_without_a_failed_request(two_workers: Command) -> None:
    before = workers_of(two_workers)
    two_workers.process.send_signal(signal.SIGHUP)

    def are_replaced() -> bool:
        with log_in(two_workers.url) as http:
            assert http.get(GROUPS).status_code == 200
        return not workers_of(two_workers) & before

    eventually(are_replaced)
    assert len(workers_of(two_workers)) == 2


def test_stopped_supervisor_leaves_no_process_and_no_file(tmp_path: Path) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    with serving(*TWO_WORKERS, TMPDIR=str(folder)) as command:
        children = workers_of(command)
        assert len(list(folder.iterdir())) == 1
        command.end(signal.SIGINT)
        assert not [one for one in children if Path(f"/proc/{one}").exists()]
    assert list(folder.iterdir()) == []
    assert command.err == []


def test_workers_end_if_the_supervisor_is_killed(tmp_path: Path) -> None:
    with serving(*TWO_WORKERS, TMPDIR=str(tmp_path)) as command:
        children = workers_of(command)
        command.process.kill()
        eventually(lambda: not [one for one in children if Path(f"/proc/{one}").exists()])


def test_state_file_can_be_used_with_and_without_workers(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    state = ("--state", str(path))
    with serving(*state) as command:
        with log_in(command.url) as http:
            made = [http.post(GROUPS, json={"name": "one process"}).json()]
        command.end(signal.SIGTERM)
    with serving(*state, *TWO_WORKERS) as command:
        assert "in use by another mock" in startup_error(*state)
        assert "in use by another mock" in startup_error(*state, *TWO_WORKERS)
        with log_in(command.url) as http:
            made.append(http.post(GROUPS, json={"name": "many"}).json())
        command.end(signal.SIGTERM)
    with serving(*state) as command, log_in(command.url) as http:
        found = http.get(GROUPS).json()
        assert [one for one in found if one in made] == made
        command.end(signal.SIGTERM)
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_startup_error_is_reported_once_before_any_worker_starts(tmp_path: Path) -> None:
    missing = str(tmp_path / "none.yaml")
    assert missing in startup_error("--spec", missing, *TWO_WORKERS)
    assert "cannot be used together: SIGHUP restarts" in startup_error("--reload", *TWO_WORKERS)


def test_missing_temporary_folder_is_an_error_with_a_hint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    with pytest.raises(ConfigError, match="set TMPDIR to a writable folder"), shared_folder():
        pass


def test_workers_serve_https_with_one_certificate(tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    with serving(*TWO_WORKERS, "--tls-ca", str(authority)) as command:
        trusted = ssl.create_default_context(cafile=authority)
        for _ in range(10):
            response = httpx.get(f"{command.url}/__mock__/health", verify=trusted, trust_env=False)
            assert response.status_code == 200
        command.end(signal.SIGTERM)
