"""Requests that make a server fail although no other check sends them.

Generated ones of all other operations are sent by the checks of valid and invalid requests, and a
5xx to any of them fails the rule as well.
"""

from __future__ import annotations

from schemathesis import GenerationMode

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext, spares
from ringme_contract.samples import Samples
from ringme_contract.schema.findings import Cases, Findings
from ringme_contract.schema.generation import can_be_generated, generate, put_together
from ringme_contract.verdict import NotReached

_EXPECTED = "a status below 500"
_MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
_SOME = 3
# Pages whose first item has a number that no machine integer holds.
_PAGES = (("9223372036854775807", "299"), ("576460752303423488", "278"), ("9" * 40, "1000"))


@check("no-5xx", writes=False)
def pages_beyond_all_numbers(kit: CheckContext) -> None:
    """Every list with pages that no machine integer counts."""
    cases: Cases = []
    samples = Samples(kit, kit.operations)
    for operation in kit.operations:
        roles = operation.roles
        if not operation.reads or not {"page", "page_size"} <= roles.keys():
            continue
        try:
            path = kit.factory.to_read(operation)
        except NotReached:
            continue
        for page, size in samples.of(operation, _PAGES, 1):
            query = {**kit.factory.query(operation), roles["page"].name: page}
            query[roles["page_size"].name] = size
            cases.append((operation, put_together(kit, operation, path, query)))
    _expect_no_5xx(kit, cases)


@check("no-5xx", isolated=True)
def requests_that_cannot_succeed(kit: CheckContext) -> None:
    """Every operation of which a generated request never is a right one, as those of a login."""
    cases: Cases = [
        (operation, case)
        for operation in kit.operations
        if not can_be_generated(operation) and (operation.reads or spares(operation))
        for salt, mode in enumerate(_MODES, 21)
        for case in generate(kit, operation, mode, _SOME, salt)
    ]
    _expect_no_5xx(kit, cases)


def _expect_no_5xx(kit: CheckContext, cases: Cases) -> None:
    findings = Findings(kit)
    findings.send_all(cases, [])
    findings.report(_EXPECTED)
