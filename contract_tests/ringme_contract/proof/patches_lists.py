"""Faults in what lists show: ranges, intervals, order, pages, filters, owners, statistics."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

from ringme_contract.proof.interception import Answered, Asked
from ringme_contract.proof.site import Site, about, patch
from ringme_mock.actions import Action, listing, media
from ringme_mock.actions import entries as actions
from ringme_mock.actions.context import Call
from ringme_mock.actions.response import Reply
from ringme_mock.http.parameters import Given
from ringme_mock.store.index import Index
from ringme_mock.store.store import Query
from ringme_spec.collections import CollectionRule


def each_query(site: Site, make: Any) -> None:
    """Replaces how a request becomes a query, wherever that happens."""
    for module in (actions, media):
        site.replace(module, "list_query", make)


def change_query(site: Site, operations: list[str], change: Any) -> None:
    """Has the query of some operations (none named: of all) changed by `change(call, query)`."""

    def make(original: Any) -> Any:
        def list_query(call: Call) -> Query:
            query: Query = original(call)
            return change(call, query) if about(call, *operations) else query

        return list_query

    each_query(site, make)


# --- order


@patch
def ties_by_chance(site: Site) -> None:
    """Items of one moment come in an order that has nothing to do with their ids."""

    def make(original: Any) -> Any:
        def init(self: Index, rule: CollectionRule) -> None:
            original(self, rule)
            sorted_by = self.sorted_by

            def position(entry: Any) -> Any:
                found = sorted_by(entry)
                tie = hashlib.sha256(repr(found).encode()).hexdigest()
                return (found[0], tie, entry[rule.key])

            if rule.range is not None:
                self.sorted_by = position

        return init

    site.replace(Index, "__init__", make)


@patch
def ties_always_ascending(site: Site) -> None:
    """Of items of one moment the lower id comes first, newest first or not."""
    times = {"record_uuid": "init_time_gmt", "uuid": "datetime"}

    def after(asked: Asked, answered: Answered) -> None:
        found = answered.json
        if (
            asked.action == "list"
            and isinstance(found, list)
            and found
            and ("order", "asc") not in asked.query
        ):
            for key, time in times.items():
                if time in found[0]:
                    found.sort(key=lambda one: one[key])
                    found.sort(key=lambda one: one[time], reverse=True)
            answered.set_json(found)

    site.after(after)


# --- pages


@patch
def pages(site: Site, how: str, operations: list[str] | None = None) -> None:
    """Pages are cut wrongly."""

    def change(_: Call, query: Query) -> Query:
        if query.limit is None:
            return query
        number = query.offset // query.limit
        if how == "overlap":
            return replace(query, offset=max(0, query.offset - number))
        if how == "from zero":
            return replace(query, offset=query.offset + query.limit)
        if how == "gap":
            return replace(query, offset=query.offset + number)
        return replace(query, limit=query.limit + 1)

    change_query(site, operations or [], change)


@patch
def last_page_for_all_beyond(site: Site) -> None:
    """A page past the end is the last one once more."""

    def make(original: Action) -> Action:
        def show(call: Call) -> Reply:
            reply = original(call)
            page = call.query.get("page", 1)
            if reply.body == b"[]" and page > 1:
                earlier = Given({**call.query, "page": min(page, 50) - 1})
                return show(replace(call, query=earlier))
            return reply

        return show

    site.action("list", make)


# --- filters


@patch
def any_filter_will_do(site: Site) -> None:
    """A number passes if it passes one of several filters."""

    def make(_: Any) -> Any:
        def filters(call: Call) -> Any:
            tests = [
                listing._chosen(one.filter, call.query[one.name])
                for one in call.operation.query_parameters
                if one.filter and one.name in call.query
            ]
            fixed = [listing._fixed(name, value) for name, value in call.operation.where.items()]
            if not tests and not fixed:
                return None
            return lambda entry: (
                all(test(entry) for test in fixed)
                and (not tests or any(test(entry) for test in tests))
            )

        return filters

    site.replace(listing, "_filters", make)


@patch
def only_where(site: Site, operations: list[str], key: str, values: list[Any]) -> None:
    """A list shows only entries with one of some values, asked for or not."""

    def change(_: Call, query: Query) -> Query:
        keep = query.keep
        return replace(
            query, keep=lambda entry: entry[key] in values and (keep is None or keep(entry))
        )

    change_query(site, operations, change)


# --- statistics


@patch
def statistics(site: Site, how: str) -> None:
    """The statistics are those of something else."""

    def make(original: Action) -> Action:
        def stats(call: Call) -> Reply:
            if how == "whole":
                rest = {key: value for key, value in call.query.items() if "datetime" not in key}
                return original(replace(call, query=Given(rest)))
            found = json.loads(original(call).body)
            entries = list(call.state.store.find("record", listing.list_query(call), call.owner))
            if how == "duration":
                found["size"] = sum(entry["duration"] for entry in entries)
            if how == "answered":
                found["count"] = sum(entry["result"] == "answered" for entry in entries)
            return call.reply(found)

        return stats

    site.action("stats", make)
