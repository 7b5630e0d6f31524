"""Commands of a known caller take one turn, with the same results as with two."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from images.local_replicas import LocalReplica, differences, token_of
from images.memory_log import LogContents, MemoryLog
from ringme_mock.command_log.log import Batch, Turn
from support.server import LIMITED, SECRETS, TRUSTED

GROUPS = "/api/ver1.0/client/@me/extension_group/"
Scenario = Callable[[LocalReplica, LocalReplica], Awaitable[None]]


def run(scenario: Scenario) -> None:
    """Run a scenario on two replicas without periodic upkeep."""

    async def both() -> None:
        log_contents = LogContents()
        one, other = [await LocalReplica(log_contents, member).start() for member in (0, 1)]
        await scenario(one, other)
        await one.catch_up()
        await other.catch_up()
        assert list(differences(one.state(), other.state())) == []
        one.stop()
        other.stop()

    asyncio.run(both())


async def create(replica: LocalReplica, token: str, name: object = "x", session: str = "") -> int:
    """Create a group; return the status."""
    return (await replica.send("POST", f"{session}{GROUPS}", {"name": name}, token)).status_code


def record_turns(monkeypatch: pytest.MonkeyPatch) -> list[Batch]:
    """Record all later turns, except those that only add to the journal."""
    taken, turn = list[Batch](), MemoryLog.turn

    async def noted(self: MemoryLog, after: int, batch: Batch) -> Turn:
        if batch.counts or batch.rows:
            taken.append(batch)
        return await turn(self, after, batch)

    monkeypatch.setattr(MemoryLog, "turn", noted)
    return taken


def test_command_of_an_authenticated_caller_takes_one_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def scenario(one: LocalReplica, other: LocalReplica) -> None:
        token = await token_of(one, TRUSTED)
        assert await create(one, token) == 201
        turns = record_turns(monkeypatch)
        assert await create(one, token) == 201
        ((count,),) = (batch.counts for batch in turns)
        assert len(count.rows) == 1

    run(scenario)


def test_command_takes_a_second_turn_after_a_command_of_another_replica(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def scenario(one: LocalReplica, other: LocalReplica) -> None:
        token = await token_of(one, TRUSTED)
        assert await create(one, token) == 201
        assert await create(other, token) == 201
        turns = record_turns(monkeypatch)
        assert await create(one, token) == 201
        assert [batch.counts[0].certain for batch in turns] == [False, True]

    run(scenario)


@pytest.mark.parametrize("name", ["x", 5])
def test_token_revoked_by_another_replica_is_refused(name: object) -> None:
    async def scenario(one: LocalReplica, other: LocalReplica) -> None:
        token = await token_of(one, TRUSTED)
        assert await create(one, token) == 201
        form = {"token": token, "client_id": TRUSTED, "client_secret": SECRETS[TRUSTED]}
        assert (await other.send("POST", "/oauth/revoke", form=form)).status_code == 200
        latest = one.log_contents.latest
        assert await create(one, token, name) == 401
        assert one.log_contents.latest == latest

    run(scenario)


@pytest.mark.parametrize("name", ["x", 5])
def test_token_of_a_session_ended_by_another_replica_is_refused(
    name: object,
) -> None:
    async def scenario(one: LocalReplica, other: LocalReplica) -> None:
        token = await token_of(one, TRUSTED, "/s/short")
        assert await create(one, token, session="/s/short") == 201
        assert (await other.send("DELETE", "/__mock__/sessions/short")).status_code == 204
        latest = one.log_contents.latest
        assert await create(one, token, name, "/s/short") == 401
        assert one.log_contents.latest == latest

    run(scenario)


def test_invalid_body_counts_for_the_rate_limit_and_changes_nothing() -> None:
    async def scenario(one: LocalReplica, other: LocalReplica) -> None:
        token = await token_of(one, TRUSTED)
        assert await create(one, token) == 201
        latest, counted = (
            one.log_contents.latest,
            sum(used for _, used in one.log_contents.tallies.values()),
        )
        assert await create(one, token, 5) == 400
        assert one.log_contents.latest == latest
        assert sum(used for _, used in one.log_contents.tallies.values()) == counted + 1

    run(scenario)


def test_rate_limit_counts_requests_to_all_replicas() -> None:
    async def scenario(one: LocalReplica, other: LocalReplica) -> None:
        token = await token_of(one, LIMITED)
        found = [await create(replica, token) for replica in (one, one, other, other, one)]
        assert found == [201] * 5
        latest = one.log_contents.latest
        assert [await create(replica, token) for replica in (one, other, one)] == [429] * 3
        assert await create(one, token, 5) == 429
        assert one.log_contents.latest == latest

    run(scenario)


def test_concurrent_requests_share_a_rate_limit_and_a_turn() -> None:
    async def scenario(one: LocalReplica, other: LocalReplica) -> None:
        token = await token_of(one, LIMITED)
        assert await create(one, token) == 201
        latest = one.log_contents.latest
        found = await asyncio.gather(*(create(one, token) for _ in range(6)))
        assert sorted(found) == [201] * 4 + [429] * 2
        assert one.log_contents.latest == latest + 4
        assert len(one.log_contents.rows) < latest + 4

    run(scenario)


@pytest.mark.parametrize("name", ["x", 5])
def test_fault_added_at_another_replica_applies(name: object) -> None:
    async def scenario(one: LocalReplica, other: LocalReplica) -> None:
        token = await token_of(one, TRUSTED)
        assert await create(one, token) == 201
        fault = {"match": {"operation": "createExtensionGroup"}, "answer": {"status": 503}}
        assert (await other.send("POST", "/__mock__/faults", fault)).status_code == 201
        assert await create(one, token, name) == 503

    run(scenario)
