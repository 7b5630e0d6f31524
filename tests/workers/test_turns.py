"""Turns at the log, which the requests of a process share."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import NamedTuple, cast

import pytest

from ringme_mock.command_log.log import Batch, Count, Entry, Log, Tally, Turn, UnknownOutcome
from ringme_mock.command_log.turns import Turns
from ringme_mock.errors import ApiError


class SlowLog:
    """Log that takes a turn only when told to."""

    name = "the log"

    def __init__(self) -> None:
        self.batches: list[Batch] = []
        self.released = asyncio.Event()
        self.error: OSError | None = None
        # Requests of a client after each turn; counts are None if others have appended commands.
        self.used, self.is_ahead = 0, False

    async def turn(self, after: int, batch: Batch) -> Turn:
        self.batches.append(batch)
        await self.released.wait()
        if self.error is not None:
            raise self.error
        tallies = [None if self.is_ahead else (1.0, self.used) for _ in batch.counts]
        return Turn(after + batch.may_append, 0.0, [], tallies)


class LogClients:
    """Turns at a slow log, and the names of commands in the order of application."""

    def __init__(self) -> None:
        self.log = SlowLog()
        self.applied: list[str] = []
        self.turns = Turns(cast("Log", self.log), self._apply)

    async def _apply(self, entry: Entry) -> None:
        raise AssertionError("there is no other process")

    def append(self, name: str) -> Awaitable[str]:
        async def carry_out(number: int, at: float, nonce: bytes) -> str:
            self.turns.position = number
            self.applied.append(name)
            if name == "bad":
                raise ApiError(400, name)
            return name

        return self.turns.append(name.encode(), carry_out)

    def limited_command(self, name: str) -> LimitedCommand:
        return LimitedCommand(self, name)


class LimitedCommand:
    """Command that counts within a limit of three requests."""

    valid = True

    def __init__(self, clients: LogClients, name: str) -> None:
        self.row, self.tallies = name.encode(), list[Tally]()
        self._clients, self._name = clients, name

    def begin(self) -> Awaitable[str | None]:
        return self._clients.turns.attempt(Client(), self)

    def is_valid(self) -> bool:
        return self.valid

    def tell(self, tally: Tally) -> None:
        self.tallies.append(tally)

    async def carry_out(self, number: int, at: float, nonce: bytes) -> str:
        self._clients.applied.append(f"{number} {self._name}")
        return self._name


class Client(NamedTuple):
    def new_count(self) -> Count:
        return Count("client", 0.0, 60.0, (0.0, 0), 3)


def run(scenario: Callable[[LogClients], Coroutine[None, None, None]]) -> LogClients:
    async def begin() -> LogClients:
        clients = LogClients()
        await scenario(clients)
        return clients

    return asyncio.run(begin())


async def start_all(*waiting: Awaitable[object]) -> list[asyncio.Future[object]]:
    tasks: list[asyncio.Future[object]] = [asyncio.ensure_future(one) for one in waiting]
    for _ in range(5):
        await asyncio.sleep(0)
    return tasks


def test_commands_during_a_turn_share_the_next_one() -> None:
    async def scenario(clients: LogClients) -> None:
        first = await start_all(clients.append("a"))
        later = await start_all(clients.append("b"), clients.turns.look(), clients.append("c"))
        clients.log.released.set()
        assert await asyncio.gather(*first, *later) == ["a", "b", None, "c"]

    clients = run(scenario)
    assert [one.rows for one in clients.log.batches] == [[b"a"], [b"b", b"c"]]
    assert clients.applied == ["a", "b", "c"]


def test_refused_command_does_not_affect_others_of_its_turn() -> None:
    async def scenario(clients: LogClients) -> None:
        clients.log.released.set()
        found = await asyncio.gather(
            clients.append("bad"), clients.append("good"), return_exceptions=True
        )
        assert isinstance(found[0], ApiError)
        assert found[1] == "good"

    run(scenario)


def test_unreachable_log_refuses_all_waiting_commands() -> None:
    async def scenario(clients: LogClients) -> None:
        first = await start_all(clients.append("sent"))
        later = await start_all(clients.append("waiting"), clients.turns.look())
        clients.log.error = UnknownOutcome("no log")
        clients.log.released.set()
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


def test_concurrent_requests_of_a_client_are_counted_together() -> None:
    async def scenario(clients: LogClients) -> None:
        clients.log.released.set()
        clients.log.used = 4
        commands = [clients.limited_command(name) for name in "abc"]
        counted = clients.turns.count(Client())
        found = await asyncio.gather(*(one.begin() for one in commands))
        assert found == ["a", "b", None]
        assert (await counted, *(one.tallies for one in commands)) == (
            (1.0, 1),
            [(1.0, 2)],
            [(1.0, 3)],
            [(1.0, 4)],
        )

    clients = run(scenario)
    assert clients.applied == ["1 a", "2 b"]
    ((count,),) = (one.counts for one in clients.log.batches)
    assert (count.times, count.rows) == (1, [b"a", b"b", b"c"])


def test_command_is_not_applied_if_the_log_is_ahead() -> None:
    async def scenario(clients: LogClients) -> None:
        clients.log.released.set()
        clients.log.is_ahead = True
        command = clients.limited_command("a")
        assert await command.begin() is None
        assert command.tallies == []

    assert run(scenario).applied == []


def test_command_invalidated_by_an_earlier_one_is_not_sent() -> None:
    async def scenario(clients: LogClients) -> None:
        clients.log.used = 1
        first = await start_all(clients.limited_command("a").begin())
        late = clients.limited_command("b")
        later = await start_all(late.begin())
        late.valid = False
        clients.log.released.set()
        assert await asyncio.gather(*first, *later) == ["a", None]

    assert [one.counts[0].rows for one in run(scenario).log.batches] == [[b"a"], []]
