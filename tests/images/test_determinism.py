"""Replicas of one log reach the same state, however they load it; a difference is found."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from images.local_replicas import LocalReplica, differences
from images.memory_log import LogContents
from ringme_mock.command_log import images

GROUPS = "/api/ver1.0/client/@me/extension_group/"
APPLICATION = {
    "client_id": "c1200000000000000000000000000003",
    "client_secret": "c0ffee03" * 4,
}
CALL = {"extension": 31, "from": "79990001234", "course": {"rings": 2, "talks": 3}}

_T = TypeVar("_T")
_replicas = st.sampled_from([0, 1])
_sessions = st.sampled_from(["", "/s/tab", "/s/other"])
_names = st.sampled_from(["a", "b"])
_few = st.integers(1, 5)


class Replicas(RuleBasedStateMachine):
    """Two replicas serve requests; finally, a third replays the log, a fourth loads the image."""

    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        self._patch = pytest.MonkeyPatch()
        self._patch.setattr(images, "ENOUGH", 12)
        self._patch.setattr(images, "_PART", 0)
        self._engine = LogContents()
        self._tokens: dict[str, list[dict[str, Any]]] = {}
        self._groups: dict[str, list[int]] = {}

    def _run(self, work: Coroutine[Any, Any, _T]) -> _T:
        return self._runner.run(work)

    def _control(self, replica: int, method: str, path: str, json: Any = None) -> Any:
        session, _, path = path.rpartition("|")
        found = self._run(
            self._two_replicas[replica].send(method, f"{session}/__mock__/{path}", json)
        )
        assert found.status_code < 500, found.text
        return found

    def _api(self, replica: int, method: str, session: str, path: str, json: Any = None) -> Any:
        tokens = self._tokens.get(session) or [{"access_token": "none"}]
        token = tokens[-1]["access_token"]
        found = self._run(self._two_replicas[replica].send(method, f"{session}{path}", json, token))
        assert found.status_code < 500, found.text
        return found

    @initialize()
    def start(self) -> None:
        self._two_replicas = [self._run(LocalReplica(self._engine, one).start()) for one in (0, 1)]
        for replica in (0, 1):
            self._run(self._two_replicas[replica].run_upkeep())

    @rule(replica=_replicas, session=_sessions)
    def log_in(self, replica: int, session: str) -> None:
        form = {"grant_type": "password", "username": "client-admin", **APPLICATION}
        form["password"] = "mock-client-admin"
        found = self._run(
            self._two_replicas[replica].send("POST", f"{session}/oauth/token", form=form)
        )
        if found.status_code == 200:
            self._tokens.setdefault(session, []).append(found.json())

    @rule(replica=_replicas, session=_sessions, place=_few)
    def refresh(self, replica: int, session: str, place: int) -> None:
        for one in self._tokens.get(session, [])[-place:][:1]:
            form = {"grant_type": "refresh_token", **APPLICATION}
            form["refresh_token"] = one["refresh_token"]
            self._run(self._two_replicas[replica].send("POST", f"{session}/oauth/token", form=form))

    @rule(replica=_replicas, session=_sessions, name=_names)
    def make_group(self, replica: int, session: str, name: str) -> None:
        found = self._api(replica, "POST", session, GROUPS, {"name": name})
        if found.status_code == 201:
            self._groups.setdefault(session, []).append(found.json()["id"])

    @rule(replica=_replicas, session=_sessions, name=_names, place=_few)
    def rename_group(self, replica: int, session: str, name: str, place: int) -> None:
        for key in self._groups.get(session, [])[-place:][:1]:
            self._api(replica, "PUT", session, f"{GROUPS}{key}", {"name": name})

    @rule(replica=_replicas, session=_sessions, place=_few)
    def delete_group(self, replica: int, session: str, place: int) -> None:
        for key in self._groups.get(session, [])[-place:][:1]:
            self._api(replica, "DELETE", session, f"{GROUPS}{key}")

    @rule(replica=_replicas, session=_sessions, name=_names)
    def save_snapshot(self, replica: int, session: str, name: str) -> None:
        self._control(replica, "PUT", f"{session}|snapshots/{name}")

    @rule(replica=_replicas, session=_sessions, name=_names)
    def load_snapshot(self, replica: int, session: str, name: str) -> None:
        self._control(replica, "POST", f"{session}|reset", {"snapshot": name})

    @rule(replica=_replicas, session=_sessions, name=_names)
    def delete_snapshot(self, replica: int, session: str, name: str) -> None:
        self._control(replica, "DELETE", f"{session}|snapshots/{name}")

    @rule(
        replica=_replicas, session=_sessions, keep=st.sets(st.sampled_from(["tokens", "journal"]))
    )
    def reset(self, replica: int, session: str, keep: set[str]) -> None:
        self._control(replica, "POST", f"{session}|reset", {"keep": sorted(keep)})

    @rule(replica=_replicas, session=_sessions)
    def end_session(self, replica: int, session: str) -> None:
        self._control(replica, "DELETE", f"sessions/{session.removeprefix('/s/') or 'default'}")
        self._tokens.pop(session, None)

    @rule(replica=_replicas, session=_sessions, records=_few)
    def make_bulk(self, replica: int, session: str, records: int) -> None:
        self._control(replica, "POST", f"{session}|bulk", {"client": 12, "records": records})

    @rule(replica=_replicas, session=_sessions)
    def import_own_export(self, replica: int, session: str) -> None:
        exported = self._control(replica, "GET", f"{session}|state?format=json").json()
        self._control(replica, "PUT", f"{session}|state", exported)

    @rule(replica=_replicas, session=_sessions, talks=_few)
    def call(self, replica: int, session: str, talks: int) -> None:
        self._control(
            replica, "POST", f"{session}|calls", {**CALL, "course": {"rings": 1, "talks": talks}}
        )

    @rule(replica=_replicas, session=_sessions, seconds=st.sampled_from([1, 2, 100_000]))
    def advance(self, replica: int, session: str, seconds: int) -> None:
        self._control(replica, "POST", f"{session}|clock/advance", {"seconds": seconds})

    @rule(replica=_replicas, session=_sessions, frozen=st.booleans())
    def set_clock(self, replica: int, session: str, frozen: bool) -> None:
        self._control(
            replica, "PUT", f"{session}|clock", {"now": "2030-01-01 12:00:00", "frozen": frozen}
        )

    @rule(replica=_replicas, session=_sessions, nth=_few)
    def add_fault(self, replica: int, session: str, nth: int) -> None:
        fault = {"match": {"method": "PUT"}, "answer": {"status": 400}, "every": nth}
        self._control(replica, "POST", f"{session}|faults", fault)

    @rule(replica=_replicas, session=_sessions, retries=_few, lost=st.booleans())
    def set_deliveries(self, replica: int, session: str, retries: int, lost: bool) -> None:
        self._control(replica, "PUT", f"{session}|deliveries", {"retries": retries, "lost": lost})

    @rule(seconds=st.sampled_from([0.5, 1.0, 10.0]))
    def wait(self, seconds: float) -> None:
        self._engine.moment += seconds
        for one in self._two_replicas:
            one.set_time()

    @rule(replica=_replicas)
    def run_upkeep(self, replica: int) -> None:
        self._run(self._two_replicas[replica].run_upkeep())

    @invariant()
    def replicas_agree(self) -> None:
        for one in getattr(self, "_both", []):
            assert not one.replica.differs

    def teardown(self) -> None:
        try:
            if hasattr(self, "_both"):
                self._compare()
        finally:
            self._patch.undo()
            self._runner.close()

    def _compare(self) -> None:
        for session in self._two_replicas[0].sessions.known():
            self._run(self._two_replicas[0].replica.settle(session))
        for one in self._two_replicas:
            self._run(one.catch_up())
            one.stop_timers()
        for one in self._two_replicas:
            self._run(one.finish_tasks())
        zero = LogContents(self._engine.all_rows)
        zero.moment = self._engine.moment
        found = [
            *self._two_replicas,
            *(self._run(LocalReplica(one, 2).start()) for one in (zero, self._engine)),
        ]
        for one in found:
            self._run(one.catch_up())
            self._run(one.finish_images())
        for name, one in zip(("other", "from zero", "from the image"), found[1:], strict=True):
            assert list(differences(found[0].exports(), one.exports(), name)) == []
            assert list(differences(found[0].state(), one.state(), name)) == []
        for one in found:
            one.stop()


TestReplicas = Replicas.TestCase
TestReplicas.settings = settings(
    max_examples=12, stateful_step_count=40, deadline=None, phases=[Phase.generate]
)
