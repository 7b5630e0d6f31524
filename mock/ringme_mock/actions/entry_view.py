"""The part of an entry that a response shows."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias

from ringme_spec.operations import Operation

Entry: TypeAlias = dict[str, Any]
View: TypeAlias = Callable[[Entry], Entry]


def entry_view(operation: Operation) -> View:
    """Gives an entry with the properties of the response, in order; it may be the entry itself."""
    stored = operation.collection.properties
    shown = operation.response_properties
    # Every entry has all that is stored of it, in order; to leave out is quicker than to gather.
    hidden = [name for name in stored if name not in shown]
    if shown == tuple(name for name in stored if name in shown):
        return partial(_without, hidden) if hidden else _whole
    return lambda entry: {name: entry.get(name) for name in shown}


def _whole(entry: Entry) -> Entry:
    return entry


def _without(hidden: list[str], entry: Entry) -> Entry:
    shown = entry.copy()
    for name in hidden:
        del shown[name]
    return shown
