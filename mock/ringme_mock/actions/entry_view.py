"""View of an entry: the properties that a response shows."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias

from ringme_spec.operations import Operation

Entry: TypeAlias = dict[str, Any]
View: TypeAlias = Callable[[Entry], Entry]


def entry_view(operation: Operation) -> View:
    """Return a function from an entry to its properties in the response, in order.

    Its result may be the entry itself.
    """
    stored = operation.collection.properties
    shown = operation.response_properties
    # Entries have all stored properties in order, so leaving some out is quicker than gathering.
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
