"""Faults in ranges of time, and in how long they may be."""

from __future__ import annotations

import calendar
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from ringme_contract.proof.patches_lists import change_query, each_query
from ringme_contract.proof.site import Site, patch
from ringme_mock.actions import listing
from ringme_mock.actions.context import Call
from ringme_mock.store import store
from ringme_mock.store.collection import TOP
from ringme_mock.store.store import Query
from ringme_spec.collections import RangeRule


@patch
def bounds(site: Site, start: bool = True, end: bool = True) -> None:
    """The first or the last moment of a range does not belong to it."""

    def make(_: Any) -> Any:
        def find(positions: Any, query: Query) -> tuple[int, int]:
            low = high = None
            if query.start is not None:
                low = positions.bisect_left((query.start,) if start else (query.start, TOP))
            if query.end is not None:
                high = positions.bisect_right((query.end, TOP) if end else (query.end,))
            return low or 0, len(positions) if high is None else high

        return find

    site.replace(store, "_bounds", make)


@patch
def end_moved(site: Site, text: str, operations: list[str] | None = None) -> None:
    """The end of a range lies elsewhere: `text` goes behind it or in its place."""

    def change(_: Call, query: Query) -> Query:
        if query.end is None:
            return query
        keep = len(query.end) if text.startswith(".") else len(query.end) - len(text)
        return replace(query, end=query.end[:keep] + text)

    change_query(site, operations or [], change)


@patch
def ignored_bound(site: Site, bound: str, operations: list[str] | None = None) -> None:
    """`start` or `end` of a range is checked and then not used."""
    change_query(site, operations or [], lambda _, query: replace(query, **{bound: None}))


@patch
def reversed_range_is_empty(site: Site) -> None:
    """A start after the end is no mistake, but a list of nothing."""

    def make(original: Any) -> Any:
        def find_range(call: Call, roles: Any) -> Any:
            start = listing._moment(listing._value(call, roles, "range_start"))
            end = listing._moment(listing._value(call, roles, "range_end"))
            if start and end and start > end:
                return listing._text(start), listing._text(end)
            return original(call, roles)

        return find_range

    site.replace(listing, "_range", make)


@patch
def interval(site: Site, collection: str, how: str) -> None:
    """The interval of a collection ends at another moment."""

    def make(original: Any) -> Any:
        def latest_end(rule: RangeRule, start: datetime) -> datetime:
            latest: datetime = original(rule, start)
            if rule != site.state.store[collection].rule.range:
                return latest
            if how == "day earlier":
                return latest - timedelta(days=1)
            if how == "second earlier":
                return latest - timedelta(seconds=1)
            if how == "day later":
                return latest + timedelta(days=1)
            if how == "62 days":
                return start + timedelta(days=62)
            # Not clipped: what is left of the days flows over into the next month.
            last_day = calendar.monthrange(latest.year, latest.month)[1]
            return latest + timedelta(days=max(0, start.day - last_day))

        return latest_end

    site.replace(listing, "latest_end", make)


@patch
def interval_unchecked(site: Site, operations: list[str]) -> None:
    """These operations let any interval pass."""

    def make(original: Any) -> Any:
        def list_query(call: Call) -> Query:
            if call.operation.id in operations:
                whole = replace(call.operation.collection, range=None)
                call = replace(call, operation=replace(call.operation, collection_rule=whole))
            found: Query = original(call)
            return found

        return list_query

    each_query(site, make)
