"""Queries: what counts as not given, values given more than once, and pages."""

from __future__ import annotations

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.datetime_texts import write_datetime
from ringme_contract.entries.factories import NOWHERE, Item
from ringme_contract.lists import list_path
from ringme_contract.scenarios.item_kinds import CLIENT, Items, of_each_kind

_FARTHEST = {"start_datetime": "0001-01-01 00:00:00", "end_datetime": "9999-12-31 23:59:59"}


def _ask(kit: CheckContext, path: str, query: str) -> list[Item]:
    """A list by a query that is sent just as it stands here."""
    response = kit.expect(kit.client.request("GET", f"{path}?{query}"), 200)
    found: list[Item] = response.json()
    return found


def _numbers(kit: CheckContext) -> tuple[int, list[Item]]:
    """A group with three new numbers of different type and status in it, sorted by id."""
    group = kit.new_group()["id"]
    settings = (("phone", "active"), ("queue", "blocked"), ("ivr", "active"))
    made = [
        kit.new_extension(extension_group_id=group, type=kind, status=status)
        for kind, status in settings
    ]
    return group, made


@check("empty-query", isolated=True, smoke=True)
def what_is_empty_counts_as_not_given(kit: CheckContext) -> None:
    """Empty values of each key, 0 for page and per_page, and keys that nobody knows."""
    group, made = _numbers(kit)
    path = kit.path("extension", extension_group=group)
    kit.expect_equal(path, kit.client.read(path), made)
    for query in (
        "page=", "per_page=", "page=&per_page=", "page=0", "per_page=0", "page=0&per_page=0",
        "page=1&per_page=0", "page=0&per_page=3", "per_page=3&page=", "type=", "status=", "name=",
        "extension_group_id=", "type=&status=&name=&extension_group_id=", "type[]=", "nobody=knows",
        "nobody=", "limit=1&offset=1&order=desc&sort=name", "Per_Page=1", "&&", "=", "page",
    ):  # fmt: skip
        kit.expect_equal(f"{path}?{query}", _ask(kit, path, query), made)
        every = f"{query}&extension_group_id={group}" if "extension_group_id" not in query else ""
        if every and not query.startswith("page=0&per_page=3"):
            kit.expect_equal(
                f"all numbers with {every}", _ask(kit, kit.path("extension"), every), made
            )


@check("empty-query", isolated=True)
def an_unknown_key_beside_a_body_is_ignored(kit: CheckContext) -> None:
    """Properties of the body are not taken from the query."""
    client, name = kit.client, kit.new_name("group")
    query = {"name": "elsewhere", "extra_params": "elsewhere", "id": NOWHERE}
    response = client.request(
        "POST", kit.path("extension_group"), params=query, json={"name": name}
    )
    group = kit.expect(response, 201).json()
    kit.expect_equal("the new group", (group["name"], group["extra_params"]), (name, None))
    response = client.request(
        "PUT", kit.path("extension_group", group["id"]), params=query, json={}
    )
    kit.expect_equal("the group after an update", kit.expect(response, 200).json(), group)


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
                kit.expect_equal(f"{path}?{query}", _ask(kit, path, query), [phone, queue])
        for form in ("{k}={a}", "{k}[]={a}", "{k}[0]={a}"):
            for key, value in one.items():
                query = form.format(k=key, a=value) + rest
                expected = [item for item in made if item[key] == value]
                kit.expect_equal(f"{path}?{query}", _ask(kit, path, query), expected)


@check("empty-query", isolated=True)
def of_a_repeated_single_value_the_last_one_counts(kit: CheckContext) -> None:
    """Of page and per_page for settings, of order and of both ends of a range for items."""
    group, made = _numbers(kit)
    path = kit.path("extension", extension_group=group)
    for query, expected in (
        ("per_page=3&per_page=1", made[:1]), ("per_page=1&per_page=2", made[:2]),
        ("per_page=1&page=1&page=3", made[2:]), ("page=3&per_page=1&page=1", made[:1]),
        ("page=1&per_page=9&page=2&per_page=2", made[2:]),
    ):  # fmt: skip
        kit.expect_equal(f"{path}?{query}", _ask(kit, path, query), expected)
    _look_at_repeated_values(kit)


@of_each_kind()
def _look_at_repeated_values(kit: CheckContext, items: Items) -> None:
    start, end = kit.target.range
    newest = items.read()
    kit.need(len(newest) >= 2, f"the client has no two {items} in the target's range")
    path, both = items.path(CLIENT), f"start_datetime={start}&end_datetime={end}"
    # A moment after the first ones and before the last ones, where they are not all of one second.
    middle = write_datetime(items.moment(newest[0]))
    for query, expected in (
        (f"{both}&order=asc&order=desc", newest),
        (f"{both}&order=desc&order=asc", newest[::-1]),
        (f"{both}&start_datetime={middle}", items.read(start_datetime=middle)),
        (f"start_datetime={middle}&{both}", newest),
        (f"{both}&end_datetime={middle}", items.read(end_datetime=middle)),
        (f"end_datetime={middle}&{both}", newest),
    ):
        kit.expect_equal(f"{path}?{query}", _ask(kit, path, query), expected)


@check("empty-query", writes=False)
def an_empty_end_of_a_range_counts_as_not_given(kit: CheckContext) -> None:
    """Fine where a range need not be given, 400 where it must be; one end alone is enough there."""
    client = kit.client
    start, end = kit.target.range
    tried = 0
    for operation in kit.secured_operations:
        if not operation.reads or not operation.ranged or operation.section != "client":
            continue
        path = list_path(operation)
        full = client.get(path, **kit.range_query)
        with_order = {**kit.range_query, "order": ""}
        same = client.get(path, **with_order)
        kit.expect_equal(f"{path} with an empty order", same.json(), kit.expect(full, 200).json())
        for given in (
            {"start_datetime": "", "end_datetime": end},
            {"start_datetime": start, "end_datetime": ""},
        ):
            response = client.get(path, **given)
            kit.expect(response, 400 if operation.roles["range_start"].required else 200)
            if not operation.roles["range_start"].required:
                bare = {key: value for key, value in given.items() if value}
                without = client.get(path, **bare)
                kit.expect_equal(f"{path} with an empty end", response.json(), without.json())
                # However far it is.
                far = {key: _FARTHEST[key] for key in bare}
                kit.expect_equal(f"{path} with {far}", client.read(path, **far), client.read(path))
        tried += 1
    kit.need_offered(tried, "the target lacks every list that takes a range")


@check("extension-filters", writes=False, smoke=True)
def a_name_counts_with_its_prefix_and_without(kit: CheckContext) -> None:
    """The first and the last number of the client, by either form, in every list of numbers."""
    client = kit.client
    numbers = client.read(kit.path("extension"))
    kit.need(numbers, "the client has no number")
    for number in (numbers[0], numbers[-1]):
        group = number["extension_group_id"]
        paths = [kit.path("extension")]
        if group is not None:
            paths.append(kit.path("extension", extension_group=group))
        for path in paths:
            for name in (number["name"], number["name"].rpartition("*")[2]):
                found = [one["id"] for one in client.read(path, name=name)]
                kit.expect_equal(f"{path} of the name {name}", found, [number["id"]])
