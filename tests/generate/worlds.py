"""States to make entries in, for the tests of this folder."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from random import Random
from typing import Any

from ringme_mock.generate.bulk import Bulk
from ringme_mock.store.collection import Entry, Key
from ringme_mock.store.fixtures import load_store
from ringme_mock.store.state import State
from ringme_spec.contract import Contract
from ringme_spec.document import read_yaml
from ringme_spec.paths import FIXTURES, SPEC

CONTRACT = Contract(read_yaml(SPEC))
SEED = load_store(CONTRACT, FIXTURES)
_SCHEMAS = {
    name: CONTRACT.schemas.compile(rule.stored) for name, rule in CONTRACT.collections.items()
}
NOW = datetime(2026, 3, 18, 10, 20, 30, 450_000, tzinfo=UTC)
Given = dict[str, Any]
CLIENT, NUMBER, GROUP, FAX_NUMBER = 12, 36, 5, 40
# What is made in bulk, and the collection that it goes into.
BULK = {
    "groups": "extension_group",
    "extensions": "extension",
    "records": "record",
    "unanswered": "leg",
    "voicemail": "voicemail",
    "faxes": "fax",
    "registrations": "reg_status_log",
}


def fresh_state(now: datetime = NOW) -> State:
    """The fixtures, with a clock that stands still."""
    state = State(CONTRACT, SEED)
    state.clock.freeze()
    state.clock.set(now)
    return state


def bulk_now(
    state: State, contract: Contract, owner: Key, counts: Mapping[str, Any], random: Random
) -> dict[str, int]:
    """Adds entries in bulk without a thread; gives how many by collection."""
    bulk = Bulk(state, contract, owner, counts, random)
    bulk.make()
    bulk.put_in()
    return bulk.counts


def entries(state: State) -> dict[str, list[Entry]]:
    """All that there is, by collection."""
    return {name: list(one.entries()) for name, one in state.store.collections.items()}


def problems(collection: str, entry: Entry) -> list[tuple[str, str]]:
    """What the document finds wrong with a stored entry."""
    assert tuple(entry) == CONTRACT.collections[collection].properties
    return list(_SCHEMAS[collection].problems(entry))


def moment(text: str) -> datetime:
    """The moment of an entry's text, with or without a fraction."""
    form = "%Y-%m-%d %H:%M:%S.%f" if "." in text else "%Y-%m-%d %H:%M:%S"
    return datetime.strptime(text, form)
