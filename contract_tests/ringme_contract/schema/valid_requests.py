"""Requests that fit the document are answered as it says, and each operation can succeed."""

from __future__ import annotations

from schemathesis import GenerationMode

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.schema.constraints import Constraints
from ringme_contract.schema.findings import VALID, Findings
from ringme_contract.schema.generation import AnyCase, generate, put_together, send
from ringme_contract.schema.operations import Operation, operations
from ringme_contract.schema.things import Things
from ringme_contract.verdict import NotReached

_EXPECTED = "an answer that the document describes, and no refusal of a request that it allows"
_FORMS = {
    "application/x-www-form-urlencoded": None,
    "multipart/form-data": "multipart",
}
_SOME = 5


class _Asker:
    """Sends good requests for one operation after the other."""

    def __init__(self, kit: CheckContext) -> None:
        self.kit = kit
        self.things = Things(kit)
        self.findings = Findings(kit)
        self._repairs = Constraints(kit, self.things)

    def ask(self, operation: Operation, case: AnyCase) -> None:
        """Sends one request and judges the answer."""
        response = send(self.kit, operation, case)
        if response is not None:
            self.findings.judge(operation, case, response, VALID)

    def generated(
        self, operation: Operation, salt: int, path: dict[str, object] | None
    ) -> list[AnyCase]:
        """Generated requests that the rules have nothing against."""
        cases = generate(self.kit, operation, GenerationMode.POSITIVE, _SOME, salt, path)
        return [self._repairs.repair(operation, case) for case in cases]


@check("conforms", layer="schema", writes=False)
def valid_reads(kit: CheckContext) -> None:
    """Every GET: with all parameters, with those that it needs, and with generated ones."""
    asker = _Asker(kit)
    chosen = [one for one in operations(kit) if one.reads]
    for operation in chosen:
        try:
            path = asker.things.to_read(operation)
        except NotReached as reason:
            asker.findings.lacks(operation, str(reason))
            path = asker.things.nowhere(operation)
        for full in (False, True):
            query = asker.things.query(operation, full)
            asker.ask(operation, put_together(kit, operation, path, query))
        for missing in asker.things.without_last(operation, path):
            asker.ask(
                operation, put_together(kit, operation, missing, asker.things.query(operation))
            )
        # Once about what is there, which gets further, and once about anything.
        for salt, fixed in ((1, path), (2, None)):
            for case in asker.generated(operation, salt, fixed):
                asker.ask(operation, case)
    asker.findings.report(_EXPECTED, chosen)


@check("conforms", layer="schema", writes=False)
def tokens(kit: CheckContext) -> None:
    """The token endpoint: a form and a multipart of the target's own parameters."""
    asker = _Asker(kit)
    chosen = [one for one in operations(kit) if one.gives_token]
    for operation in chosen:
        for media_type, capability in _FORMS.items():
            if capability not in kit.target.off:
                body = dict(kit.target.identities["client"].parameters)
                asker.ask(operation, put_together(kit, operation, {}, None, body, media_type))
    asker.findings.report(_EXPECTED, chosen)


@check("conforms", layer="schema")
def valid_writes(kit: CheckContext) -> None:
    """Every POST, PUT and DELETE on things of its own: the least, the most, generated ones."""
    asker = _Asker(kit)
    chosen = [one for one in operations(kit) if not one.reads]
    for operation in chosen:
        if operation.gives_token:
            for case in asker.generated(operation, 3, {}):
                asker.ask(operation, case)
            continue
        path = asker.things.to_change(operation)
        if operation.body is not None:
            for full in (False, True):
                body = asker.things.body(operation, full)
                asker.ask(operation, put_together(kit, operation, path, None, body))
        for case in asker.generated(operation, 4, path):
            asker.ask(operation, case)
        for case in asker.generated(operation, 5, asker.things.nowhere(operation))[:2]:
            asker.ask(operation, case)
    # Recorded items cannot be made, so that their deletion never succeeds here; nor does a token
    # for an application that is made up.
    able = [one for one in chosen if not one.gives_token and not one.deletes_recorded_item]
    asker.findings.report(_EXPECTED, able)


@check("conforms", layer="schema", deletes_recorded_items=True)
def deletes_of_recorded_items(kit: CheckContext) -> None:
    """One call record, one voicemail and one fax, as far as the target has them."""
    asker = _Asker(kit)
    chosen = [one for one in operations(kit) if one.deletes_recorded_item]
    for operation in chosen:
        try:
            path = asker.things.to_read(operation)
        except NotReached as reason:
            asker.findings.lacks(operation, str(reason))
            continue
        asker.ask(operation, put_together(kit, operation, path))
        asker.ask(operation, put_together(kit, operation, asker.things.nowhere(operation)))
    asker.findings.report(_EXPECTED, chosen)
