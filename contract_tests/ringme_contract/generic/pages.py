"""Pages compared with the whole list, and lists in an envelope."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from typing import Any

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.collection_entries import Entries, all_entries
from ringme_contract.entries.factories import NOWHERE, Item
from ringme_contract.generic.owners import ClientView
from ringme_contract.lists import list_path, lists_with, read_list, sort_key
from ringme_contract.own_entries import OwnEntries
from ringme_contract.samples import Samples
from ringme_spec.operations import Operation

_SIZES = (1, 2, 3, 5, 1000)
_PAGES = 25
_LARGEST = 2**63 - 1
# Pages and sizes whose product is 0 in a number of 32 or 64 bits.
_WRAPPING = ((2**32 + 1, 1), (2**61 + 1, 8))
# Parameters of a list, which have no meaning elsewhere.
_CUT = ("page", "page_size", "order")


# Alone, since some checks that only read still create entries, such as a subscription.
@check("paging", writes=False, alone=True, smoke=True)
def pages_of_any_size_make_up_the_whole(kit: CheckContext) -> None:
    """Each list of the client, and those of its groups and numbers with the most items."""
    caller, longest, samples = kit.client, 0, Samples(kit, kit.operations)
    for operation in lists_with(kit, paged=True):
        owners = ClientView(kit).owners(operation.section)
        order = {"order": kit.random.choice(("asc", "desc"))} if operation.ranged else {}
        wholes = {one: read_list(kit, caller, operation, one, **order) for one in owners}
        if not wholes:
            continue
        listed = {**wholes}
        if operation.section == kit.roles.clients and "other_client" in kit.target.identities:
            other = kit.caller("other_client")
            listed["other_client"] = theirs = read_list(kit, other, operation, **order)
            # Entries of the client come before them.
            first = read_list(kit, other, operation, **order, **{_names(operation)[1]: 1})
            kit.expect_equal(f"{operation.id} of other_client, one", first, theirs[:1])
        for one, whole in listed.items() if not operation.ranged else ():
            keys = [sort_key(operation, entry) for entry in whole]
            kit.expect_equal(f"the order of {operation.id} of {one}", keys, sorted(keys))
        owner = max(wholes, key=lambda one: len(wholes[one]))
        sizes = samples.of(operation, (*_SIZES, max(len(wholes[owner]), 1)), 2)
        _check_pages(kit, operation, owner, wholes[owner], sizes, order)
        longest = max(longest, len(wholes[owner]))
    kit.need(longest >= 3, "no list of the client has three items")


def _check_pages(
    kit: CheckContext,
    operation: Operation,
    owner: object,
    whole: list[Item],
    sizes: Iterable[int],
    query: dict[str, str],
) -> None:
    """Fails unless pages of these sizes, and of the default size, are parts of the whole list."""
    number, length = _names(operation)

    def expect_page(page: int, size: int, **given: int) -> None:
        got = read_list(kit, kit.client, operation, owner, **query, **given, **{number: page})
        part = whole[(page - 1) * size : page * size]
        kit.expect_equal(f"page {page} of {size} of {operation.id} of {owner}", got, part)

    for size in sizes:
        count = -(-len(whole) // size)
        if count <= _PAGES:
            # The last one is past the end.
            for page in range(1, count + 2):
                expect_page(page, size, **{length: size})
    usual = operation.default_page_size or max(len(whole), 1)
    last = -(-len(whole) // usual)
    for page in {1, last, last + 1} - {0}:
        expect_page(page, usual)
    for given in ({}, {number: 0}):
        part = read_list(kit, kit.client, operation, owner, **query, **given, **{length: 1})
        kit.expect_equal(f"{operation.id} of {owner} with per_page 1 {given}", part, whole[:1])


def _names(operation: Operation) -> tuple[str, str]:
    return operation.roles["page"].name, operation.roles["page_size"].name


@check("paging", isolated=True)
def the_size_of_a_page_has_bounds(kit: CheckContext) -> None:
    """On every list: the maximum is accepted; larger, negative and non-numeric sizes are a 400."""
    own, client = OwnEntries(kit), kit.client
    samples = Samples(kit, kit.operations)
    for operation in lists_with(kit, paged=True):
        number, length = _names(operation)
        path, query = own.path(operation), kit.factory.query(operation, ranged=True)
        longest = operation.roles["page_size"].schema["maximum"]
        kit.expect(client.request("GET", path, params={**query, length: longest}), 200)
        for far in samples.of(
            operation,
            (
                {number: _LARGEST},
                {number: _LARGEST, length: longest},
                *({number: page, length: one} for page, one in _WRAPPING),
            ),
            1,
        ):
            past = client.get(path, **query, **far)
            found = operation.listed(kit.expect(past, 200).json())
            kit.expect_equal(f"{path} with {far}", found, [])
        wrong: list[tuple[str, object]] = [
            (length, longest + 1), (length, NOWHERE), (length, -1), (length, "many"),
            (number, -1), (number, _LARGEST + 1), (number, "last"), (number, "1.5"),
        ]  # fmt: skip
        for name, value in samples.of(operation, wrong, 3):
            response = client.request("GET", path, params={**query, name: value})
            kit.expect_named(response, name)


@check("paging", isolated=True)
def a_delete_knows_no_pages(kit: CheckContext) -> None:
    """Page and order are ignored when a range or an entry of the check is deleted."""
    parts = [part for one in lists_with(kit, paged=True) for part in one.roles.values()]
    nonsense = {part.name: "none" for part in parts if part.role in _CUT}
    for operation in kit.secured_operations:
        own = OwnEntries(kit) if operation.action in ("delete", "delete_range") else None
        if own is None or not own.holds(operation):
            continue
        query = {**kit.factory.query(operation, ranged=True), **nonsense}
        response = kit.client.delete(own.path(operation), **query)
        kit.expect(response, operation.status)


@check("paging", writes=False)
def pages_have_the_order_of_the_list(kit: CheckContext) -> None:
    """Lists of the client in either order: the first pages are the beginning of the whole."""
    longest = 0
    for operation in lists_with(kit, owner=kit.roles.clients, ranged=True):
        for order, page in product(("asc", "desc"), (1, 2)):
            caller = kit.client
            whole = read_list(kit, caller, operation, None, order=order)
            part = read_list(kit, caller, operation, None, order=order, per_page=2, page=page)
            expected = whole[2 * page - 2 : 2 * page]
            kit.expect_equal(f"page {page} of 2 of {operation.id} {order}", part, expected)
            longest = max(longest, len(whole))
    kit.need(longest >= 3, "no list of the client has three items in the target's range")


@check("envelope", writes=False, smoke=True)
def a_list_in_an_object_repeats_what_is_in_force(kit: CheckContext) -> None:
    """Without parameters, with empty values and 0, and with values of page, size and order."""
    lists = [one for one in lists_with(kit) if one.envelope]
    kit.need_offered(lists, "the document has no list in an envelope")
    view = ClientView(kit)
    for operation in lists:
        for owner in view.owners(operation.section)[:2]:
            path = list_path(operation, owner)
            same: dict[tuple[Any, ...], list[Item]] = {}
            for given, expected in _cases(operation):
                query = {**(kit.range_query if operation.ranged else {}), **given}
                got = kit.client.read(path, **query)
                shown = {name: one for name, one in expected.items() if name in operation.echoed}
                kit.expect_properties(f"{path} with {given}", got, shown)
                listed, most = operation.listed(got), expected[_names(operation)[1]]
                number = len(listed)
                kit.expect_true(
                    f"{path} with {given} has at most {most} entries", number <= most, number
                )
                # What does not count does not change the page.
                first = same.setdefault(tuple(expected.values()), listed)
                kit.expect_equal(f"the page of {path} with {given}", listed, first)


def _cases(operation: Operation) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Pairs of query parameters and the values that the response must repeat."""
    page, size = _names(operation)
    usual = {page: 1, size: operation.default_page_size}
    cases: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({}, usual),
        ({page: "", size: 0}, usual),
        ({page: 0}, usual),
        ({page: 2}, {**usual, page: 2}),
        ({size: 3}, {**usual, size: 3}),
        ({page: 4, size: 1000}, {page: 4, size: 1000}),
    ]
    if "order" not in operation.roles:
        return cases
    order = operation.roles["order"]
    first = {order.name: order.schema.get("default")}
    others = [one for one in order.schema["enum"] if one not in first.values()]
    cases = [(given, {**expected, **first}) for given, expected in cases]
    cases += [({order.name: one}, {**usual, order.name: one}) for one in others]
    return [*cases, ({order.name: ""}, {**usual, **first})]


# More entries than servers usually put on a page by default.
_MANY = 101
_PAGE_SIZES = (50, 100, 1000)


@check("paging")
def a_list_longer_than_a_page_comes_whole(kit: CheckContext) -> None:
    """Lists of all owners with many entries: complete, and the same in pages of some sizes."""
    for entries in all_entries(kit):
        made = _create_many(entries, _MANY)
        keys = {entries.key(one) for one in made}
        for listing in kit.path.all(entries.name, "list"):
            owners = entries.keys(listing, made[0])
            if listing.range_required or owners is None:
                continue
            owner = owners.get(str(listing.section))
            whole = read_list(kit, entries.caller, listing, owner)
            missing = keys - {entries.key(one) for one in whole}
            kit.expect_equal(f"number of new entries missing in {listing.id}", len(missing), 0)
            if {"page", "page_size"} <= listing.roles.keys():
                _check_pages(kit, listing, owner, whole, _PAGE_SIZES, {})


def _create_many(entries: Entries, count: int) -> list[Item]:
    kit, path = entries.kit, entries.path("create")
    made = kit.map(lambda body: entries.caller.post(path, body), entries.new_bodies(count))
    return [kit.expect(one, entries.creation.status).json() for one in made]
