"""Concurrent requests: the same outcome as sequential ones, and no more than allowed."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

import httpx
import pytest

from ringme_contract.check import Check
from ringme_contract.check_context import CheckContext
from ringme_contract.entries.list_pages import MOST_PAGES, all_pages
from ringme_contract.entries.made_entries import EntryList
from ringme_contract.http.transport import Transport
from ringme_contract.profiles import JOBS
from ringme_contract.run.check_run import Options, open_session
from ringme_contract.run.engine import Engine
from ringme_contract.schema.findings import VALID, Findings
from ringme_contract.schema.generation import AnyCase
from ringme_contract.target import MOCK, load_target
from ringme_contract.verdict import Failure, NotReached
from ringme_spec.contract import read_contract
from ringme_spec.paths import SPEC
from support.server import RunningMock
from support.timeouts import TIMEOUT

CONTRACT = read_contract(SPEC)
URL = "http://target.example"


class BarrierTarget:
    """Target that responds only once so many requests are in progress."""

    def __init__(self, awaited: int) -> None:
        self.most = self._now = 0
        self._awaited, self._met = awaited, threading.Event()
        self._lock = threading.Lock()

    def respond(self, _: httpx.Request) -> httpx.Response:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
            if self._now == self._awaited:
                self._met.set()
        assert self._met.wait(TIMEOUT), "the other requests did not arrive"
        with self._lock:
            self._now -= 1
        # In parts, because the client measures the time only while it reads.
        headers = {"Content-Type": "application/json"}
        return httpx.Response(404, content=iter([b'{"message": "-"}']), headers=headers)


@contextmanager
def context(target: BarrierTarget, jobs: int = JOBS) -> Iterator[CheckContext]:
    with httpx.Client(base_url=URL, transport=httpx.MockTransport(target.respond)) as http:
        transport = Transport(load_target(MOCK, URL), CONTRACT, http, jobs)
        yield CheckContext(transport.target, CONTRACT, transport)


@pytest.mark.parametrize("jobs", [1, JOBS])
def test_map_raises_the_first_failure_and_keeps_earlier_exchanges(jobs: int) -> None:
    def look(number: int) -> int:
        kit.anonymous.request("GET", f"/{number}")
        if number in (3, 5):
            kit.fail(f"number {number}")
        return number

    with context(BarrierTarget(1), jobs) as kit:
        assert kit.map(look, [1, 2]) == [1, 2]
        with pytest.raises(Failure, match="number 3"):
            kit.map(look, range(1, 30))
        paths = [one.url.removeprefix(URL) for one in kit.transport.exchanges]
    assert paths == ["/1", "/2", "/1", "/2", "/3"]


def test_concurrent_requests_are_limited_by_the_number_of_jobs() -> None:
    """Nested calls of `map` count, too."""
    barrier_target = BarrierTarget(3)
    with context(barrier_target, jobs=3) as kit:
        kit.map(lambda _: kit.map(lambda _: kit.anonymous.get("/x"), range(5)), range(5))
    assert barrier_target.most == 3


def test_only_compatible_checks_run_concurrently() -> None:
    """Checks that only read share a time, and so do isolated ones; all others run alone."""
    running: set[str] = set()
    concurrent: dict[str, set[str]] = {}
    pair = threading.Barrier(2)

    def look(kit: CheckContext, name: str, shares: bool) -> None:
        running.add(name)
        if shares:
            pair.wait(TIMEOUT)
        kit.anonymous.get("/x")
        concurrent[name] = set(running)
        if shares:
            pair.wait(TIMEOUT)
        running.discard(name)

    def make(name: str, shares: bool, **traits: Any) -> Check:
        return Check(
            name, "me", "scenarios", lambda kit: look(kit, name, shares), needs=(), **traits
        )

    checks = [
        make("deletes recorded items", False, deletes_recorded_items=True),
        make("writes", False),
        make("reads", True, writes=False),
        make("isolated", True, isolated=True),
        make("alone", False, writes=False, alone=True),
        make("reads too", True, writes=False),
        make("isolated too", True, isolated=True),
    ]
    with context(BarrierTarget(1)) as kit:
        result = Engine(kit).run(checks)
    names = [one.check.rpartition("/")[2] for one in result.outcomes if one.rule == "me"]
    last = ["writes", "alone", "deletes recorded items"]
    assert names == ["reads", "reads too", "isolated", "isolated too", *last]
    reads, isolated = {"reads", "reads too"}, {"isolated", "isolated too"}
    assert concurrent == {
        **dict.fromkeys(reads, reads),
        **dict.fromkeys(isolated, isolated),
        **{name: {name} for name in last},
    }


def test_random_numbers_of_a_check_do_not_depend_on_order() -> None:
    drawn: dict[str, list[float]] = {"first": [], "second": []}
    checks = [
        Check(name, "me", "scenarios", lambda kit, to=to: to.append(kit.random.random()))  # type: ignore[misc]
        for name, to in drawn.items()
    ]
    with context(BarrierTarget(1)) as kit:
        Engine(kit).run(checks)
        Engine(kit).run(checks[::-1])
    assert len(set(drawn["first"])) == len(set(drawn["second"])) == 1
    assert drawn["first"] != drawn["second"]


def test_list_read_before_another_check_deletes_reports_no_leftovers(
    mock: RunningMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_session(Options(mock.url, target=MOCK)) as session:
        kit, read = session.kit, EntryList.read
        first, other = kit.for_check("first"), kit.for_check("other")
        number = kit.factory.read("extension")[0]["id"]
        for one in (first, other):
            one.factory.create("event", within={"extension": number})

        def read_and_let_the_other_end(place: EntryList, reader: CheckContext) -> Any:
            found = read(place, reader)
            if reader is first:
                other.clean_up()
            return found

        monkeypatch.setattr(EntryList, "read", read_and_let_the_other_end)
        first.clean_up()
        kit.finish()
    assert kit.left_behind == []


def test_checks_read_separate_entries(mock: RunningMock) -> None:
    with open_session(Options(mock.url, target=MOCK)) as session:
        kit = session.kit
        first, other = kit.for_check("first"), kit.for_check("other")
        reading = kit.path.find("event", "read", ("extension", "event"))
        assert reading is not None
        keys = first.factory.keys_to_read(reading)
        assert other.factory.keys_to_read(reading) != keys
        for one in (first, other):
            one.clean_up()
        kit.finish()
    assert kit.left_behind == []


def test_list_with_endless_pages_is_not_reached() -> None:
    listing = next(one for one in CONTRACT.operations.values() if one.envelope)
    most = listing.roles["page_size"].schema["maximum"]
    read: list[object] = []

    def full_page(more: Mapping[str, Any]) -> Any:
        read.append(more)
        return {listing.envelope: [{}] * most}

    with pytest.raises(NotReached, match=f"more than {MOST_PAGES} pages"):
        all_pages(listing, full_page, {})
    assert len(read) == MOST_PAGES


def test_page_larger_than_requested_is_read_once() -> None:
    listing = next(one for one in CONTRACT.operations.values() if one.envelope)
    whole: list[object] = [{}] * (listing.roles["page_size"].schema["maximum"] + 1)
    read: list[object] = []

    def all_at_once(more: Mapping[str, Any]) -> Any:
        read.append(more)
        return {listing.envelope: whole}

    assert all_pages(listing, all_at_once, {}) == whole
    assert len(read) == 1


def test_failure_in_a_thread_keeps_no_local_variables() -> None:
    kept: list[weakref.ref[Body]] = []

    class Body:
        pass

    def fail(number: int) -> None:
        body = Body()
        kept.append(weakref.ref(body))
        raise Failure(f"{number}")

    gc.disable()
    try:
        with context(BarrierTarget(1)) as kit, pytest.raises(Failure, match=r"^0$"):
            kit.map(fail, range(3))
        assert [body for one in kept if (body := one())] == []
    finally:
        gc.enable()


class CountedCase:
    """Case of Schemathesis that records how many threads use it at once."""

    def __init__(self) -> None:
        self.most = self._now = 0
        self._lock, self._two = threading.Lock(), threading.Event()

    def as_transport_kwargs(self) -> dict[str, Any]:
        self._stay()
        return {"method": "GET", "url": f"{URL}/v1.0/resource"}

    def validate_response(self, *_: Any) -> None:
        self._stay()

    def _stay(self) -> None:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
            if self._now == 2:
                self._two.set()
        self._two.wait(0.05)  # Waits for a second thread, if one can come.
        with self._lock:
            self._now -= 1


def test_only_one_thread_uses_schemathesis_at_a_time() -> None:
    """Concurrent imports and parsing end in a SystemError of Python 3.11."""
    case = CountedCase()
    with context(BarrierTarget(1)) as kit:
        operation = next(iter(kit.contract.operations.values()))
        Findings(kit).send_all([(operation, cast("AnyCase", case))] * 4, VALID)
    assert case.most == 1
