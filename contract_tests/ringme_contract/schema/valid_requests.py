"""Requests that fit the document: their responses fit it too, and each operation can succeed."""

from __future__ import annotations

from collections.abc import Iterator

from schemathesis import GenerationMode

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext, spares
from ringme_contract.samples import Samples
from ringme_contract.schema.constraints import Constraints
from ringme_contract.schema.findings import VALID, Findings
from ringme_contract.schema.generation import (
    AnyCase,
    can_be_generated,
    generate,
    put_together,
)
from ringme_contract.verdict import NotReached
from ringme_spec.operations import Operation

_EXPECTED = "a response that the document describes, and no refusal of a request that it allows"
_FORMS = {"application/x-www-form-urlencoded": None, "multipart/form-data": "multipart"}
_SOME = 3
# Numbers that are ready for a call are made by scenarios alone.
_NEEDS_NUMBERS = "callback"


class _Sender(Findings):
    def __init__(self, kit: CheckContext) -> None:
        super().__init__(kit)
        self._constraints = Constraints(kit)
        self.samples = Samples(kit, kit.operations)

    def generated(
        self, operation: Operation, salt: int, path: dict[str, object] | None
    ) -> list[AnyCase]:
        """Generated requests that the rules have nothing against, for one operation of a kind."""
        if not self.samples.is_whole(operation):
            return []
        cases = generate(self._kit, operation, GenerationMode.POSITIVE, _SOME, salt, path)
        return [self._constraints.apply(operation, case) for case in cases]


def _deletes_recorded_item(operation: Operation) -> bool:
    """It deletes one call record, voicemail or fax, which nobody can make anew."""
    return operation.action == "delete" and operation.collection.content is not None


@check("conforms", writes=False)
def valid_reads(kit: CheckContext) -> None:
    """Every GET: with all parameters, with those that it needs, and one of a kind generated."""
    sender, cases = _Sender(kit), []
    chosen = [one for one in kit.operations if one.reads and can_be_generated(one)]
    for operation in chosen:
        try:
            path = kit.factory.to_read(operation)
        except NotReached as reason:
            if operation.addresses_entries:
                sender.lacks(operation, str(reason))
            path = kit.factory.nowhere(operation)
        for full in (False, True):
            query = kit.factory.query(operation, full)
            cases.append((operation, put_together(kit, operation, path, query)))
        for missing in kit.factory.without_last(operation, path):
            query = kit.factory.query(operation)
            cases.append((operation, put_together(kit, operation, missing, query)))
        # Once about what is there, which gets further, and once about anything.
        for salt, fixed in ((1, path), (2, None)):
            cases += [(operation, case) for case in sender.generated(operation, salt, fixed)]
    sender.send_all(cases, VALID)
    # Scenarios make what else there is to read.
    sender.report(_EXPECTED, [one for one in chosen if one.addresses_entries])


@check("conforms", writes=False)
def tokens(kit: CheckContext) -> None:
    """The token endpoint: a form and a multipart of the target's own parameters."""
    sender = _Sender(kit)
    chosen = [one for one in kit.operations if one.scopes is None and can_be_generated(one)]
    for operation in chosen:
        for media_type, capability in _FORMS.items():
            if capability not in kit.target.off:
                body = dict(kit.target.identities["client"].parameters)
                case = put_together(kit, operation, {}, None, body, media_type)
                sender.send(operation, case, VALID)
    sender.report(_EXPECTED, chosen)


@check("conforms", isolated=True)
def valid_writes(kit: CheckContext) -> None:
    """Every POST, PUT and DELETE on things of its own: the least, the most; generated ones."""
    sender = _Sender(kit)
    chosen = [
        one
        for one in kit.operations
        if not one.reads and one.action != _NEEDS_NUMBERS and spares(one) and can_be_generated(one)
    ]
    for operation in chosen:
        for case in _writes(kit, sender, operation):
            sender.send(operation, case, VALID)
    sender.report(_EXPECTED, [one for one in chosen if kit.factory.can_succeed(one)])


def _writes(kit: CheckContext, sender: _Sender, operation: Operation) -> Iterator[AnyCase]:
    if operation.scopes is None:
        yield from sender.generated(operation, 3, {})
        return
    path = kit.factory.to_change(operation)
    if operation.json_body is not None:
        for full in (False, True):
            yield put_together(kit, operation, path, None, kit.factory.body(operation, full))
    else:
        yield put_together(kit, operation, path, kit.factory.query(operation))
    yield from sender.generated(operation, 4, path)
    yield from sender.generated(operation, 5, kit.factory.nowhere(operation))


@check("conforms", deletes_recorded_items=True)
def deletes_of_recorded_items(kit: CheckContext) -> None:
    """One call record, one voicemail and one fax, as far as the target has them.

    What the other levels do is for the scenarios to say, as such items are few.
    """
    sender = _Sender(kit)
    found = [one for one in kit.operations if _deletes_recorded_item(one)]
    chosen = list({one.collection.name: one for one in found}.values())
    for operation in chosen:
        try:
            path = kit.factory.to_read(operation)
        except NotReached as reason:
            sender.lacks(operation, str(reason))
            continue
        for values in (path, kit.factory.nowhere(operation)):
            sender.send(operation, put_together(kit, operation, values), VALID)
    sender.report(_EXPECTED, chosen)
