"""Images in a log: a replica starts with one, older commands are dropped, a drift is found."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from images.copies import Copy, differences
from images.memory_log import Engine, MemoryLog
from ringme_mock.command_log import images
from ringme_mock.command_log.log import API
from ringme_mock.command_log.repeat import Repeat
from ringme_mock.command_log.row import Row
from ringme_mock.http.session import Session

GROUPS = "/api/ver1.0/client/@me/extension_group/"
Scenario = Callable[[Copy, Copy], Awaitable[None]]


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "ENOUGH", 10)


def run(scenario: Scenario) -> None:
    """Run a scenario on two replicas, the first of which leads."""

    async def both() -> None:
        engine = Engine()
        found = [await Copy(engine, member).start() for member in (0, 1)]
        for one in found:
            await one.look_after()
        await scenario(*found)
        for one in found:
            one.stop()

    asyncio.run(both())


async def make_groups(copy: Copy, count: int) -> list[int]:
    made = await copy.send("POST", "/__mock__/tokens", {"login": "client-admin"})
    token = made.json()["access_token"]
    answers = [await copy.send("POST", GROUPS, {"name": "x"}, token) for _ in range(count)]
    assert {one.status_code for one in answers} == {201}
    return [one.json()["id"] for one in answers]


async def keep_image(leader: Copy, other: Copy) -> None:
    """Store an image, and drop the commands before it."""
    await leader.look_after()
    assert leader.engine.image > 0
    await other.look_after()
    await leader.look_after()
    assert min(leader.engine.rows) == leader.engine.image


def assert_same(one: Copy, other: Copy) -> None:
    assert list(differences(one.state(), other.state())) == []
    assert list(differences(one.exports(), other.exports())) == []


def test_a_start_begins_with_the_image_and_numbers_go_on() -> None:
    async def scenario(leader: Copy, other: Copy) -> None:
        ids = await make_groups(leader, 15)
        await keep_image(leader, other)
        ids += await make_groups(leader, 2)
        new = Copy(leader.engine, 2)
        # The digest, a token and two groups.
        assert await new.replica.replay() == 4
        ids += await make_groups(new, 1)
        await leader.catch_up()
        assert ids == list(range(ids[0], ids[0] + 18))
        new.set_time()
        assert_same(leader, new)
        new.stop()

    run(scenario)


def test_a_process_that_was_left_behind_goes_on_from_the_image() -> None:
    async def scenario(leader: Copy, other: Copy) -> None:
        # The leader does not wait for replicas that stopped reporting.
        del leader.engine.positions[1]
        await make_groups(leader, 15)
        await leader.look_after()
        await leader.look_after()
        assert min(leader.engine.rows) == leader.engine.image
        await make_groups(other, 1)
        await leader.catch_up()
        assert_same(leader, other)

    run(scenario)


def test_an_image_that_cannot_be_kept_leaves_the_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    async def keep_none(_: MemoryLog, number: int, pieces: AsyncIterator[bytes]) -> None:
        async for _piece in pieces:
            raise OSError("full")

    monkeypatch.setattr(MemoryLog, "keep_image", keep_none)

    async def scenario(leader: Copy, _: Copy) -> None:
        await make_groups(leader, 15)
        await leader.look_after()
        await leader.look_after()
        assert min(leader.engine.rows) == 1
        await make_groups(leader, 1)

    run(scenario)


def test_a_process_that_has_skipped_a_command_is_found_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    right = Repeat.run

    async def skip(self: Repeat, session: Session, row: Row, at: float) -> None:
        if row.kind != API:
            await right(self, session, row, at)

    async def scenario(leader: Copy, other: Copy) -> None:
        await make_groups(leader, 15)
        with monkeypatch.context() as patch:
            patch.setattr(Repeat, "run", skip)
            await other.catch_up()
        await leader.look_after()
        await other.look_after()
        assert (leader.replica.differs, other.replica.differs) == (False, True)

    with caplog.at_level(logging.CRITICAL):
        run(scenario)
    (found,) = caplog.records
    assert "differs from that of the others" in found.getMessage()
