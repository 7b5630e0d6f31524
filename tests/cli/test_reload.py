"""`serve --reload`: changed files are loaded while the mock serves requests."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import httpx
import pytest

from cli.command import serving
from cli.reloading_mock import GROUPS, LONG_NAME, ReloadingMock, reloading_mock, wait_until
from ringme_spec.paths import SPEC

Scenario = Callable[[ReloadingMock], Awaitable[None]]


@pytest.fixture
def run_scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that runs a scenario with a mock that watches its files."""
    # The file watcher misses a change right after startup; only the periodic check finds it.
    monkeypatch.setattr("ringme_mock.server.reload._LOOK_EVERY", 0.1)

    def run(scenario: Scenario, faults: str | None = None) -> None:
        async def opened() -> None:
            async with reloading_mock(tmp_path, faults) as found:
                await scenario(found)

        asyncio.run(opened())

    return run


RunScenario = Callable[..., None]


def test_changed_document_is_reloaded_and_state_is_kept(run_scenario: RunScenario) -> None:
    async def scenario(mock: ReloadingMock) -> None:
        token = await mock.token("tab")
        await mock.add_group(token, LONG_NAME, "tab")
        assert await mock.title() != "Mine"
        await mock.http.put("/s/tab/__mock__/clock", json={"frozen": True})
        clock = (await mock.http.get("/s/tab/__mock__/clock")).json()
        mock.edit(mock.sources.spec, "\n  title: ", "\n  title: Mine # ")
        await mock.next_log_line("Reloaded", "openapi.yaml", "All sessions keep")
        assert await mock.title() == "Mine"
        assert LONG_NAME in await mock.group_names(token, "tab")
        assert LONG_NAME not in await mock.group_names(await mock.token())
        assert (await mock.http.get("/s/tab/__mock__/clock")).json() == clock
        journal = (await mock.http.get("/s/tab/__mock__/journal")).json()
        assert [entry["method"] for entry in journal] == ["POST", "GET"]

    run_scenario(scenario)


def test_stored_entries_are_validated_against_the_changed_document(
    run_scenario: RunScenario,
) -> None:
    async def scenario(mock: ReloadingMock) -> None:
        token, other = await mock.token("tab"), await mock.token()
        await mock.add_group(token, LONG_NAME, "tab")
        await mock.add_group(other, "Short")
        await mock.http.put("/s/tab/__mock__/snapshots/long")
        await mock.http.put("/__mock__/snapshots/short")
        mock.limit_name_length(len(LONG_NAME) - 1)
        line = await mock.next_log_line("Reloaded", "keep their state: 1.")
        assert "Session tab is reset to the fixtures: extension_group: entry" in line
        assert "name: must have at most" in line
        assert "Snapshot long of session tab is gone" in line
        assert "Snapshot short" not in line
        assert LONG_NAME not in await mock.group_names(token, "tab")
        assert "Short" in await mock.group_names(other)
        assert (await mock.http.get("/s/tab/__mock__/snapshots")).json() == []
        assert (await mock.http.get("/__mock__/snapshots")).json() == ["short"]
        headers = {"Authorization": f"Bearer {token}"}
        response = await mock.http.post(
            f"/s/tab{GROUPS}", json={"name": LONG_NAME}, headers=headers
        )
        assert response.status_code == 400

    run_scenario(scenario)


@pytest.mark.parametrize(
    ("file", "content", "word"),
    [
        ("openapi.yaml", "openapi: [", "YAML"),
        ("openapi.yaml", "just a sentence\n", "OpenAPI"),
        ("fixtures/user.yaml", "entries:\n- 1\n", "user.yaml"),
    ],
)
def test_invalid_file_is_logged_and_the_previous_files_stay_in_use(
    file: str, content: str, word: str, run_scenario: RunScenario
) -> None:
    async def scenario(mock: ReloadingMock) -> None:
        token = await mock.token()
        await mock.add_group(token, LONG_NAME)
        path = mock.sources.spec.parent / file
        sound = path.read_text("utf-8")
        path.write_text(content, "utf-8")
        line = await mock.next_log_line(path.name, word, "keeps the previous files")
        assert len(line.splitlines()) == 1
        assert LONG_NAME in await mock.group_names(token)
        path.write_text(sound, "utf-8")
        await mock.next_log_line("valid again")
        assert LONG_NAME in await mock.group_names(token)

    run_scenario(scenario)


def test_changed_fixtures_reset_all_sessions(run_scenario: RunScenario) -> None:
    async def scenario(mock: ReloadingMock) -> None:
        token, gone = await mock.token("tab"), await mock.token()
        await mock.add_group(token, LONG_NAME, "tab")
        groups = mock.sources.fixtures / "extension_group.yaml"
        mock.edit(groups, "Empty group", "Another group")
        await mock.next_log_line("Reloaded", "fixtures", "are reset", "tokens stay")
        for session, one in (("tab", token), ("default", gone)):
            group_names = await mock.group_names(one, session)
            assert "Another group" in group_names
            assert LONG_NAME not in group_names
        await mock.http.post("/s/tab/__mock__/reset", json={"keep": ["tokens"]})
        assert "Another group" in await mock.group_names(token, "tab")

    run_scenario(scenario)


def test_changed_faults_file_is_reloaded_and_a_missing_one_is_logged(
    run_scenario: RunScenario,
) -> None:
    async def scenario(mock: ReloadingMock) -> None:
        assert mock.sources.faults
        token = await mock.token()
        await mock.add_group(token, LONG_NAME)
        mock.sources.faults.write_text("- answer: {status: 502}\n", "utf-8")
        await mock.next_log_line("Reloaded", "faults.yaml", "All sessions keep")
        headers = {"Authorization": f"Bearer {token}"}
        assert (await mock.http.get(GROUPS, headers=headers)).status_code == 502
        await mock.http.delete("/__mock__/faults")
        assert LONG_NAME in await mock.group_names(token)
        mock.sources.faults.unlink()
        await mock.next_log_line("faults.yaml", "keeps the previous files")

    run_scenario(scenario, "- match: {login: nobody}\n  answer: {status: 503}\n")


def test_file_replaced_by_an_editor_is_reloaded(run_scenario: RunScenario) -> None:
    async def scenario(mock: ReloadingMock) -> None:
        spec = mock.sources.spec
        for title in ("First", "Second"):
            swap_file = spec.with_name(".openapi.yaml.swp")
            shutil.copy(spec, swap_file)
            mock.edit(swap_file, "\n  title: ", f"\n  title: {title} # ")
            swap_file.replace(spec)
            await mock.next_log_line("Reloaded")
            assert await mock.title() == title

    run_scenario(scenario)


def test_deleted_and_recreated_folder_is_reloaded(run_scenario: RunScenario) -> None:
    async def scenario(mock: ReloadingMock) -> None:
        token = await mock.token()
        fixtures = mock.sources.fixtures
        groups = fixtures / "extension_group.yaml"
        for name in ("First", "Second"):
            kept = fixtures.with_name("kept")
            shutil.copytree(fixtures, kept)
            shutil.rmtree(fixtures)
            kept.rename(fixtures)
            mock.edit(groups, "name: Support", f"name: {name}")
            await mock.next_log_line("Reloaded")
            assert name in await mock.group_names(token)

    run_scenario(scenario)


def test_touched_file_with_the_same_content_is_not_reloaded(run_scenario: RunScenario) -> None:
    async def scenario(mock: ReloadingMock) -> None:
        token = await mock.token()
        await mock.add_group(token, LONG_NAME)
        mock.sources.spec.touch()
        await wait_until(lambda: mock.sources.stamp() == mock.app.seen)
        mock.edit(mock.sources.spec, "\n  title: ", "\n  title: Mine # ")
        await mock.next_log_line("Reloaded")
        assert mock.log.lines == []
        assert LONG_NAME in await mock.group_names(token)

    run_scenario(scenario)


def test_request_in_progress_during_a_reload_completes_and_keeps_its_effect(
    run_scenario: RunScenario,
) -> None:
    async def scenario(mock: ReloadingMock) -> None:
        token = await mock.token()
        body = json.dumps({"name": LONG_NAME}).encode()
        begun, go_on = asyncio.Event(), asyncio.Event()

        async def slowly() -> AsyncIterator[bytes]:
            yield body[:5]
            begun.set()
            await go_on.wait()
            yield body[5:]

        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
        }
        post = asyncio.create_task(mock.http.post(GROUPS, content=slowly(), headers=headers))
        await begun.wait()
        # After this change, the state is a different object.
        mock.limit_name_length(254)
        await mock.next_log_line("Reloaded")
        assert not post.done()
        go_on.set()
        assert (await post).status_code == 201
        assert LONG_NAME in await mock.group_names(token)

    run_scenario(scenario)


def test_open_connections_and_streams_survive_a_reload(tmp_path: Path) -> None:
    spec = tmp_path / "openapi.yaml"
    shutil.copy(SPEC, spec)
    with (
        serving("--reload", "--spec", str(spec)) as command,
        httpx.Client(base_url=command.url, trust_env=False) as client,
        client.stream("GET", "/__mock__/journal/stream") as stream,
        httpx.Client(base_url=command.url, trust_env=False) as other,
    ):
        assert str(spec) in " ".join(command.out)
        first = other.get("/openapi.json")
        spec.write_text(spec.read_text("utf-8").replace("title: ", "title: Mine # ", 1), "utf-8")
        assert command.wait_for("Reloaded: "), command.err
        second = other.get("/openapi.json")
        assert second.json()["info"]["title"] == "Mine"
        streams = [one.extensions["network_stream"] for one in (first, second)]
        ports = [one.get_extra_info("client_addr")[1] for one in streams]
        assert ports[0] == ports[1]
        other.get("/api/ver1.0/user/")
        assert any("/api/ver1.0/user/" in line for line in stream.iter_lines())
        command.end()
    assert command.err == []
