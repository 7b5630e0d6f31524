"""Lists in an object that tells of the page."""

from __future__ import annotations

from typing import Any

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.generic.owners import ClientView
from ringme_contract.lists import list_path, lists_with
from ringme_contract.verdict import NotOffered
from ringme_spec.operations import Operation


@check("envelope", layer="generic", writes=False, smoke=True)
def a_list_in_an_object_repeats_what_is_in_force(kit: CheckContext) -> None:
    """With nothing given, with empty values and 0, and with all that picks a page."""
    lists = [one for one in lists_with(kit) if one.envelope]
    if not lists:
        raise NotOffered("the document has no list in an envelope")
    view = ClientView(kit)
    for operation in lists:
        for owner in view.owners(operation.section)[:2]:
            path = list_path(operation, owner)
            for given, expected in _cases(operation):
                query = {**(kit.range_query if operation.ranged else {}), **given}
                got = kit.caller("client").read(path, **query)
                shown = {name: one for name, one in expected.items() if name in operation.echoed}
                kit.expect_properties(f"{path} with {given}", got, shown)
                number, most = len(operation.listed(got)), expected[_name(operation, "page_size")]
                kit.expect_true(
                    f"{path} with {given} has at most {most} entries", number <= most, number
                )


def _name(operation: Operation, role: str) -> str:
    return operation.roles[role].name


def _cases(operation: Operation) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Pairs of what a request gives and what is in force then."""
    page, size = _name(operation, "page"), _name(operation, "page_size")
    usual = {page: 1, size: operation.default_page_size}
    cases: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({}, usual),
        ({page: "", size: 0}, usual),
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
