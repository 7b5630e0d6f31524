"""Response of an action, and the view of entries in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from ringme_mock.json_bytes import write_json
from ringme_spec.operations import Operation

JSON = "application/json"
Entry: TypeAlias = dict[str, Any]
# Takes all entries of a response at once, as a call for each would cost more than the work.
View: TypeAlias = Callable[[Iterable[Entry]], list[Entry]]


@dataclass(slots=True)
class Reply:
    """Complete response: status, body, media type (None without a body), further headers."""

    status: int
    body: bytes = b""
    media_type: str | None = None
    headers: Mapping[str, str] | None = None


def json_reply(status: int, value: Any, headers: Mapping[str, str] | None = None) -> Reply:
    return Reply(status, write_json(value), JSON, headers)


def entry_view(operation: Operation) -> View | None:
    """Return a function that reduces entries to the properties in the response, in order.

    None means that entries are shown as they are stored.
    """
    stored, shown = operation.collection.properties, operation.response_properties
    if operation.collection.has_made_entries:
        return _made_view(operation)
    texts = [name for name in operation.collection.shown_as_text if name in shown]
    if texts or operation.shows:
        sources = {name: operation.shows.get(name, name) for name in shown}

        def gathered(entry: Entry) -> Entry:
            seen = {name: entry.get(source) for name, source in sources.items()}
            seen.update((name, str(seen[name])) for name in texts if seen[name] is not None)
            return seen

        return _each(gathered)
    if shown == stored:
        return None
    if shown != tuple(name for name in stored if name in shown):
        return _each(lambda entry: {name: entry.get(name) for name in shown})
    hidden = [name for name in stored if name not in shown]

    def without(entries: Iterable[Entry]) -> list[Entry]:
        # Faster than picking, as entries have all stored properties in order.
        seen = [entry.copy() for entry in entries]
        for name in hidden:
            for entry in seen:
                del entry[name]
        return seen

    return without


def _each(show: Callable[[Entry], Entry]) -> View:
    return lambda entries: list(map(show, entries))


def _made_view(operation: Operation) -> View:
    """Return the view of entries that are made of others, and of the entries in them.

    Properties that an entry lacks are left out.
    """
    gathered, names = operation.collection.gathered, operation.response_properties
    if gathered is None or gathered.list not in names:
        return _each(lambda entry: {name: entry[name] for name in names if name in entry})
    held, listed = gathered.list, operation.listed_properties(gathered.list)

    def nested(entry: Entry) -> Entry:
        seen = {name: entry[name] for name in names if name in entry}
        seen[held] = [{name: one[name] for name in listed if name in one} for one in entry[held]]
        return seen

    return _each(nested)
