"""Generated requests that break the document's schemas."""

from __future__ import annotations

from contextlib import suppress

from schemathesis import GenerationMode

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext, spares
from ringme_contract.samples import Samples
from ringme_contract.schema.findings import INVALID, Cases, Findings
from ringme_contract.schema.generation import can_be_generated, generate
from ringme_contract.verdict import NotReached

_EXPECTED = "a status from 400 to 499 for what breaks a schema"
_SOME = 3


@check("error-validation", writes=False)
def invalid_reads(kit: CheckContext) -> None:
    """A GET of each kind with parameters that break their schemas."""
    cases: Cases = []
    samples = Samples(kit, kit.operations)
    for operation in kit.operations:
        if not (operation.reads and operation.parameters and can_be_generated(operation)):
            continue
        # Of the others the bounds are tried; to generate a request takes as long as to send fifty.
        if not samples.is_whole(operation):
            continue
        # About what is there, so that nothing but the query can be wrong, if there is a query.
        path = None
        if operation.query_parameters:
            with suppress(NotReached):
                path = kit.factory.to_read(operation)
        found = generate(kit, operation, GenerationMode.NEGATIVE, _SOME, 11, path)
        cases += [(operation, case) for case in found]
    _judge(kit, cases)


@check("error-validation", isolated=True, smoke=True)
def invalid_writes(kit: CheckContext) -> None:
    """Every write with a query or a body that breaks its schema, on things of its own."""
    cases: Cases = []
    for operation in kit.operations:
        # Wrong ids are left to the bounds: who reads them as others must not delete those.
        if (operation.reads or not spares(operation) or not can_be_generated(operation)) or not (
            operation.json_body or operation.query_parameters or operation.scopes is None
        ):
            continue
        path = kit.factory.to_change(operation)
        found = generate(kit, operation, GenerationMode.NEGATIVE, _SOME, 13, path)
        cases += [(operation, case) for case in found]
    _judge(kit, cases)


def _judge(kit: CheckContext, cases: Cases) -> None:
    findings = Findings(kit)
    findings.send_all(cases, INVALID)
    findings.report(_EXPECTED)
