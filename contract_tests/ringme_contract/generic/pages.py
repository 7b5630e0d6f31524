"""Pages and filters against the whole list."""

from __future__ import annotations

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.entries.factories import NOWHERE, Item
from ringme_contract.generic.owners import ClientView
from ringme_contract.lists import lists_with, read_list
from ringme_contract.own_entries import OwnEntries
from ringme_contract.samples import Samples
from ringme_contract.verdict import NotReached
from ringme_spec.operations import Operation

_SIZES = (1, 2, 3, 5, 1000)
_PAGES = 25
_LARGEST = 2**63 - 1
# What cuts a list, and has no meaning where there is none.
_CUT = ("page", "page_size", "order")


# Alone, as others that only read make what the target has none of, such as a subscription.
@check("paging", layer="generic", writes=False, alone=True, smoke=True)
def pages_of_any_size_make_up_the_whole(kit: CheckContext) -> None:
    """Each list of the client, and those of its groups and numbers with the most items."""
    caller, longest, samples = kit.caller("client"), 0, Samples(kit, kit.operations)
    for operation in lists_with(kit, paged=True):
        owners = ClientView(kit).owners(operation.section)
        order = {"order": kit.random.choice(("asc", "desc"))} if operation.ranged else {}
        wholes = {one: read_list(kit, caller, operation, one, **order) for one in owners}
        if not wholes:
            continue
        owner = max(wholes, key=lambda one: len(wholes[one]))
        sizes = samples.of(operation, (*_SIZES, max(len(wholes[owner]), 1)), 2)
        _check_pages(kit, operation, owner, wholes[owner], sizes, order)
        longest = max(longest, len(wholes[owner]))
    if longest < 3:
        raise NotReached("no list of the client has three items")


def _check_pages(
    kit: CheckContext,
    operation: Operation,
    owner: object,
    whole: list[Item],
    sizes: list[int],
    order: dict[str, str],
) -> None:
    number, length = _names(operation)

    def read(**query: int) -> list[Item]:
        return read_list(kit, kit.caller("client"), operation, owner, **order, **query)

    for size in sizes:
        count = -(-len(whole) // size)
        if count > _PAGES:
            continue
        laid: list[Item] = []
        for page in range(1, count + 1):
            part = read(**{number: page, length: size})
            kit.expect_true(f"{operation.id} gives at most {size} a page", len(part) <= size)
            laid += part
        what = f"{operation.id} of {owner} in pages of {size}"
        kit.expect_equal(what, laid, whole)
        past = read(**{number: count + 1, length: size})
        kit.expect_equal(f"{what}, the page past the end", past, [])
    usual = operation.default_page_size or max(len(whole), 1)
    last = -(-len(whole) // usual)
    for page in {1, last, last + 1} - {0}:
        part = read(**{number: page})
        expected = whole[(page - 1) * usual : page * usual]
        kit.expect_equal(f"page {page} alone of {operation.id} of {owner}", part, expected)


def _names(operation: Operation) -> tuple[str, str]:
    return operation.roles["page"].name, operation.roles["page_size"].name


@check("paging", layer="generic", isolated=True)
def the_size_of_a_page_has_bounds(kit: CheckContext) -> None:
    """On every list: the longest is fine; more, less than nothing, and no number is a 400."""
    own, client = OwnEntries(kit), kit.caller("client")
    samples = Samples(kit, kit.operations)
    for operation in lists_with(kit, paged=True):
        number, length = _names(operation)
        path, query = own.path(operation), kit.factory.query(operation, ranged=True)
        longest = operation.roles["page_size"].schema["maximum"]
        kit.expect(client.request("GET", path, params={**query, length: longest}), 200)
        for far in samples.of(
            operation, ({number: _LARGEST}, {number: _LARGEST, length: longest}), 1
        ):
            past = client.request("GET", path, params={**query, **far})
            found = operation.listed(kit.expect(past, 200).json())
            kit.expect_equal(f"{path} with {far}", found, [])
        wrong: list[tuple[str, object]] = [
            (length, longest + 1), (length, NOWHERE), (length, -1), (length, "many"),
            (number, -1), (number, _LARGEST + 1), (number, "last"), (number, "1.5"),
        ]  # fmt: skip
        for name, value in samples.of(operation, wrong, 3):
            response = client.request("GET", path, params={**query, name: value})
            message = str(kit.expect(response, 400).json().get("message"))
            kit.expect_true(f"the message of the 400 names {name}", name in message, message)


@check("paging", layer="generic", isolated=True)
def a_delete_knows_no_pages(kit: CheckContext) -> None:
    """Pages and order are ignored where a range or an entry of the check's own is deleted."""
    parts = [part for one in lists_with(kit, paged=True) for part in one.roles.values()]
    nonsense = {part.name: "none" for part in parts if part.role in _CUT}
    for operation in kit.secured_operations:
        own = OwnEntries(kit) if operation.action in ("delete", "delete_range") else None
        if own is None or not own.holds(operation):
            continue
        query = {**kit.factory.query(operation, ranged=True), **nonsense}
        response = kit.caller("client").request("DELETE", own.path(operation), params=query)
        kit.expect(response, operation.status)


@check("paging", layer="generic", writes=False)
def pages_have_the_order_of_the_list(kit: CheckContext) -> None:
    """Lists of the client in either order: the first page begins as the whole list does."""
    longest = 0
    for operation in lists_with(kit, owner=kit.roles.clients, ranged=True):
        for order in ("asc", "desc"):
            caller = kit.caller("client")
            whole = read_list(kit, caller, operation, None, order=order)
            page = read_list(kit, caller, operation, None, order=order, per_page=2, page=1)
            kit.expect_equal(f"page 1 of 2 of {operation.id} {order}", page, whole[:2])
            longest = max(longest, len(whole))
    if longest < 3:
        raise NotReached("no list of the client has three items in the target's range")
