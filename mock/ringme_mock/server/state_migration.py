"""What the sessions of a mock take with them into the one that comes after it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ringme_mock.app import MockApp
from ringme_mock.http.sessions import Session
from ringme_mock.store.archive import export_state, import_entries
from ringme_mock.store.state import Snapshot, State
from ringme_mock.store.store import Store
from ringme_spec.contract import Contract
from ringme_spec.errors import ConfigError

# What a document says here has no influence on what can be stored.
_BESIDE_STORAGE = ("info", "servers", "tags", "paths", "x-rules", "x-rate-limit")


@dataclass
class Carried:
    """How many sessions kept their entries; which did not, which snapshots are gone, and why."""

    kept: int = 0
    begun: list[tuple[str, str]] = field(default_factory=list)
    dropped: list[tuple[str, str]] = field(default_factory=list)


def carry_over(old: MockApp, new: MockApp, entries: bool) -> Carried:
    """Gives each session of `old` a successor in `new`, which has its tokens, clock and journal.

    With `entries` it also has the entries, if the new document allows them; without, or if not,
    those of the new fixtures. Requests that are still under way in `old` then work on the state
    of the successor.
    """
    carried = Carried()
    same = _storage(old.contract) == _storage(new.contract)
    for session in old.sessions.all():
        heir = new.sessions.get(session.name)
        store = new.sessions.seed.copy()
        if entries:
            try:
                store = _fit(old.contract, new.contract, session.state.store, same)
                carried.kept += 1
            except ConfigError as error:
                carried.begun.append((session.name, str(error)))
        heir.state = _successor(old, new, session.state, store)
        heir.snapshots = _snapshots(old, new, session, same, carried)
        heir.journal, heir.latency, heir.random = session.journal, session.latency, session.random
        if old.sessions.settings.faults == new.sessions.settings.faults:
            heir.faults = session.faults
        heir.used = session.used
        session.state = heir.state
    return carried


def _storage(contract: Contract) -> dict[str, Any]:
    """The part of a document that says what can be stored."""
    return {name: node for name, node in contract.document.items() if name not in _BESIDE_STORAGE}


def _fit(old: Contract, new: Contract, store: Store, same: bool) -> Store:
    """A store as the new document has it. Raises ConfigError where the document forbids it."""
    if same:
        return store
    return import_entries(new, export_state(old, store), dict(store.files))


def _successor(old: MockApp, new: MockApp, state: State, store: Store) -> State:
    """A state with another store, and with the tokens and the clock of the one before."""
    setting = state.clock.setting
    # A state begins with the real time.
    found = State(new.contract, new.sessions.seed, state.clock, state.max_entries)
    state.clock.setting = setting
    found.tokens = state.tokens
    found.replace(store)
    if old.contract.rate_limit == new.contract.rate_limit:
        found.limits = state.limits
    return found


def _snapshots(
    old: MockApp, new: MockApp, session: Session, same: bool, carried: Carried
) -> dict[str, Snapshot]:
    found = {}
    for name, snapshot in session.snapshots.items():
        try:
            store = _fit(old.contract, new.contract, snapshot.store, same)
            found[name] = Snapshot(store, snapshot.clock)
        except ConfigError as error:
            what = f"Snapshot {name} of session {session.name}"
            carried.dropped.append((what, str(error)))
    return found
