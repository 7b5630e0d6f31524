"""Generated requests that break the document's schemas are refused."""

from __future__ import annotations

from schemathesis import GenerationMode

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.schema.findings import INVALID, Findings
from ringme_contract.schema.generation import generate, send
from ringme_contract.schema.operations import operations
from ringme_contract.schema.things import Things
from ringme_contract.verdict import NotReached

_EXPECTED = "a status from 400 to 499 for what breaks a schema"
_SOME = 5


@check("error-validation", layer="schema", writes=False)
def invalid_reads(kit: CheckContext) -> None:
    """Every GET with parameters that break their schemas."""
    things, findings = Things(kit), Findings(kit)
    for operation in operations(kit):
        if not operation.reads or not operation.parameters:
            continue
        try:
            path = things.to_read(operation)
        except NotReached:
            path = things.nowhere(operation)
        # About what is there, where nothing but the query can be wrong, and about anything.
        for salt, fixed in ((11, path), (12, None)):
            if fixed is not None and not operation.placed("query"):
                continue
            for case in generate(kit, operation, GenerationMode.NEGATIVE, _SOME, salt, fixed):
                response = send(kit, operation, case)
                if response is not None:
                    findings.judge(operation, case, response, INVALID)
    findings.report(_EXPECTED)


@check("error-validation", layer="schema")
def invalid_writes(kit: CheckContext) -> None:
    """Every write with a query or a body that breaks its schema, on things of its own."""
    things, findings = Things(kit), Findings(kit)
    for operation in operations(kit):
        # Wrong ids are left to the bounds: who reads them as others must not delete those.
        if operation.reads or not (
            operation.body or operation.placed("query") or operation.gives_token
        ):
            continue
        path = things.to_change(operation)
        for case in generate(kit, operation, GenerationMode.NEGATIVE, _SOME, 13, path):
            response = send(kit, operation, case)
            if response is not None:
                findings.judge(operation, case, response, INVALID)
    findings.report(_EXPECTED)
