"""List action: query parameters become a query of the store with range, order, filters, page."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import MAXYEAR, datetime
from typing import Any

from ringme_mock.actions.request_context import RequestContext
from ringme_mock.actions.response import Reply
from ringme_mock.errors import invalid
from ringme_mock.store.collection import Entry
from ringme_mock.store.store import Query
from ringme_spec.collections import RangeRule
from ringme_spec.parameters import Filter, Parameter

Test = Callable[[Entry], bool]


def list_entries(context: RequestContext) -> Reply:
    """Respond with the entries of the innermost owner in the path, or with all entries."""
    entries = find_listed(context)
    envelope = context.operation.envelope
    if envelope is None:
        return context.show_all(entries)
    roles = context.operation.roles
    page, size = _page(context, roles)
    in_force = {roles["page"].name: page, roles["page_size"].name: size}
    echoed = {name: context.query_values.get(name) for name in context.operation.echoed}
    echoed.update({name: value for name, value in in_force.items() if name in echoed})
    return context.reply({**echoed, envelope: context.shown(entries)})


def find_listed(context: RequestContext) -> Iterator[Entry]:
    """Find the entries of a list. Raises the 400s of rules media-range and media-interval."""
    rule, query = context.operation.collection, _list_query(context)
    if rule.has_made_entries:
        query = replace(query, files=context.files_url)
    return context.state.store.find(rule.name, query, context.owner)


def _list_query(context: RequestContext) -> Query:
    if context.query_values.store_query is None:
        context.query_values.store_query = _store_query(context)
    return context.query_values.store_query


def _store_query(context: RequestContext) -> Query:
    roles = context.operation.roles
    start, end = _range(context, roles)
    page, size = _page(context, roles)
    return Query(
        start=start,
        end=end,
        descending=_value(context, roles, "order") == "desc",
        keep=_filters(context),
        offset=((page or 1) - 1) * size if size else 0,
        limit=size,
    )


def _page(context: RequestContext, roles: Mapping[str, Parameter]) -> tuple[int | None, int | None]:
    """Return number and size of the page; a list in an envelope always has both."""
    page, size = _value(context, roles, "page"), _value(context, roles, "page_size")
    in_envelope = context.operation.envelope is not None
    if size is None and (page is not None or in_envelope):
        usual = context.operation.default_page_size
        size = (context.session.page_size or usual) if in_envelope else usual
    return page or (1 if in_envelope else None), size


def _value(context: RequestContext, roles: Mapping[str, Parameter], role: str) -> Any:
    return context.query_values.get(roles[role].name) if role in roles else None


def _range(
    context: RequestContext, roles: Mapping[str, Parameter]
) -> tuple[str | None, str | None]:
    start = _moment(_value(context, roles, "range_start"))
    end = _moment(_value(context, roles, "range_end"))
    if start and end:
        names = roles["range_start"].name, roles["range_end"].name
        if start > end:
            raise invalid(f"{names[0]}: must not be after {names[1]}")
        rule = context.operation.collection.range
        if rule and rule.months is not None:
            latest = latest_end(rule, start)
            if end > latest:
                raise invalid(f"{names[1]}: must not be after {_text(latest)}")
    return _text(start), _text(end)


def _moment(text: str | None) -> datetime | None:
    """Parse a date-time of a request (rule dates-in)."""
    if text is None:
        return None
    year, month, day, hour, minute, second = map(int, re.split("[- :]", text))
    return datetime(year, month, day, hour, minute, second)


def _text(moment: datetime | None) -> str | None:
    """Format a time as in entries, where the order of texts is that of times."""
    return moment.isoformat(" ") if moment else None


def latest_end(rule: RangeRule, start: datetime) -> datetime:
    """Return the latest end of a range that begins at `start` (rule media-interval)."""
    months = start.year * 12 + start.month - 1 + (rule.months or 0)
    year, month = months // 12, months % 12 + 1
    if year > MAXYEAR:
        return datetime(MAXYEAR, 12, 31, 23, 59, 59)
    last_day = calendar.monthrange(year, month)[1]
    if rule.up_to == "end_of_month":
        return datetime(year, month, last_day, 23, 59, 59)
    return start.replace(year=year, month=month, day=min(start.day, last_day))


def _filters(context: RequestContext) -> Test | None:
    tests = [_fixed(prop, value) for prop, value in context.operation.where.items()]
    for parameter in context.operation.query_parameters:
        if parameter.filter and parameter.name in context.query_values:
            wanted = context.query_values[parameter.name]
            tests.append(
                _chosen(parameter.filter, wanted if isinstance(wanted, list) else [wanted])
            )
    if not tests:
        return None
    return lambda entry: all(test(entry) for test in tests)


def _fixed(prop: str, value: Any) -> Test:
    return lambda entry: bool(entry[prop] == value)


def _chosen(rule: Filter, wanted: list[Any]) -> Test:
    after, listed = rule.after, rule.any_of
    if listed is not None:
        return lambda entry: any(one[rule.property] in wanted for one in entry[listed])
    if after is None:
        return lambda entry: entry[rule.property] in wanted
    return lambda entry: (
        entry[rule.property] in wanted or entry[rule.property].rpartition(after)[2] in wanted
    )
