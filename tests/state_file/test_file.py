"""State file: locking, refused files, and errors while it is in use."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from cli.command import startup_error
from ringme_mock.command_log.file_log import FileLog
from ringme_mock.http.sessions import Settings
from ringme_spec.errors import ConfigError
from ringme_spec.paths import FIXTURES, SPEC
from state_file.persistent_mock import GROUPS, SOURCES, persistent_mock


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


@pytest.fixture(scope="module")
def _changed_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("made") / "state.db"
    with persistent_mock(path) as mock:
        for number in range(10):
            mock.control("POST", "tokens", {"login": "client-admin"}, f"session-{number}")
    return path


@pytest.fixture
def changed_file(_changed_file: Path, path: Path) -> Path:
    """Return a file whose state differs from the fixtures."""
    shutil.copy(_changed_file, path)
    return path


def opening_error(path: Path, settings: Settings | None = None, sources: object = SOURCES) -> str:
    with pytest.raises(ConfigError) as caught, persistent_mock(path, settings, sources):  # type: ignore[arg-type]
        pass
    text = str(caught.value)
    assert "\n" not in text
    assert text.startswith(f"{path}: ")
    return text


def test_state_file_of_another_document_or_other_fixtures_is_refused(
    changed_file: Path, tmp_path: Path
) -> None:
    fixtures = tmp_path / "fixtures"
    shutil.copytree(FIXTURES, fixtures)
    with (fixtures / "extension_group.yaml").open("a", encoding="utf-8") as file:
        file.write("# another one\n")
    text = opening_error(changed_file, sources=replace(SOURCES, fixtures=fixtures))
    assert "another fixtures" in text
    assert "delete it" in text
    spec = tmp_path / "openapi.yaml"
    spec.write_text(SPEC.read_text("utf-8").replace("\n  title: ", "\n  title: Mine ", 1), "utf-8")
    assert "another document" in opening_error(changed_file, sources=replace(SOURCES, spec=spec))
    assert "another --max-entries" in opening_error(changed_file, Settings(max_entries=500))


def test_state_file_of_another_version_is_refused(changed_file: Path) -> None:
    file = FileLog(changed_file)
    file._database.execute("update about set value = '0' where name like 'version%'")
    asyncio.run(file.close())
    assert "by a mock with another version of the log" in opening_error(changed_file)


def test_state_file_in_use_is_refused(path: Path) -> None:
    file = FileLog(path)
    assert "in use by another mock" in startup_error("--state", str(path))
    asyncio.run(file.close())


def test_damaged_state_file_is_refused(changed_file: Path) -> None:
    content = changed_file.read_bytes()
    for cut in (50, 5000, len(content) - 4096):
        changed_file.write_bytes(content[:cut])
        assert "is damaged" in opening_error(changed_file)
    at = content.index(b"/__mock__/tokens")
    changed_file.write_bytes(content[:at] + bytes(16) + content[at + 16 :])
    assert "is damaged" in opening_error(changed_file)


def test_state_file_with_a_missing_command_is_refused(changed_file: Path) -> None:
    file = FileLog(changed_file)
    file._database.execute("delete from log where last = 3")
    asyncio.run(file.close())
    assert "is damaged" in opening_error(changed_file)


def test_file_of_another_format_is_refused_and_not_changed(path: Path) -> None:
    path.write_text("to: do\n", "utf-8")
    assert "not a state file" in startup_error("--state", str(path))
    assert path.read_text("utf-8") == "to: do\n"
    other = path.with_name("other.db")
    database = sqlite3.connect(other)
    database.execute("create table log (number integer)")
    database.close()
    assert "not a state file" in opening_error(other)


def test_state_option_refuses_a_missing_folder_and_reload(tmp_path: Path) -> None:
    missing = tmp_path / "missing" / "state.db"
    assert "No such file or directory" in startup_error("--state", str(missing))
    assert "cannot be used together" in startup_error("--state", str(tmp_path / "x"), "--reload")


def test_write_is_refused_and_not_applied_if_the_state_file_is_full(path: Path) -> None:
    with persistent_mock(path) as mock:
        token = mock.token("client-admin")["access_token"]
        mock.add_group(token, "kept")
        database = mock.file._database
        pages = database.execute("pragma page_count").fetchone()[0]
        database.execute(f"pragma max_page_count = {pages}")
        headers = {"Authorization": f"Bearer {token}"}
        more = {"name": "more", "extra_params": "x" * 200}
        responses: list[httpx.Response] = []
        before = mock.view()
        while not responses or responses[-1].status_code == 201:
            before = mock.view()
            responses.append(mock.http.post(f"/api/ver1.0{GROUPS}", json=more, headers=headers))
        assert responses[-1].status_code == 503
        assert "cannot be written" in responses[-1].json()["message"]
        fault = {"match": {}, "answer": {"status": 500, "body": "x" * 5000}}
        opening_error = mock.http.post("/__mock__/faults", json=fault)
        assert opening_error.status_code == 503
        assert "cannot be written" in opening_error.json()["message"]
        assert mock.view() == before
        database.execute("pragma max_page_count = 1000000")
        mock.add_group(token, "room again")
        before = mock.view()
    with persistent_mock(path) as mock:
        assert mock.view() == before
        found = mock.control("GET", "entries/extension_group?text=more")["entries"]
        assert len(found) == len(responses) - 1


@pytest.mark.parametrize("is_replaced", [False, True])
def test_moved_or_replaced_state_file_is_logged_once(
    path: Path, is_replaced: bool, caplog: pytest.LogCaptureFixture
) -> None:
    log = FileLog(path)
    asyncio.run(log.report(0, {}))
    assert caplog.messages == []
    path.rename(path.with_name("elsewhere"))
    if is_replaced:
        path.touch()
    for _ in range(2):
        asyncio.run(log.report(0, {}))
    (message,) = caplog.messages
    assert message.startswith(f"{path}: was deleted or replaced")
    asyncio.run(log.close())


def test_evicted_session_is_not_restored_by_a_restart(path: Path) -> None:
    """A replay cannot determine which session had been idle longest."""
    settings = Settings(max_sessions=3)
    with persistent_mock(path, settings) as mock:
        for session in ("first", "second"):
            mock.control("PUT", "snapshots/one", session=session)
        mock.control("GET", "clock", session="first")
        mock.control("PUT", "snapshots/one", session="third")
    with persistent_mock(path, settings) as mock:
        names = [one["name"] for one in mock.control("GET", "sessions")]
        assert names == ["default", "first", "third"]
