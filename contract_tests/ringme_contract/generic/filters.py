"""Filters of any list, compared with the whole list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ringme_contract.check import check, check_each
from ringme_contract.check_context import CheckContext
from ringme_contract.entries.factories import NOWHERE, Item
from ringme_contract.generic.owners import ClientView
from ringme_contract.lists import list_path, read_list
from ringme_spec.operations import Operation
from ringme_spec.parameters import Filter

_VALUES = 5
_OWNERS = 3
_OF_EACH = 2


@dataclass(frozen=True)
class _Whole:
    """A whole list; `told` has, by key, the same entries as another list shows them."""

    entries: list[Item]
    told: dict[Any, Item]

    def told_of(self, entry: Item, operation: Operation) -> Item:
        return self.told.get(entry.get(operation.collection.key), entry)


@check_each(
    "entry-filters",
    "list",
    writes=False,
    applies=lambda one, _: any(each.filter for each in one.query_parameters),
    smoke=True,
)
def a_filtered_list_is_the_filter_of_the_whole(kit: CheckContext, operation: Operation) -> None:
    """Each filter with each existing value, two values at once, all filters at once."""
    filters = {one.name: one.filter for one in operation.query_parameters if one.filter}
    several = {one.name for one in operation.query_parameters if one.is_list}
    schemas = {one.name: one.value_schema for one in operation.query_parameters}
    caller, view = kit.client, ClientView(kit)
    found = kit.path.find(operation.collection.name, "list")
    everything = read_list(kit, caller, found) if found else []
    key = operation.collection.key
    # Another list of the same entries may show more properties.
    told = {one[key]: one for one in everything if key in one}
    for owner in view.owners(operation.section)[:_OWNERS]:
        whole = read_list(kit, caller, operation, owner)
        pool, shown = everything or whole, _Whole(whole, told)
        kit.need(pool, f"there are no entries for the filters of {operation.id}")
        for name, one in filters.items():
            values = _values(pool, one)
            valid = kit.contract.schemas.compile(schemas[name]).is_valid
            for chosen in ([value] for value in values):
                _compare(kit, operation, owner, shown, {name: chosen})
            if name in several:
                _compare(kit, operation, owner, shown, {name: values[:2]})
                # A value of no entry, beside an existing one, must not change the result.
                nobodys = (NOWHERE, str(NOWHERE), *_foreign(kit, operation, one))
                for nothing in filter(valid, nobodys):
                    _compare(kit, operation, owner, shown, {name: [*values[:1], nothing]})
                # Values of other properties.
                beside = [value for value in _beside(pool, one) if valid(value)]
                if beside:
                    _compare(kit, operation, owner, shown, {name: beside})
            # Parts of a text, also with a plus sign or a wildcard of SQL, are other texts.
            text = next((value for value in (*_values(whole, one), *values)), None)
            text = text if isinstance(text, str) else ""
            parts = {text[:-1], text[1:], text.rpartition(one.after)[2] if one.after else ""}
            parts |= {f"+{text}", text.removeprefix("+"), f"{text[:-1]}%"} if text else set()
            # A comma parts no values.
            parts |= {",".join(values[:2])} if text else set()
            for part in sorted(parts):
                if part and valid(part):
                    _compare(kit, operation, owner, shown, {name: [part]})
        # Of an entry that has a value for most filters.
        fullest = max(pool, key=lambda entry: len(_own_values(entry, filters)))
        given = {name: [value] for name, value in _own_values(fullest, filters).items()}
        _compare(kit, operation, owner, shown, given)
        # Of two entries.
        others = [_own_values(one, filters) for one in pool if one is not fullest]
        other = max(others, key=len, default={})
        shared = several & given.keys() & other.keys()
        both = {name: [*given[name], other[name]] for name in sorted(shared)}
        _compare(kit, operation, owner, shown, both)
        for crossed in _crossed(pool, filters):
            _compare(kit, operation, owner, shown, crossed)
        for name in given:
            # No filter must disable the others.
            others = [one for one in _values(pool, filters[name]) if one not in given[name]]
            if others:
                _compare(kit, operation, owner, shown, {**given, name: others[:1]})


@check("error-validation", writes=False)
def a_value_of_the_same_filter_elsewhere_is_refused(kit: CheckContext) -> None:
    """Values that only the filter of the same name in another list accepts."""
    allowed: dict[str, list[Any]] = {}
    filters = [
        (operation, one, one.value_schema["enum"])
        for operation in kit.operations
        for one in operation.query_parameters
        if one.filter and "enum" in one.value_schema
    ]
    for _, one, values in filters:
        allowed.setdefault(one.name, []).extend(values)
    for operation, one, values in filters:
        for value in dict.fromkeys(allowed[one.name]):
            if value not in values:
                path, query = list_path(operation), kit.factory.query(operation, ranged=True)
                kit.expect_named(kit.client.get(path, **query, **{one.name: value}), one.name)


def _own_values(entry: Item, filters: Mapping[str, Filter]) -> dict[str, Any]:
    """The values by which filters find an entry, without those that it lacks."""
    found = {name: entry[one.property] for name, one in filters.items()}
    return {name: value for name, value in found.items() if value is not None}


def _crossed(pool: list[Item], filters: Mapping[str, Filter]) -> Iterator[dict[str, list[Any]]]:
    """Pairs of filters with values of a part, where the entry itself has another value."""
    for name, one in filters.items():
        parts = [(entry, part) for entry in pool for part in entry.get(one.any_of or "", ())]
        for other, two in filters.items():
            key = two.property
            for entry, part in parts if two.any_of is None else ():
                if None not in (part.get(key), entry.get(key)) and part[key] != entry[key]:
                    yield {name: [part[one.property]], other: [part[key]]}
                    break


def _foreign(kit: CheckContext, operation: Operation, one: Filter) -> list[Any]:
    """A key of another client, if the filter is by a reference."""
    reference = operation.collection.references.get(one.property)
    if reference is None or "other_client" not in kit.target.identities:
        return []
    key = kit.contract.collections[reference.collection].key
    return [each[key] for each in kit.factory.read(reference.collection, "other_client")][:1]


def _beside(pool: list[Item], one: Filter) -> list[Any]:
    """Some values of each other property of the entries and of their parts."""
    own = {value for entry in pool for value in _compared(entry, one)}
    found: dict[str, dict[Any, None]] = {}
    for entry in pool:
        for part in (entry, *(entry.get(one.any_of or "") or ())):
            for name, value in part.items():
                if type(value) in (str, int) and value not in own:
                    found.setdefault(name, {})[value] = None
    return [value for values in found.values() for value in [*values][:_OF_EACH]]


def _values(pool: list[Item], one: Filter) -> list[Any]:
    found = [value for entry in pool for value in _compared(entry, one) if value not in (None, "")]
    return list(dict.fromkeys(found))[:_VALUES]


def _compared(entry: Item, one: Filter) -> list[Any]:
    if one.any_of is None:
        return [entry[one.property]]
    return [each[one.property] for each in entry.get(one.any_of, [entry])]


def _compare(
    kit: CheckContext,
    operation: Operation,
    owner: object,
    whole: _Whole,
    chosen: Mapping[str, list[Any]],
) -> None:
    filters = {one.name: one.filter for one in operation.query_parameters if one.filter}
    got = read_list(kit, kit.client, operation, owner, **chosen)
    expected = [
        entry
        for entry in whole.entries
        if all(
            _passes(whole.told_of(entry, operation), filters[name], some)
            for name, some in chosen.items()
        )
    ]
    kit.expect_equal(f"{operation.id} of {owner} with {chosen}", got, expected)
    page, size = (operation.roles.get(role) for role in ("page", "page_size"))
    if page and size and len(expected) > 1:
        # Pages are cut after filtering.
        half = -(-len(expected) // 2)
        query = {**chosen, page.name: 2, size.name: half}
        rest = read_list(kit, kit.client, operation, owner, **query)
        kit.expect_equal(f"page 2 of {half} of {operation.id} with {chosen}", rest, expected[half:])


def _passes(entry: Item, one: Filter, some: list[Any]) -> bool:
    return any(
        value in some or (one.after is not None and value.rpartition(one.after)[2] in some)
        for value in _compared(entry, one)
    )
