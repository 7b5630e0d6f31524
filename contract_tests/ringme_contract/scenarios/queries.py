"""Queries: parameters that count as missing, repeated values, and pages."""

from __future__ import annotations

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.datetime_texts import write_datetime
from ringme_contract.entries.factories import NOWHERE, Item
from ringme_contract.lists import list_path, lists_with, read_list
from ringme_contract.scenarios.item_kinds import CLIENT, Items, of_each_kind

_FARTHEST = {"start_datetime": "0001-01-01 00:00:00", "end_datetime": "9999-12-31 23:59:59"}


def _expect(kit: CheckContext, path: str, query: str, expected: list[Item]) -> None:
    """Fails unless a query, sent exactly as given, returns this list."""
    response = kit.expect(kit.client.request("GET", f"{path}?{query}"), 200)
    kit.expect_equal(f"{path}?{query}", response.json(), expected)


def _numbers(kit: CheckContext) -> tuple[int, list[Item]]:
    """A group with three new numbers of different type and status, sorted by id."""
    group = kit.new_group()["id"]
    settings = (("phone", "active"), ("queue", "blocked"), ("ivr", "active"))
    keys = [{"type": kind, "status": status} for kind, status in settings]
    return group, [kit.new_extension(extension_group_id=group, **one) for one in keys]


@check("empty-query", isolated=True, smoke=True)
def what_is_empty_counts_as_not_given(kit: CheckContext) -> None:
    """Empty values of each parameter, 0 for page and per_page, and unknown parameters."""
    group, made = _numbers(kit)
    path = kit.path("extension", extension_group=group)
    kit.expect_equal(path, kit.client.read(path), made)
    for query in (
        "page=", "per_page=", "page=&per_page=", "page=0", "per_page=0", "page=0&per_page=0",
        "page=1&per_page=0", "page=0&per_page=3", "per_page=3&page=", "type=", "status=", "name=",
        "extension_group_id=", "type=&status=&name=&extension_group_id=", "type[]=",
        "nobody=knows&fields=id&callback=f&format=xml&search=x&_method=DELETE",
        "nobody=", "limit=1&offset=1&order=desc&sort=name", "Per_Page=1", "&&", "=", "page",
    ):  # fmt: skip
        _expect(kit, path, query, made)
        if "extension_group_id" not in query and not query.startswith("page=0&per_page=3"):
            whole = f"{query}&extension_group_id={group}"
            _expect(kit, kit.path("extension"), whole, made)


@check("empty-query", isolated=True)
def an_unknown_key_beside_a_body_is_ignored(kit: CheckContext) -> None:
    """Properties of the body are not taken from the query, nor is the method."""
    client, name = kit.client, kit.new_name("group")
    query = {"name": "elsewhere", "extra_params": "elsewhere", "id": NOWHERE, "_method": "DELETE"}
    listing = kit.path("extension_group")
    made = client.request("POST", listing, params=query, json={"name": name})
    group = kit.expect(made, 201).json()
    kit.expect_equal("the new group", (group["name"], group["extra_params"]), (name, None))
    changed = client.request("PUT", f"{listing}{group['id']}", params=query, json={})
    kit.expect_equal("the group after an update", kit.expect(changed, 200).json(), group)


@check("empty-query", isolated=True)
def a_list_of_values_comes_in_three_forms(kit: CheckContext) -> None:
    """`k=a&k=b`, `k[]=a&k[]=b`, `k[0]=a&k[1]=b`, brackets encoded or not."""
    group, made = _numbers(kit)
    phone, queue, _ = made
    one = {"type": "phone", "name": phone["name"], "status": "active"}
    names = [item["name"].rpartition("*")[2] for item in (phone, queue)]
    for path, rest in (
        (kit.path("extension", extension_group=group), ""),
        (kit.path("extension"), f"&extension_group_id={group}"),
    ):
        for form in (
            "{k}={a}&{k}={b}",
            "{k}[]={a}&{k}[]={b}",
            "{k}[0]={a}&{k}[1]={b}",
            "{k}%5B%5D={a}&{k}%5B%5D={b}",
            "{k}%5B0%5D={a}&{k}%5B1%5D={b}",
        ):
            for key, first, second in (("type", "phone", "queue"), ("name", *names)):
                query = form.format(k=key, a=first, b=second) + rest
                _expect(kit, path, query, [phone, queue])
        for form in ("{k}={a}", "{k}[]={a}", "{k}[0]={a}"):
            for key, value in one.items():
                query = form.format(k=key, a=value) + rest
                expected = [item for item in made if item[key] == value]
                _expect(kit, path, query, expected)


@check("empty-query", writes=False)
def every_filter_by_a_list_has_the_three_forms(kit: CheckContext) -> None:
    """By values that not all entries of the list have, where there are any, up to two at once.

    An empty filter, and a property of the entries that is not a parameter, do not filter.
    """
    for operation in lists_with(kit, owner=kit.roles.clients):
        whole = read_list(kit, kit.client, operation)
        known = {one.name for one in operation.query_parameters}
        others = dict.fromkeys([name for one in whole[:1] for name in one.keys() - known], "none")
        others |= {one.name: "" for one in operation.query_parameters if one.filter}
        got = read_list(kit, kit.client, operation, **others)
        kit.expect_equal(f"{operation.id} with {', '.join(others)}", got, whole)
        for one in operation.query_parameters:
            if one.filter is None or not one.is_list:
                continue
            found = [item.get(one.filter.property) for item in whole]
            values = sorted(dict.fromkeys(filter(None, found)), key=found.count)[:2]
            if not values:
                continue
            expected = read_list(kit, kit.client, operation, **{one.name: values})
            brackets = {f"{one.name}[{place}]": value for place, value in enumerate(values)}
            for query in ({f"{one.name}[]": values}, brackets):
                got = read_list(kit, kit.client, operation, **query)
                kit.expect_equal(f"{operation.id} with {query}", got, expected)


@check("empty-query", isolated=True)
def of_a_repeated_single_value_the_last_one_counts(kit: CheckContext) -> None:
    """Page and per_page of groups; order and both ends of a range of items."""
    group, made = _numbers(kit)
    path = kit.path("extension", extension_group=group)
    for query, expected in (
        ("per_page=3&per_page=1", made[:1]), ("per_page=1&per_page=2", made[:2]),
        ("per_page=1&page=1&page=3", made[2:]), ("page=3&per_page=1&page=1", made[:1]),
        ("page=1&per_page=9&page=2&per_page=2", made[2:]),
    ):  # fmt: skip
        _expect(kit, path, query, expected)
    _look_at_repeated_values(kit)


@of_each_kind()
def _look_at_repeated_values(kit: CheckContext, items: Items) -> None:
    start, end = kit.target.range
    newest = items.read()
    kit.need(len(newest) >= 2, f"the client has no two {items} in the target's range")
    path, both = items.path(CLIENT), f"start_datetime={start}&end_datetime={end}"
    # Between the oldest and the newest items, unless all have the same second.
    middle = write_datetime(items.moment(newest[0]))
    for query, expected in (
        (f"{both}&order=asc&order=desc", newest),
        (f"{both}&order=desc&order=asc", newest[::-1]),
        (f"{both}&start_datetime={middle}", items.read(start_datetime=middle)),
        (f"start_datetime={middle}&{both}", newest),
        (f"{both}&end_datetime={middle}", items.read(end_datetime=middle)),
        (f"end_datetime={middle}&{both}", newest),
    ):
        _expect(kit, path, query, expected)


@check("empty-query", writes=False)
def an_empty_end_of_a_range_counts_as_not_given(kit: CheckContext) -> None:
    """Accepted where a range is optional (one end is enough), 400 where it is required."""
    client, (start, end) = kit.client, kit.target.range
    ranged = [
        one
        for one in kit.secured_operations
        if one.reads and one.ranged and one.section == "client"
    ]
    kit.need_offered(ranged, "the target lacks every list that takes a range")
    for operation in ranged:
        path, needed = list_path(operation), operation.range_required
        full = client.read(path, **kit.range_query)
        same = client.read(path, **{**kit.range_query, "order": ""})
        kit.expect_equal(f"{path} with an empty order", same, full)
        for name, empty, bound in (
            ("start_datetime", "end_datetime", start), ("end_datetime", "start_datetime", end),
        ):  # fmt: skip
            response = kit.expect(
                client.get(path, **{name: bound, empty: ""}), 400 if needed else 200
            )
            if not needed:
                without = client.read(path, **{name: bound})
                kit.expect_equal(f"{path} with an empty end", response.json(), without)
                # Also an extreme one.
                far = client.read(path, **{name: _FARTHEST[name]})
                kit.expect_equal(f"{path} with the farthest {name}", far, client.read(path))
