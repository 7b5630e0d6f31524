"""Image of sessions: it contains all of their state, and is refused if incomplete."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from images.local_replicas import LocalReplica
from images.memory_log import LogContents
from ringme_mock.calls.begin import Course
from ringme_mock.calls.engine import CallEngine
from ringme_mock.delivery.deliveries import Deliveries, Delivery, DeliverySettings
from ringme_mock.faults.fault_book import FaultBook, _Counted
from ringme_mock.faults.fault_rule import FaultRule
from ringme_mock.faults.latency import Latency
from ringme_mock.http import image
from ringme_mock.http.image import BrokenImage, Image, load_image
from ringme_mock.http.session import Session
from ringme_mock.http.sessions import Sessions
from ringme_mock.store.clock import Clock, Setting
from ringme_mock.store.collection import Collection
from ringme_mock.store.expiring import Expiring
from ringme_mock.store.quotas import own_entries
from ringme_mock.store.rate_limits import RateLimits, _Hour
from ringme_mock.store.state import Snapshot, State
from ringme_mock.store.store import Store
from ringme_mock.store.tokens import AccessToken, Code, Grant, Tokens

# For each class, the fields that an image contains, and those that it need not: derived fields,
# those of the document, the fixtures and the options, and those of a process.
FIELDS: dict[type, tuple[str, str]] = {
    Sessions: (
        "_others _resumed default",
        (
            "contract seed settings clock seconds recorder _supply redaction today journals entries"
            " _waiting"
        ),
    ),
    Session: (
        "name waits since state faults latency snapshots random deliveries calls used",
        "redaction journal _seconds streams lock page_size one_at_a_time _settings",
    ),
    State: (
        "seed _day clock store tokens limits",
        "contract max_entries budget _today _text access",
    ),
    Snapshot: ("store clock", ""),
    Clock: ("_setting", "_real _ahead _still seconds"),
    Setting: ("ahead frozen_at", ""),
    Store: ("collections files", "most_left"),
    Collection: (
        "_entries _unique next_key written _long origin",
        "rule _indexed _index _shared",
    ),
    Tokens: ("_ended _access _refresh codes logins permissions", "_clock _random_text"),
    Expiring: ("_values", "_clock _random_text"),
    AccessToken: ("grant until", "caller"),
    Grant: ("user application", "origin"),
    Code: ("grant redirect_uri challenge method used", ""),
    RateLimits: ("_hours", "_clock _limit period unknown"),
    _Hour: ("start used", ""),
    FaultBook: ("rules _next", ""),
    _Counted: ("rule seen applied", "size"),
    FaultRule: ("source response delay connection", ""),
    Latency: ("low high", ""),
    Deliveries: (
        "settings _kept _waiting _next",
        "send changed seconds sends report _tasks _loop",
    ),
    Delivery: (
        (
            "number order subscription url method parameters kind at state status body error"
            " seconds attempts"
        ),
        "",
    ),
    DeliverySettings: ("hosts retries pause lost", ""),
    CallEngine: (
        "next_course keeps_course _following",
        "_session deliveries _timer wake",
    ),
    Course: (
        (
            "rings outcome then_rings then_outcome taken_by talks recorded ends listed_after"
            " recorded_after"
        ),
        "",
    ),
}
LOGIN = {"client_id": "c1200000000000000000000000000003", "client_secret": "c0ffee03" * 4}
CALL = {"extension": 31, "from": "79990001234", "course": {"rings": 0, "talks": 300}}
GROUPS = "/api/ver1.0/client/@me/extension_group/"


async def use_session(replica: LocalReplica) -> None:
    """Use a session in every way that changes its state."""

    async def control(method: str, path: str, json: Any = None) -> Any:
        found = await replica.send(method, f"/s/tab/__mock__/{path}", json)
        assert found.status_code < 400, found.text
        return found.json() if found.content else None

    form = {"grant_type": "password", "username": "client-admin", **LOGIN}
    form["password"] = "mock-client-admin"
    token = (await replica.send("POST", "/s/tab/oauth/token", form=form)).json()["access_token"]
    await control("DELETE", "tokens?login=client-admin")
    token = (await replica.send("POST", "/s/tab/oauth/token", form=form)).json()["access_token"]
    await control("PUT", "snapshots/before")
    await replica.send("POST", f"/s/tab{GROUPS}", {"name": "first"}, token)
    made = await replica.send("POST", f"/s/tab{GROUPS}", {"name": "second"}, token)
    assert made.status_code == 201, made.text
    await replica.send("DELETE", f"/s/tab{GROUPS}{made.json()['id']}", token=token)
    await control("PUT", "snapshots/after")
    event = {"event_type": "hangup", "url": "http://127.0.0.1:9/", "method": "POST"}
    await replica.send("POST", "/s/tab/api/ver1.0/extension/31/event/", event, token)
    await control("POST", "calls", {**CALL, "course": {"rings": 0, "talks": 0}})
    await control("PUT", "clock", {"now": "2030-01-01 12:00:00", "frozen": True})
    fault = {"match": {"method": "PUT"}, "answer": {"status": 400}, "every": 2}
    await control("POST", "faults", fault)
    await replica.send("PUT", f"/s/tab{GROUPS}1", {"name": "x"}, token)
    await control("PUT", "latency", {"from": 0, "to": 1})
    await control("PUT", "deliveries", {"retries": 3, "pause": 2})
    await control("POST", "calls", CALL)
    await control("PUT", "callback-course", {"rings": 4, "keep": True})
    session = replica.sessions.resume("tab")
    state = session.state
    state.tokens.codes.add(
        Code(Grant(1, "a"), "http://localhost/", "c", "S256", used=True), 30, 600
    )
    state.tokens.logins.add(1, 30, 600)
    state.tokens.permissions.add((1, "a"))
    session.used = -1.0


@pytest.fixture(scope="module")
def replica() -> LocalReplica:
    found = LocalReplica(LogContents())

    async def run() -> None:
        await found.start()
        await use_session(found)
        # A refused command, for a session that has not begun.
        await found.send("DELETE", "/s/waits/__mock__/snapshots/none")
        found.stop_timers()

    asyncio.run(run())
    return found


@pytest.fixture(scope="module")
def pieces(replica: LocalReplica) -> list[bytes]:
    return list(Image(replica.sessions).pieces())


def fields_of(one: Any) -> set[str]:
    slots = [name for kind in type(one).__mro__ for name in getattr(kind, "__slots__", ())]
    return {*getattr(one, "__dict__", {}), *slots}


def collect_objects(one: Any, known: dict[type, Any]) -> None:
    """Collect one object of each class in `FIELDS` that can be reached from an object."""
    if type(one) in FIELDS:
        known[type(one)] = one
        for name in FIELDS[type(one)][0].split():
            collect_objects(getattr(one, name), known)
    elif isinstance(one, dict):
        collect_objects(list(one.values()), known)
    elif isinstance(one, list | tuple | set | deque):
        for each in one:
            collect_objects(each, known)


def differing(one: Any, other: Any, place: str) -> Iterator[str]:
    """Yield the places where two objects differ in fields that an image contains."""
    if type(one) in FIELDS and type(other) is type(one):
        for name in FIELDS[type(one)][0].split():
            yield from differing(getattr(one, name), getattr(other, name), f"{place}.{name}")
    elif isinstance(one, dict) and list(one) == list(other):
        for key, value in one.items():
            yield from differing(value, other[key], f"{place}[{key}]")
    elif isinstance(one, list | tuple | deque) and len(one) == len(other):
        for number, pair in enumerate(zip(one, other, strict=True)):
            yield from differing(*pair, f"{place}[{number}]")
    elif isinstance(one, Random):
        if one.getstate() != other.getstate():
            yield place
    elif one != other:
        yield f"{place}: {str(one)[:100]} and {str(other)[:100]}"


def test_every_field_of_a_session_is_in_the_image_or_listed_as_omitted(
    replica: LocalReplica,
) -> None:
    found: dict[type, Any] = {}
    collect_objects(replica.sessions, found)
    assert found.keys() ^ FIELDS.keys() == set()
    for kind, one in found.items():
        held, others = FIELDS[kind]
        # `waits` and `since` are class attributes until they are set.
        assert fields_of(one) <= {*held.split(), *others.split()}, kind
        assert {*held.split(), *others.split()} - fields_of(one) <= {"waits", "since"}, kind


def test_loaded_image_restores_all_sessions(replica: LocalReplica, pieces: list[bytes]) -> None:
    fresh = LocalReplica(LogContents())
    session, new = replica.sessions.resume("tab"), fresh.sessions.resume("tab")
    for name in FIELDS[Session][0].split():
        # Otherwise, the test would not notice if the field were lost.
        if name not in ("name", "waits"):
            assert next(differing(getattr(session, name), getattr(new, name), name), None), name
    load_image(fresh.sessions, pieces)
    assert list(differing(replica.sessions, fresh.sessions, "sessions")) == []
    grants = [one.grant for one in fresh.sessions.resume("tab").state.tokens._access.values()]
    assert grants == list(fresh.sessions.resume("tab").state.tokens._refresh.values())
    assert list(Image(fresh.sessions).pieces()) == pieces


def test_loaded_image_restores_the_entry_count_of_all_sessions() -> None:
    replica, fresh = LocalReplica(LogContents()), LocalReplica(LogContents())

    async def use_two_days() -> None:
        await replica.start()
        for session, days in (("tab", (1, 2)), ("other", (2, 1))):
            for day in days:
                await control(session, "PUT", "clock", {"now": f"2030-01-0{day} 12:00:00"})
                await control(session, "POST", "reset", {"keep": ["clock"]})
                await control(session, "POST", "bulk", {"client": 12, "records": 3})
                await control(session, "PUT", f"snapshots/of-{day}")
        # The session shares its entries with a snapshot other than the latest.
        await control("tab", "POST", "reset", {"snapshot": "of-1"})
        replica.stop_timers()

    async def control(session: str, method: str, path: str, json: Any = None) -> None:
        found = await replica.send(method, f"/s/{session}/__mock__/{path}", json)
        assert found.status_code < 400, found.text

    asyncio.run(use_two_days())
    load_image(fresh.sessions, list(Image(replica.sessions).pieces()))
    before, after = (
        [own_entries(stores, seed) for seed, stores in one.sessions._holdings()]
        for one in (replica, fresh)
    )
    assert before[1] > 0
    assert after == before


def test_image_may_end_with_a_full_piece(
    replica: LocalReplica, pieces: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image, "_PIECE", 1)
    single = list(Image(replica.sessions).pieces())
    assert len(single) > len(pieces)
    fresh = LocalReplica(LogContents())
    load_image(fresh.sessions, single)
    assert list(differing(replica.sessions, fresh.sessions, "sessions")) == []


def test_loading_an_image_ends_sessions_that_it_lacks(pieces: list[bytes]) -> None:
    other = LocalReplica(LogContents())
    other.sessions.get("another")
    load_image(other.sessions, pieces)
    assert [one.name for one in other.sessions.known()] == ["default", "tab"]


@pytest.mark.parametrize("defect", ["cut", "changed", "empty"])
def test_incomplete_or_changed_image_is_refused(defect: str, pieces: list[bytes]) -> None:
    changed = [pieces[0][:-1] + bytes([pieces[0][-1] ^ 1]), *pieces[1:]]
    found = {"cut": pieces[:-2] + pieces[-1:], "changed": changed, "empty": []}[defect]
    other = LocalReplica(LogContents())
    with pytest.raises(BrokenImage):
        load_image(other.sessions, found)
    assert [one.name for one in other.sessions.known()] == ["default"]
