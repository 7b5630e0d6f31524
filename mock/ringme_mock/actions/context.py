"""Action context: one checked request to one operation."""

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
    from ringme_mock.http.parameters import QueryValues
    from ringme_mock.http.request_context import RequestContext


@dataclass(slots=True)
class ActionContext:
    """Request with valid parameters and body, and the entries of its path.

    `path` and `query` hold values by parameter name, `body` the JSON object as it was sent.
    `owners` are entries by collection, outermost first; `owner` is collection and key of the
    innermost; `item` is the entry that the path ends at, if any.
    """

    operation: Operation
    state: State
    request: RequestContext
    caller: Caller | None
    path: dict[str, Any]
    query: QueryValues
    body: dict[str, Any]
    view: View
    defaults: EntryDefaults
    owners: dict[str, Entry] = field(default_factory=dict)
    owner: tuple[str, Key] | None = None
    item: Entry | None = None

    @property
    def collection(self) -> Collection:
        return self.state.store[self.operation.collection.name]

    @property
    def entry(self) -> Entry:
        """Entry that the path ends at. Raises LookupError if it ends at none."""
        if self.item is None:
            raise LookupError(f"the path of {self.operation.id} ends at no entry")
        return self.item

    @property
    def user(self) -> Entry:
        """User of the token. Raises LookupError for an open operation."""
        if self.caller is None:
            raise LookupError(f"{self.operation.id} is open to all")
        return self.caller.user

    @property
    def base_url(self) -> str:
        """URL of the session as the client reaches it."""
        return self.request.base_url

    def show(self, entry: Entry) -> Reply:
        """Make the success response with the properties of an entry that the document shows."""
        return json_reply(self.operation.status, self.view(entry))

    def show_all(self, entries: Iterable[Entry]) -> Reply:
        """Make the success response with a bare array of entries."""
        return json_reply(self.operation.status, list(map(self.view, entries)))

    def reply(self, value: Any = None) -> Reply:
        """Make the success response with a JSON value, or without a body."""
        if value is None:
            return Reply(self.operation.status)
        return json_reply(self.operation.status, value)
