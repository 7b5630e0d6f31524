"""Fixtures of today: their date-times, moved by whole days."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from ringme_mock.store.collection import Collection
from ringme_mock.store.store import Store
from ringme_spec.contract import Contract
from ringme_spec.schema import Schema

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?=[ T])", re.ASCII)
_SAMPLE, _LENGTH = "2016-02-29 10:20:30", len("2016-02-29")


class MovingStore:
    """Store whose newest item is of a given day; times of day and fractions stay.

    An item is an entry of a collection with a `range`. Date-times of other entries, such as the
    creation of a number, move along unless they would come after that day.
    """

    def __init__(self, contract: Contract, store: Store) -> None:
        self._store = store
        self._properties = {
            name: _datetime_properties(contract, rule.stored)
            for name, rule in contract.collections.items()
        }
        self._newest = max(filter(None, map(_newest, store.collections.values())), default=None)
        self._last: tuple[date, Store] | None = None

    def on(self, day: date) -> Store:
        """Return the store of a day; the last one is cached."""
        if self._last is None or self._last[0] != day:
            self._last = day, self._moved(day)
        return self._last[1]

    def _moved(self, day: date) -> Store:
        if self._newest is None:
            return self._store
        days = day - self._newest
        moved = {
            name: self._move(collection, days, day) if self._properties[name] else collection
            for name, collection in self._store.collections.items()
        }
        return Store(moved, self._store.files)

    def _move(self, collection: Collection, days: timedelta, day: date) -> Collection:
        last = date.max if collection.rule.range else day
        properties = self._properties[collection.rule.name]
        moved = collection.with_entries(
            {**entry, **{name: _later(entry[name], days, last) for name in properties}}
            for entry in collection.entries()
        )
        moved.origin = day.isoformat()
        return moved


def _datetime_properties(contract: Contract, stored: Schema) -> tuple[str, ...]:
    """List the properties whose format or pattern allows only date-times."""
    schemas = contract.schemas
    return tuple(
        name
        for name, schema in schemas.properties(stored).items()
        if schemas.resolve(schema).get("format") == "date-time"
        or (
            (validator := schemas.compile(schema)).is_valid(_SAMPLE)
            and not validator.is_valid(f"{_SAMPLE} or so")
        )
    )


def _newest(collection: Collection) -> date | None:
    ranged = collection.rule.range
    if ranged is None:
        return None
    dates = [_date(entry[ranged.property]) for entry in collection.entries()]
    return max(filter(None, dates), default=None)


def _date(text: Any) -> date | None:
    found = _DATE.match(text) if isinstance(text, str) else None
    try:
        return date.fromisoformat(found[0]) if found else None
    except ValueError:
        return None


def _later(text: Any, days: timedelta, last: date) -> Any:
    """Move a date-time by `days`; return it unchanged if it would come after `last`."""
    found = _date(text)
    if found is None:
        return text
    try:
        moved = found + days
    except OverflowError:
        return text
    return text if moved > last else f"{moved}{text[_LENGTH:]}"
