"""Work without a task goes on in one as soon as it has to wait, and nothing is lost on the way."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any
from urllib.parse import urlsplit

import pytest

from hostile.wire import Wire, request
from ringme_mock.app import create_app
from ringme_mock.http.undertaking import undertake
from ringme_mock.server.runner import RunningServer
from ringme_spec.paths import FIXTURES, SPEC
from support.serving import served

JSON = "Content-Type: application/json"
GROUPS = "/api/ver1.0/client/@me/extension_group/"
TOKENS = request("POST", "/__mock__/tokens", JSON, body=b'{"login": "client-admin"}')
NEW = b'{"name": "New"}'


def run(case: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(case())


def test_work_that_need_not_wait_is_done_at_once_and_makes_no_task() -> None:
    done = []

    async def work() -> None:
        done.append(1)

    async def case() -> None:
        assert undertake(work(), asyncio.get_running_loop()) is None
        assert done == [1]

    run(case)


@pytest.mark.parametrize("wait", [lambda: asyncio.sleep(0), lambda: asyncio.sleep(0.001)])
def test_work_that_waits_goes_on_in_a_task(wait: Callable[[], Awaitable[None]]) -> None:
    done: list[bool] = []

    async def work() -> None:
        for _ in range(3):
            await wait()
            done.append(asyncio.current_task() is not None)

    async def case() -> None:
        task = undertake(work(), asyncio.get_running_loop())
        assert done == []
        assert task is not None
        await task
        assert done == [True, True, True]

    run(case)


def test_what_it_waits_for_gives_it_its_result_or_its_error() -> None:
    found: list[object] = []

    async def case() -> None:
        loop = asyncio.get_running_loop()
        good, bad = loop.create_future(), loop.create_future()

        async def work() -> None:
            found.append(await good)
            try:
                await bad
            except ValueError as error:
                found.append(str(error))
            await asyncio.sleep(0)
            found.append("end")

        task = undertake(work(), loop)
        assert task is not None
        good.set_result("good")
        bad.set_exception(ValueError("bad"))
        await task

    run(case)
    assert found == ["good", "bad", "end"]


def test_what_it_raises_is_raised_by_its_task() -> None:
    async def work() -> None:
        await asyncio.sleep(0)
        raise ValueError("broken")

    async def case() -> None:
        task = undertake(work(), asyncio.get_running_loop())
        assert task is not None
        with pytest.raises(ValueError, match="broken"):
            await task

    run(case)


@pytest.mark.parametrize("turns", [0, 1, 2])
def test_a_cancelled_task_lets_it_clean_up_first(turns: int) -> None:
    found: list[str] = []

    async def work() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0)
            found.append("cleaned")

    async def case() -> None:
        task = undertake(work(), asyncio.get_running_loop())
        assert task is not None
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(case)
    assert found == ["cleaned"]


def test_a_server_that_ends_waits_for_what_it_has_begun() -> None:
    server = RunningServer(create_app(SPEC, FIXTURES))
    tasks = server._server.server_state.tasks
    with Wire(server.url) as wire:
        wire.send(TOKENS)
        token = json.loads(wire.answer().body)["access_token"]
        length = f"Content-Length: {len(NEW)}"
        lines = [JSON, f"Authorization: Bearer {token}", length, "Expect: 100-continue"]
        wire.send(request("POST", GROUPS, *lines))
        # Only an answer under way asks for the rest of its request.
        assert wire.answer().status == 100
        assert len(tasks) == 1
        end = threading.Thread(target=server.stop)
        end.start()
        await_refusal(server.url)
        wire.send(NEW)
        assert wire.answer().status == 201
    end.join(10)
    assert not end.is_alive()
    assert not tasks


def await_refusal(url: str) -> None:
    """Comes back when the server takes no connection any more."""
    place = urlsplit(url)
    while True:
        try:
            socket.create_connection((place.hostname, place.port), timeout=10).close()
        except OSError:
            return


@pytest.mark.parametrize("lines", [[], ["Origin: http://localhost:3000"]])
def test_a_page_has_a_task_to_ask_for(lines: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    app = create_app(SPEC, FIXTURES)
    pages, tasks = app._front._pages, []

    async def noted(*arguments: Any) -> None:
        tasks.append(asyncio.current_task())
        await pages(*arguments)

    monkeypatch.setattr(app._front, "_pages", noted)
    with served(app) as url, Wire(url) as wire:
        wire.send(request("GET", "/__mock__/clock", *lines))
        assert wire.answer().status == 200
    assert len(tasks) == 1
    assert tasks[0] is not None
