"""Generated requests, good and bad: none makes a server fail."""

from __future__ import annotations

from typing import Any

from schemathesis import GenerationMode

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext, spares
from ringme_contract.samples import Samples
from ringme_contract.schema.findings import Findings
from ringme_contract.schema.generation import AnyCase, generate, put_together, send
from ringme_contract.verdict import NotReached
from ringme_spec.operations import Operation

_EXPECTED = "a status below 500"
_MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
_SOME = 3
# Pages whose first item has a number that no machine integer holds.
_PAGES = (("9223372036854775807", "299"), ("576460752303423488", "278"), ("9" * 40, "1000"))


class _Sender:
    def __init__(self, kit: CheckContext) -> None:
        self.kit = kit
        self.findings = Findings(kit)
        self.samples = Samples(kit, kit.operations)

    def send(self, operation: Operation, case: AnyCase) -> None:
        response = send(self.kit, operation, case)
        if response is not None:
            self.findings.note_server_error(operation, response)

    def generated(self, operation: Operation, path: dict[str, Any] | None) -> list[AnyCase]:
        count = _SOME if self.samples.is_whole(operation) else 1
        return [
            case
            for salt, mode in enumerate(_MODES, 21)
            for case in generate(self.kit, operation, mode, count, salt, path)
        ]


@check("no-5xx", layer="schema", writes=False)
def generated_reads(kit: CheckContext) -> None:
    """Every GET with generated parameters, and every list with pages beyond all numbers."""
    sender, cases = _Sender(kit), []
    for operation in kit.operations:
        if not operation.reads:
            continue
        cases += [(operation, case) for case in sender.generated(operation, None)]
        roles = operation.roles
        if not {"page", "page_size"} <= roles.keys():
            continue
        try:
            path = kit.factory.to_read(operation)
        except NotReached:
            continue
        for page, size in sender.samples.of(operation, _PAGES, 1):
            query = {**kit.factory.query(operation), roles["page"].name: page}
            query[roles["page_size"].name] = size
            cases.append((operation, put_together(kit, operation, path, query)))
    kit.map(lambda one: sender.send(*one), cases)
    sender.findings.report(_EXPECTED)


@check("no-5xx", layer="schema", isolated=True)
def generated_writes(kit: CheckContext) -> None:
    """Every write with generated bodies and queries, on things of its own."""
    sender = _Sender(kit)
    for operation in kit.operations:
        if operation.reads or not spares(operation):
            continue
        for case in sender.generated(operation, kit.factory.to_change(operation)):
            sender.send(operation, case)
    sender.findings.report(_EXPECTED)
