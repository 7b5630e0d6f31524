"""Requests that are wrong in two ways at once: whichever check comes first decides."""

from __future__ import annotations

from collections.abc import Iterator

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.generic.defects import Defect, DefectiveRequests
from ringme_spec.operations import Operation

Pair = tuple[Operation, Defect, Defect]


@check("check-order", layer="generic", isolated=True)
def of_two_refusals_the_first_in_the_order_counts(kit: CheckContext) -> None:
    """Every two of token, block, access levels, syntax, owner, reach, item and rules."""
    requests = DefectiveRequests(kit)
    kit.map(lambda pair: requests.expect_refused(*pair), list(_pairs(kit, requests)))
    requests.own.expect_unchanged("requests that are refused")


def _pairs(kit: CheckContext, requests: DefectiveRequests) -> Iterator[Pair]:
    """All two defects that a request can have, once for each action of each section.

    Those next to each other in the order are tried at every operation: they make up the order.
    """
    seen, callers = set(), requests.callers()
    for operation in kit.secured_operations:
        found = list(requests.of_all(operation, callers))
        for second in found:
            before = [one for one in found if one.part != second.part and one.place < second.place]
            last = max((one.place for one in before), default=0)
            for first in before:
                kind: tuple[object, ...] = (operation.action, operation.section)
                if first.place == last and first.part != "caller":
                    kind = (operation.id, first.part, second.part)
                kind += (first.stage, second.stage, second.status)
                if kind not in seen:
                    seen.add(kind)
                    yield operation, first, second
