"""One checked request to one operation: what an action or handler gets to work with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ringme_mock.access import Caller
from ringme_mock.collection import Collection, Entry, Key
from ringme_mock.contract import Operation
from ringme_mock.encoding import Encoder
from ringme_mock.errors import missing
from ringme_mock.exchange import Exchange
from ringme_mock.parameters import Given
from ringme_mock.replies import JSON, Reply, json_reply
from ringme_mock.shape import Parameter
from ringme_mock.state import State
from ringme_mock.urls import base_url


@dataclass(slots=True)
class Call:
    """A request whose parameters and body fit the document.

    `path` and `query` hold values by parameter name, `body` the JSON object as it was sent.
    `owners` are the entries of the path that hold what the operation is about, outermost first,
    by collection; `item` is the entry that the path ends at, if it ends at one.
    """

    operation: Operation
    state: State
    exchange: Exchange
    caller: Caller | None
    path: dict[str, Any]
    query: Given
    body: dict[str, Any]
    encoder: Encoder
    owners: dict[str, Entry] = field(default_factory=dict)
    item: Entry | None = None

    @property
    def collection(self) -> Collection:
        """The collection that the operation is about."""
        return self.state.store[self.operation.collection.name]

    @property
    def owner(self) -> tuple[str, Key] | None:
        """The innermost owner in the path: its collection and key; None if there is none."""
        if not self.owners:
            return None
        name = list(self.owners)[-1]
        return name, self.owners[name][self.state.store[name].rule.key]

    @property
    def entry(self) -> Entry:
        """The entry that the path ends at, for operations whose path does."""
        if self.item is None:
            raise LookupError(f"the path of {self.operation.id} ends at no entry")
        return self.item

    @property
    def user(self) -> Entry:
        """The user of the token, for operations that need one."""
        if self.caller is None:
            raise LookupError(f"{self.operation.id} is open to all")
        return self.caller.user

    @property
    def base_url(self) -> str:
        """How the client reaches the session of the request."""
        return base_url(self.exchange.scope, self.exchange.headers) + self.exchange.prefix

    def show(self, entry: Entry) -> Reply:
        """The answer of success with the part of an entry that the document has in it."""
        return Reply(self.operation.status, self.encoder.one(entry), JSON)

    def show_all(self, entries: list[Entry]) -> Reply:
        """The answer of success with a bare array of entries."""
        return Reply(self.operation.status, self.encoder.many(entries), JSON)

    def reply(self, value: Any = None) -> Reply:
        """The answer of success: the document's status, and a JSON value or nothing."""
        if value is None:
            return Reply(self.operation.status)
        return json_reply(self.operation.status, value)


def find_owners_and_item(call: Call) -> None:
    """Follows the path from owner to owner to the item, and checks that the caller may go there.

    Raises the 404 for what is not there, then the 403 for what is out of reach, then the 404
    for the item (contract section 2, the order of checks).
    """
    operation = call.operation
    steps = operation.steps
    for number, parameter in enumerate(steps, start=1):
        name = parameter.collection or ""
        entry = _find(call, parameter, name)
        if number == 1 and call.caller is not None:
            call.state.access.check_reach(call.caller.user, name, entry)
        if number == len(steps) and operation.ends_at_item:
            call.item = entry
        else:
            call.owners[name] = entry


def _find(call: Call, parameter: Parameter, name: str) -> Entry:
    key = call.path[parameter.name]
    if parameter.me is not None:
        key = _own_key(call, name) if key == parameter.me else int(key)
    entry = call.state.store[name].get(key)
    if entry is None or not _is_here(call, name, entry):
        raise missing(name, call.state.store[name].rule.missing)
    return entry


def _own_key(call: Call, name: str) -> Key:
    """What `@me` stands for: the caller's client."""
    if call.caller is None or name != "client":
        raise missing(name, call.state.store[name].rule.missing)
    return call.caller.client[call.state.store[name].rule.key]


def _is_here(call: Call, name: str, entry: Entry) -> bool:
    """Whether an entry is one of the operation's, and belongs to all owners before it."""
    if name == call.operation.collection.name:
        for prop, value in call.operation.where.items():
            if entry[prop] != value:
                return False
    store = call.state.store
    for owner, found in call.owners.items():
        if store.owner_key(name, entry, owner) != found[store[owner].rule.key]:
            return False
    return True
