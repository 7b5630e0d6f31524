"""Bulk creation during other requests: no write of theirs is lost."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from random import Random

import pytest

from generate.seeded_state import CLIENT, CONTRACT, NUMBER, SEED, entries, fresh_state
from ringme_mock.errors import ApiError
from ringme_mock.generate import arrive, make_bulk
from ringme_mock.generate.bulk import Bulk
from ringme_mock.http.sessions import Session, Settings
from ringme_mock.store.collection import Entry
from ringme_spec.redaction import Redaction
from support.timeouts import TIMEOUT

COUNTS = {"groups": 3, "extensions": 40, "records": 600, "registrations": 50}
CREATED = {"extension_group": 3, "extension": 40, "record": 600, "reg_status_log": 50}


def session() -> Session:
    return Session("default", fresh_state(), Settings(seed=1), Redaction(CONTRACT.document))


async def bulk(one: Session, seed: int = 7, **counts: int) -> dict[str, int]:
    return await make_bulk(one, CLIENT, counts or COUNTS, seed)


def bulk_during_requests(
    one: Session,
    before: Callable[[int], object] = lambda number: None,
    after: Callable[[int], object] = lambda number: None,
) -> dict[str, int]:
    """Create entries in bulk, and call functions in the event loop before and after each try.

    Both are called while the work is in progress: the state is copied, no entry is added yet.
    """
    tries = 0
    make = Bulk.make

    async def run() -> dict[str, int]:
        loop = asyncio.get_running_loop()

        def in_loop(act: Callable[[int], object]) -> None:
            async def served() -> None:
                act(tries)

            # This times out if the work blocks the event loop.
            asyncio.run_coroutine_threadsafe(served(), loop).result(timeout=TIMEOUT)

        def held(self: Bulk) -> None:
            nonlocal tries
            tries += 1
            in_loop(before)
            make(self)
            in_loop(after)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Bulk, "make", held)
            return await bulk(one)

    return asyncio.run(run())


def on_first_try(write: Callable[[], object]) -> Callable[[int], object]:
    """Call `write` during the first try only."""
    return lambda number: write() if number == 1 else None


def test_bulk_entries_become_visible_all_at_once() -> None:
    one = session()
    before = {name: len(SEED[name]) for name in CREATED}
    after = {name: count + CREATED[name] for name, count in before.items()}

    seen = []

    def look(_: int) -> None:
        seen.append({name: len(one.state.store[name]) for name in CREATED})

    assert bulk_during_requests(one, look, look) == CREATED
    assert seen == [before, before]
    look(1)
    assert seen[-1] == after


def rename_group(one: Session) -> Callable[[int], Entry]:
    return lambda number: one.state.store["extension_group"].update(5, {"name": f"New {number}"})


def test_concurrent_write_is_kept_and_ids_do_not_collide() -> None:
    one = session()
    groups = one.state.store["extension_group"]
    taken = groups.new_key()

    def create() -> None:
        entry = {**next(groups.entries()), "id": taken, "name": "Meanwhile"}
        one.state.store["extension_group"].insert(entry)

    assert bulk_during_requests(one, on_first_try(create)) == CREATED
    kept = one.state.store["extension_group"].get(taken)
    assert kept is not None
    assert kept["name"] == "Meanwhile"
    assert len(one.state.store["extension_group"]) == len(SEED["extension_group"]) + 4


def test_concurrent_simulated_call_is_kept() -> None:
    one = session()
    arrived: list[Entry] = []

    def call() -> None:
        given = {"at": "2026-03-01 10:00:00"}
        arrived.append(arrive(one.state, CONTRACT, "record", NUMBER, given, Random(99)))

    assert bulk_during_requests(one, after=on_first_try(call)) == CREATED
    assert one.state.store["record"].get(arrived[0]["record_uuid"]) == arrived[0]
    assert len(one.state.store["record"]) == len(SEED["record"]) + 601


def test_concurrent_reset_is_not_undone() -> None:
    one = session()
    one.state.store["extension_group"].update(5, {"name": "Before the reset"})
    assert bulk_during_requests(one, on_first_try(lambda: one.reset(keep=["clock"]))) == CREATED
    group = one.state.store["extension_group"].get(5)
    assert group == SEED["extension_group"].get(5)
    assert len(one.state.store["record"]) == len(SEED["record"]) + 600


def test_bulk_is_refused_with_409_after_repeated_concurrent_writes() -> None:
    one = session()
    with pytest.raises(ApiError) as caught:
        bulk_during_requests(one, rename_group(one))
    assert caught.value.status == 409
    assert "changed the session" in caught.value.message
    assert "3 times" in caught.value.message
    for name in CREATED:
        assert len(one.state.store[name]) == len(SEED[name])


def test_concurrent_bulk_requests_all_succeed() -> None:
    one = session()

    async def run() -> list[dict[str, int]]:
        return await asyncio.gather(*[bulk(one, seed=7, **COUNTS) for _ in range(5)])

    assert asyncio.run(run()) == [CREATED] * 5
    assert len(one.state.store["record"]) == len(SEED["record"]) + 5 * 600
    # In another event loop, like the next test that uses the mock in this process.
    assert asyncio.run(run()) == [CREATED] * 5


def test_cancelled_bulk_request_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    one = session()
    before = entries(one.state)
    make, go_on = Bulk.make, threading.Event()

    async def run() -> None:
        loop, begun = asyncio.get_running_loop(), asyncio.Event()

        def held(self: Bulk) -> None:
            loop.call_soon_threadsafe(begun.set)
            go_on.wait(60)
            make(self)

        with monkeypatch.context() as patch:
            patch.setattr(Bulk, "make", held)
            making = asyncio.create_task(bulk(one))
            await begun.wait()
            making.cancel()
            with pytest.raises(asyncio.CancelledError):
                await making
        go_on.set()
        assert entries(one.state) == before
        assert await bulk(one) == CREATED

    asyncio.run(run())
