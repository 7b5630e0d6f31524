"""Commands of a known caller take one turn, with the same results as with two."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from images.copies import Copy, differences
from images.memory_log import Engine, MemoryLog
from ringme_mock.command_log.log import Batch, Turn
from support.server import LIMITED, SECRETS, TRUSTED

GROUPS = "/api/ver1.0/client/@me/extension_group/"
Scenario = Callable[[Copy, Copy], Awaitable[None]]


def run(scenario: Scenario) -> None:
    """Run a scenario on two replicas without periodic upkeep."""

    async def both() -> None:
        engine = Engine()
        one, other = [await Copy(engine, member).start() for member in (0, 1)]
        await scenario(one, other)
        await one.catch_up()
        await other.catch_up()
        assert list(differences(one.state(), other.state())) == []
        one.stop()
        other.stop()

    asyncio.run(both())


async def token_of(copy: Copy, client_id: str, session: str = "") -> str:
    form = {
        "grant_type": "client_credentials",
        "client_id": client_id,
        "client_secret": SECRETS[client_id],
    }
    found = await copy.send("POST", f"{session}/oauth/token", form=form)
    token: str = found.json()["access_token"]
    return token


async def create(copy: Copy, token: str, name: object = "x", session: str = "") -> int:
    """Create a group; return the status."""
    return (await copy.send("POST", f"{session}{GROUPS}", {"name": name}, token)).status_code


def turns_of(monkeypatch: pytest.MonkeyPatch) -> list[Batch]:
    """Record all later turns, except those that only add to the journal."""
    taken, turn = list[Batch](), MemoryLog.turn

    async def noted(self: MemoryLog, after: int, batch: Batch) -> Turn:
        if batch.counts or batch.rows:
            taken.append(batch)
        return await turn(self, after, batch)

    monkeypatch.setattr(MemoryLog, "turn", noted)
    return taken


def test_a_command_takes_one_turn_once_its_caller_was_let_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def scenario(one: Copy, other: Copy) -> None:
        token = await token_of(one, TRUSTED)
        assert await create(one, token) == 201
        turns = turns_of(monkeypatch)
        assert await create(one, token) == 201
        ((count,),) = (batch.counts for batch in turns)
        assert len(count.rows) == 1

    run(scenario)


def test_a_command_that_another_one_came_before_is_carried_out_behind_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def scenario(one: Copy, other: Copy) -> None:
        token = await token_of(one, TRUSTED)
        assert await create(one, token) == 201
        assert await create(other, token) == 201
        turns = turns_of(monkeypatch)
        assert await create(one, token) == 201
        assert [batch.counts[0].certain for batch in turns] == [False, True]

    run(scenario)


@pytest.mark.parametrize("name", ["x", 5])
def test_a_token_that_another_process_has_revoked_changes_nothing(name: object) -> None:
    async def scenario(one: Copy, other: Copy) -> None:
        token = await token_of(one, TRUSTED)
        assert await create(one, token) == 201
        form = {"token": token, "client_id": TRUSTED, "client_secret": SECRETS[TRUSTED]}
        assert (await other.send("POST", "/oauth/revoke", form=form)).status_code == 200
        latest = one.engine.latest
        assert await create(one, token, name) == 401
        assert one.engine.latest == latest

    run(scenario)


@pytest.mark.parametrize("name", ["x", 5])
def test_a_request_in_a_session_that_another_process_has_ended_changes_nothing(
    name: object,
) -> None:
    async def scenario(one: Copy, other: Copy) -> None:
        token = await token_of(one, TRUSTED, "/s/short")
        assert await create(one, token, session="/s/short") == 201
        assert (await other.send("DELETE", "/__mock__/sessions/short")).status_code == 204
        latest = one.engine.latest
        assert await create(one, token, name, "/s/short") == 401
        assert one.engine.latest == latest

    run(scenario)


def test_what_a_body_refuses_counts_and_changes_nothing() -> None:
    async def scenario(one: Copy, other: Copy) -> None:
        token = await token_of(one, TRUSTED)
        assert await create(one, token) == 201
        latest, counted = one.engine.latest, sum(used for _, used in one.engine.tallies.values())
        assert await create(one, token, 5) == 400
        assert one.engine.latest == latest
        assert sum(used for _, used in one.engine.tallies.values()) == counted + 1

    run(scenario)


def test_a_limit_is_reached_by_the_requests_of_all_and_changes_nothing() -> None:
    async def scenario(one: Copy, other: Copy) -> None:
        token = await token_of(one, LIMITED)
        found = [await create(copy, token) for copy in (one, one, other, other, one)]
        assert found == [201] * 5
        latest = one.engine.latest
        assert [await create(copy, token) for copy in (one, other, one)] == [429] * 3
        assert await create(one, token, 5) == 429
        assert one.engine.latest == latest

    run(scenario)


def test_requests_at_the_same_time_share_a_limit_and_a_turn() -> None:
    async def scenario(one: Copy, other: Copy) -> None:
        token = await token_of(one, LIMITED)
        assert await create(one, token) == 201
        latest = one.engine.latest
        found = await asyncio.gather(*(create(one, token) for _ in range(6)))
        assert sorted(found) == [201] * 4 + [429] * 2
        assert one.engine.latest == latest + 4
        assert len(one.engine.rows) < latest + 4

    run(scenario)


@pytest.mark.parametrize("name", ["x", 5])
def test_a_fault_that_another_process_was_given_is_met(name: object) -> None:
    async def scenario(one: Copy, other: Copy) -> None:
        token = await token_of(one, TRUSTED)
        assert await create(one, token) == 201
        fault = {"match": {"operation": "createExtensionGroup"}, "answer": {"status": 503}}
        assert (await other.send("POST", "/__mock__/faults", fault)).status_code == 201
        assert await create(one, token, name) == 503

    run(scenario)
