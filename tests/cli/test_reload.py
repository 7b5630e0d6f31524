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
from cli.desk import GROUPS, LONG, Desk, desk, until
from ringme_spec.paths import SPEC

Scene = Callable[[Desk], Awaitable[None]]


@pytest.fixture
def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that runs a scene with a mock that watches its files."""
    # The file watcher misses a change right after startup; only the periodic check finds it.
    monkeypatch.setattr("ringme_mock.server.reload._LOOK_EVERY", 0.1)

    def run(scene: Scene, faults: str | None = None) -> None:
        async def opened() -> None:
            async with desk(tmp_path, faults) as found:
                await scene(found)

        asyncio.run(opened())

    return run


Play = Callable[..., None]


def test_a_changed_document_is_taken_and_the_state_is_kept(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        token = await desk.token("tab")
        await desk.add(token, LONG, "tab")
        assert await desk.title() != "Mine"
        await desk.http.put("/s/tab/__mock__/clock", json={"frozen": True})
        clock = (await desk.http.get("/s/tab/__mock__/clock")).json()
        desk.edit(desk.sources.spec, "\n  title: ", "\n  title: Mine # ")
        await desk.told("Reloaded", "openapi.yaml", "All sessions keep")
        assert await desk.title() == "Mine"
        assert LONG in await desk.names(token, "tab")
        assert LONG not in await desk.names(await desk.token())
        assert (await desk.http.get("/s/tab/__mock__/clock")).json() == clock
        journal = (await desk.http.get("/s/tab/__mock__/journal")).json()
        assert [entry["method"] for entry in journal] == ["POST", "GET"]

    play(scene)


def test_what_is_stored_is_checked_against_the_changed_document(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        token, other = await desk.token("tab"), await desk.token()
        await desk.add(token, LONG, "tab")
        await desk.add(other, "Short")
        await desk.http.put("/s/tab/__mock__/snapshots/long")
        await desk.http.put("/__mock__/snapshots/short")
        desk.limit_names(len(LONG) - 1)
        line = await desk.told("Reloaded", "keep their state: 1.")
        assert "Session tab is reset to the fixtures: extension_group: entry" in line
        assert "name: must have at most" in line
        assert "Snapshot long of session tab is gone" in line
        assert "Snapshot short" not in line
        assert LONG not in await desk.names(token, "tab")
        assert "Short" in await desk.names(other)
        assert (await desk.http.get("/s/tab/__mock__/snapshots")).json() == []
        assert (await desk.http.get("/__mock__/snapshots")).json() == ["short"]
        headers = {"Authorization": f"Bearer {token}"}
        answer = await desk.http.post(f"/s/tab{GROUPS}", json={"name": LONG}, headers=headers)
        assert answer.status_code == 400

    play(scene)


@pytest.mark.parametrize(
    ("file", "content", "word"),
    [
        ("openapi.yaml", "openapi: [", "YAML"),
        ("openapi.yaml", "just a sentence\n", "OpenAPI"),
        ("fixtures/user.yaml", "entries:\n- 1\n", "user.yaml"),
    ],
)
def test_a_broken_file_is_told_of_and_the_mock_goes_on(
    file: str, content: str, word: str, play: Play
) -> None:
    async def scene(desk: Desk) -> None:
        token = await desk.token()
        await desk.add(token, LONG)
        path = desk.sources.spec.parent / file
        sound = path.read_text("utf-8")
        path.write_text(content, "utf-8")
        line = await desk.told(path.name, word, "keeps the previous files")
        assert len(line.splitlines()) == 1
        assert LONG in await desk.names(token)
        path.write_text(sound, "utf-8")
        await desk.told("valid again")
        assert LONG in await desk.names(token)

    play(scene)


def test_changed_fixtures_are_what_all_sessions_begin_anew_from(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        token, gone = await desk.token("tab"), await desk.token()
        await desk.add(token, LONG, "tab")
        groups = desk.sources.fixtures / "extension_group.yaml"
        desk.edit(groups, "Empty group", "Another group")
        await desk.told("Reloaded", "fixtures", "are reset", "tokens stay")
        for session, one in (("tab", token), ("default", gone)):
            names = await desk.names(one, session)
            assert "Another group" in names
            assert LONG not in names
        await desk.http.post("/s/tab/__mock__/reset", json={"keep": ["tokens"]})
        assert "Another group" in await desk.names(token, "tab")

    play(scene)


def test_a_changed_faults_file_is_taken_and_one_that_is_gone_is_told_of(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        assert desk.sources.faults
        token = await desk.token()
        await desk.add(token, LONG)
        desk.sources.faults.write_text("- answer: {status: 502}\n", "utf-8")
        await desk.told("Reloaded", "faults.yaml", "All sessions keep")
        headers = {"Authorization": f"Bearer {token}"}
        assert (await desk.http.get(GROUPS, headers=headers)).status_code == 502
        await desk.http.delete("/__mock__/faults")
        assert LONG in await desk.names(token)
        desk.sources.faults.unlink()
        await desk.told("faults.yaml", "keeps the previous files")

    play(scene, "- match: {login: nobody}\n  answer: {status: 503}\n")


def test_a_file_is_taken_that_an_editor_puts_into_the_place_of_the_old_one(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        spec = desk.sources.spec
        for title in ("First", "Second"):
            beside = spec.with_name(".openapi.yaml.swp")
            shutil.copy(spec, beside)
            desk.edit(beside, "\n  title: ", f"\n  title: {title} # ")
            beside.replace(spec)
            await desk.told("Reloaded")
            assert await desk.title() == title

    play(scene)


def test_a_folder_is_taken_that_was_removed_and_made_again(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        token = await desk.token()
        fixtures = desk.sources.fixtures
        groups = fixtures / "extension_group.yaml"
        for name in ("First", "Second"):
            kept = fixtures.with_name("kept")
            shutil.copytree(fixtures, kept)
            shutil.rmtree(fixtures)
            kept.rename(fixtures)
            desk.edit(groups, "name: Support", f"name: {name}")
            await desk.told("Reloaded")
            assert name in await desk.names(token)

    play(scene)


def test_a_file_that_was_only_touched_is_no_change(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        token = await desk.token()
        await desk.add(token, LONG)
        desk.sources.spec.touch()
        await until(lambda: desk.sources.stamp() == desk.app.seen)
        desk.edit(desk.sources.spec, "\n  title: ", "\n  title: Mine # ")
        await desk.told("Reloaded")
        assert desk.heard.lines == []
        assert LONG in await desk.names(token)

    play(scene)


def test_a_request_under_way_is_answered_and_its_effect_is_kept(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        token = await desk.token()
        body = json.dumps({"name": LONG}).encode()
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
        post = asyncio.create_task(desk.http.post(GROUPS, content=slowly(), headers=headers))
        await begun.wait()
        # After this change, the state is a different object.
        desk.limit_names(254)
        await desk.told("Reloaded")
        assert not post.done()
        go_on.set()
        assert (await post).status_code == 201
        assert LONG in await desk.names(token)

    play(scene)


def test_connections_and_streams_last_over_a_change_of_the_running_command(tmp_path: Path) -> None:
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
