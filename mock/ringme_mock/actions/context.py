"""One checked request to one operation: what an action or handler gets to work with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ringme_mock.actions.entry_defaults import EntryDefaults
from ringme_mock.actions.entry_view import View
from ringme_mock.actions.response import Reply, json_reply
from ringme_mock.store.access import Caller
from ringme_mock.store.collection import Collection, Entry, Key
from ringme_mock.store.state import State
from ringme_spec.operations import Operation

if TYPE_CHECKING:
    from ringme_mock.http.context import RequestContext
    from ringme_mock.http.parameters import Given


@dataclass(slots=True)
class ActionContext:
    """A request whose parameters and body fit the document.

    `path` and `query` hold values by parameter name, `body` the JSON object as it was sent.
    `owners` are the entries of the path that hold what the operation is about, outermost first,
    by collection; `owner` is the innermost of them, by collection and key; `item` is the entry that
    the path ends at, if it ends at one.
    """

    operation: Operation
    state: State
    request: RequestContext
    caller: Caller | None
    path: dict[str, Any]
    query: Given
    body: dict[str, Any]
    view: View
    defaults: EntryDefaults
    owners: dict[str, Entry] = field(default_factory=dict)
    owner: tuple[str, Key] | None = None
    item: Entry | None = None

    @property
    def collection(self) -> Collection:
        """The collection that the operation is about."""
        return self.state.store[self.operation.collection.name]

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
        return self.request.base_url

    def show(self, entry: Entry) -> Reply:
        """The answer of success with the part of an entry that the document has in it."""
        return json_reply(self.operation.status, self.view(entry))

    def show_all(self, entries: Iterable[Entry]) -> Reply:
        """The answer of success with a bare array of entries."""
        return json_reply(self.operation.status, list(map(self.view, entries)))

    def reply(self, value: Any = None) -> Reply:
        """The answer of success: the document's status, and a JSON value or nothing."""
        if value is None:
            return Reply(self.operation.status)
        return json_reply(self.operation.status, value)
