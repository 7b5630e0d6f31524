"""Requests of a process share its turns at the log."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import cast

import pytest

from ringme_mock.command_log.log import Batch, Log, Row, Turn, UnknownOutcome
from ringme_mock.command_log.turns import Turns
from ringme_mock.errors import ApiError


class SlowLog:
    """Takes a turn when it is told to."""

    name = "the log"

    def __init__(self) -> None:
        self.batches: list[Batch] = []
        self.may_go_on = asyncio.Event()
        self.error: OSError | None = None

    async def turn(self, after: int, batch: Batch) -> Turn:
        self.batches.append(batch)
        await self.may_go_on.wait()
        if self.error is not None:
            raise self.error
        return Turn(after + len(batch.rows[:1]), 0.0, [], [])


class Clients:
    """Turns at a slow log, and the names of commands in the order in which they were applied."""

    def __init__(self) -> None:
        self.log = SlowLog()
        self.applied: list[str] = []
        self.turns = Turns(cast("Log", self.log), self._apply)

    async def _apply(self, number: int, row: Row) -> None:
        self.turns.position = number
        self.applied.append(row.kind)

    def append(self, name: str) -> Coroutine[None, None, str]:
        async def carry_out(number: int, at: float) -> str:
            self.turns.position = number
            self.applied.append(name)
            if name == "bad":
                raise ApiError(400, name)
            return name

        return self.turns.append(command(name), carry_out)


def command(name: str) -> Row:
    return Row("default", name, 0.0, 1, b"", b"", b"", b"")


def run(scenario: Callable[[Clients], Coroutine[None, None, None]]) -> Clients:
    async def begin() -> Clients:
        clients = Clients()
        await scenario(clients)
        return clients

    return asyncio.run(begin())


async def started(*waiting: Coroutine[None, None, object]) -> list[asyncio.Task[object]]:
    tasks = [asyncio.create_task(one) for one in waiting]
    for _ in range(5):
        await asyncio.sleep(0)
    return tasks


def test_what_comes_during_a_turn_goes_into_the_next_one_together() -> None:
    async def scenario(clients: Clients) -> None:
        first = await started(clients.append("a"))
        later = await started(clients.append("b"), clients.turns.look(), clients.append("c"))
        clients.log.may_go_on.set()
        assert await asyncio.gather(*first, *later) == ["a", "b", None, "c"]

    clients = run(scenario)
    assert [[row.kind for row in one.rows] for one in clients.log.batches] == [["a"], ["b", "c"]]
    assert clients.applied == ["a", "b", "c"]


def test_a_refused_command_refuses_no_other() -> None:
    async def scenario(clients: Clients) -> None:
        clients.log.may_go_on.set()
        found = await asyncio.gather(
            clients.append("bad"), clients.append("good"), return_exceptions=True
        )
        assert isinstance(found[0], ApiError)
        assert found[1] == "good"

    run(scenario)


def test_a_log_out_of_reach_refuses_what_has_waited_for_it_at_once() -> None:
    async def scenario(clients: Clients) -> None:
        first = await started(clients.append("sent"))
        later = await started(clients.append("waiting"), clients.turns.look())
        clients.log.error = UnknownOutcome("no log")
        clients.log.may_go_on.set()
        messages = []
        for one in (*first, *later):
            with pytest.raises(ApiError) as refused:
                await one
            messages.append((refused.value.status, refused.value.message))
        assert messages == [
            (503, "no log; the change may have been made"),
            (503, "no log; nothing was changed"),
            (503, "no log; nothing was changed"),
        ]

    assert len(run(scenario).log.batches) == 1
