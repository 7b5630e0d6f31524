"""State migration of sessions to the mock after a reload."""

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

# Parts of a document that do not affect what can be stored.
_BESIDE_STORAGE = ("info", "servers", "tags", "paths", "x-rules", "x-rate-limit")


@dataclass
class Migration:
    """Number of sessions that kept their entries; reset sessions and lost snapshots, with why."""

    kept: int = 0
    reset: list[tuple[str, str]] = field(default_factory=list)
    dropped: list[tuple[str, str]] = field(default_factory=list)


def migrate(old: MockApp, new: MockApp, entries: bool) -> Migration:
    """Copy each session of `old` to `new`, with its tokens, clock and journal.

    With `entries`, it keeps its entries if the new document allows them; otherwise it gets the new
    fixtures. Requests that `old` still serves then use the new state.
    """
    migration = Migration()
    new.sessions.journals = old.sessions.journals
    same = _storage(old.contract) == _storage(new.contract)
    for session in old.sessions.all():
        successor = new.sessions.get(session.name)
        store = successor.state.seed.copy()
        if entries:
            try:
                store = _fit(old.contract, new.contract, session.state.store, same)
                migration.kept += 1
            except ConfigError as error:
                migration.reset.append((session.name, str(error)))
        successor.state = _successor(old, new, session.state, store)
        successor.snapshots = _snapshots(old, new, session, same, migration)
        successor.journal, successor.random = session.journal, session.random
        successor.latency, successor.used = session.latency, session.used
        if old.sessions.settings.faults == new.sessions.settings.faults:
            successor.faults = session.faults
        session.calls.stop("the document was reloaded")
        session.state = successor.state
        successor.deliveries.changed = successor.journal.tell
        successor.calls.settle()
    return migration


def _storage(contract: Contract) -> dict[str, Any]:
    return {name: node for name, node in contract.document.items() if name not in _BESIDE_STORAGE}


def _fit(old: Contract, new: Contract, store: Store, same: bool) -> Store:
    """Convert a store to the new document. Raises ConfigError if it does not fit."""
    if same:
        return store
    return import_entries(new, export_state(old, store), dict(store.files))


def _successor(old: MockApp, new: MockApp, state: State, store: Store) -> State:
    """Make a state with a new store, and tokens and clock of the old state."""
    setting = state.clock.setting
    # A new state resets the clock, so its setting is restored below.
    sessions = new.sessions
    found = State(
        new.contract,
        sessions.seed,
        state.clock,
        state.max_entries,
        sessions.today,
        sessions.entries,
    )
    state.clock.setting = setting
    found.tokens = state.tokens
    found.replace(store)
    if old.contract.rate_limit == new.contract.rate_limit:
        found.limits = state.limits
    return found


def _snapshots(
    old: MockApp, new: MockApp, session: Session, same: bool, migration: Migration
) -> dict[str, Snapshot]:
    found = {}
    for name, snapshot in session.snapshots.items():
        try:
            store = _fit(old.contract, new.contract, snapshot.store, same)
            found[name] = Snapshot(store, snapshot.clock)
        except ConfigError as error:
            what = f"Snapshot {name} of session {session.name}"
            migration.dropped.append((what, str(error)))
    return found
