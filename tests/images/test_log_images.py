"""Images in a log: a replica starts with one, older commands are dropped, a drift is found."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from images.local_replicas import LocalReplica, differences
from images.memory_log import LogContents, MemoryLog
from ringme_mock.command_log import images
from ringme_mock.command_log.log import API
from ringme_mock.command_log.repeat import Repeat
from ringme_mock.command_log.row import Row
from ringme_mock.http.session import Session

GROUPS = "/api/ver1.0/client/@me/extension_group/"
Scenario = Callable[[LocalReplica, LocalReplica], Awaitable[None]]


@pytest.fixture(autouse=True)
def _frequent_images(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "ENOUGH", 10)


def run(scenario: Scenario) -> None:
    """Run a scenario on two replicas, the first of which leads."""

    async def both() -> None:
        log_contents = LogContents()
        found = [await LocalReplica(log_contents, member).start() for member in (0, 1)]
        for one in found:
            await one.run_upkeep()
        await scenario(*found)
        for one in found:
            one.stop()

    asyncio.run(both())


async def make_groups(replica: LocalReplica, count: int) -> list[int]:
    made = await replica.send("POST", "/__mock__/tokens", {"login": "client-admin"})
    token = made.json()["access_token"]
    responses = [await replica.send("POST", GROUPS, {"name": "x"}, token) for _ in range(count)]
    assert {one.status_code for one in responses} == {201}
    return [one.json()["id"] for one in responses]


async def keep_image(leader: LocalReplica, other: LocalReplica) -> None:
    """Store an image, and drop the commands before it."""
    await leader.run_upkeep()
    assert leader.log_contents.image > 0
    await other.run_upkeep()
    await leader.run_upkeep()
    assert min(leader.log_contents.rows) == leader.log_contents.image


def assert_same(one: LocalReplica, other: LocalReplica) -> None:
    assert list(differences(one.state(), other.state())) == []
    assert list(differences(one.exports(), other.exports())) == []


def test_new_replica_loads_the_image_and_continues_ids() -> None:
    async def scenario(leader: LocalReplica, other: LocalReplica) -> None:
        ids = await make_groups(leader, 15)
        await keep_image(leader, other)
        ids += await make_groups(leader, 2)
        new = LocalReplica(leader.log_contents, 2)
        # The digest, a token and two groups.
        assert await new.replica.replay() == 4
        ids += await make_groups(new, 1)
        await leader.catch_up()
        assert ids == list(range(ids[0], ids[0] + 18))
        new.set_time()
        assert_same(leader, new)
        new.stop()

    run(scenario)


def test_replica_that_fell_behind_loads_the_image() -> None:
    async def scenario(leader: LocalReplica, other: LocalReplica) -> None:
        # The leader does not wait for replicas that stopped reporting.
        del leader.log_contents.positions[1]
        await make_groups(leader, 15)
        await leader.run_upkeep()
        await leader.run_upkeep()
        assert min(leader.log_contents.rows) == leader.log_contents.image
        await make_groups(other, 1)
        await leader.catch_up()
        assert_same(leader, other)

    run(scenario)


def test_commands_are_kept_if_the_image_cannot_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    async def keep_none(_: MemoryLog, number: int, pieces: AsyncIterator[bytes]) -> None:
        async for _piece in pieces:
            raise OSError("full")

    monkeypatch.setattr(MemoryLog, "keep_image", keep_none)

    async def scenario(leader: LocalReplica, _: LocalReplica) -> None:
        await make_groups(leader, 15)
        await leader.run_upkeep()
        await leader.run_upkeep()
        assert min(leader.log_contents.rows) == 1
        await make_groups(leader, 1)

    run(scenario)


def test_replica_that_skipped_a_command_is_reported_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    right = Repeat.run

    async def skip(self: Repeat, session: Session, row: Row, at: float) -> None:
        if row.kind != API:
            await right(self, session, row, at)

    async def scenario(leader: LocalReplica, other: LocalReplica) -> None:
        await make_groups(leader, 15)
        with monkeypatch.context() as patch:
            patch.setattr(Repeat, "run", skip)
            await other.catch_up()
        await leader.run_upkeep()
        await other.run_upkeep()
        assert (leader.replica.differs, other.replica.differs) == (False, True)

    with caplog.at_level(logging.CRITICAL):
        run(scenario)
    (found,) = caplog.records
    assert "differs from that of the others" in found.getMessage()
