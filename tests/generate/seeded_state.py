"""States for the tests of this folder."""

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
Values = dict[str, Any]
CLIENT, NUMBER, GROUP, FAX_NUMBER = 12, 36, 5, 40
# Fields of a bulk request, and the collections that they fill.
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
    """Return a state with the fixtures, and a frozen clock."""
    state = State(CONTRACT, SEED)
    state.clock.freeze()
    state.clock.set(now)
    return state


def bulk_now(
    state: State, contract: Contract, owner: Key, counts: Mapping[str, Any], random: Random
) -> dict[str, int]:
    """Create entries in bulk without a thread; return the counts by collection."""
    bulk = Bulk(state, contract, owner, counts, random)
    bulk.make()
    bulk.put_in()
    return bulk.counts


def entries(state: State) -> dict[str, list[Entry]]:
    """Return all entries by collection."""
    return {name: list(one.entries()) for name, one in state.store.collections.items()}


def problems(collection: str, entry: Entry) -> list[tuple[str, str]]:
    """Return the errors of a stored entry against the document."""
    assert tuple(entry) == CONTRACT.collections[collection].properties
    return list(_SCHEMAS[collection].problems(entry))


def moment(text: str) -> datetime:
    """Parse a time of an entry, with or without a fraction."""
    form = "%Y-%m-%d %H:%M:%S.%f" if "." in text else "%Y-%m-%d %H:%M:%S"
    return datetime.strptime(text, form)
