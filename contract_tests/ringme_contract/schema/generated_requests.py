"""Requests made from the document: valid ones succeed, invalid ones are refused, none gets a 5xx.

A 5xx to any request of any check fails the rule no-5xx as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from schemathesis import GenerationMode

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext, spares
from ringme_contract.entries.factories import RANGE
from ringme_contract.samples import Samples
from ringme_contract.schema.constraints import Constraints
from ringme_contract.schema.findings import INVALID, VALID, Cases, Findings
from ringme_contract.schema.generation import (
    AnyCase,
    can_be_generated,
    generate,
    put_together,
    send,
)
from ringme_contract.verdict import NotReached
from ringme_spec.operations import Operation

_SUCCESS = "a documented response, and no refusal of a valid request"
_REFUSAL = "a status from 400 to 499 for an invalid request"
_NO_ERROR = "a status below 500"
_FORMS = {"application/x-www-form-urlencoded": None, "multipart/form-data": "multipart"}
_MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
_SOME = 3
# Only scenarios prepare numbers for a call.
_NEEDS_NUMBERS = "callback"
# Pages whose first item has an index beyond a 64-bit integer.
_PAGES = (("9223372036854775807", "299"), ("576460752303423488", "278"), ("9" * 40, "1000"))


class _Sender(Findings):
    def __init__(self, kit: CheckContext) -> None:
        super().__init__(kit)
        self._constraints = Constraints(kit)
        self.samples = Samples(kit, kit.operations)

    def generated(
        self, operation: Operation, salt: int, path: dict[str, object] | None
    ) -> list[AnyCase]:
        """Generated requests that meet the rules, for one operation of each kind."""
        if not self.samples.is_whole(operation):
            return []
        if path is not None and not operation.query_parameters and operation.body is None:
            # Nothing is left to generate.
            return [put_together(self._kit, operation, path)]
        cases = generate(self._kit, operation, GenerationMode.POSITIVE, _SOME, salt, path)
        return [self._constraints.apply(operation, case) for case in cases]


def _judge(kit: CheckContext, cases: Cases, checks: list[Any], expected: str) -> None:
    findings = Findings(kit)
    findings.send_all(cases, checks)
    findings.report(expected)


@check("conforms", writes=False)
def valid_reads(kit: CheckContext) -> None:
    """Every GET: with all parameters, with the required ones, and generated ones of each kind."""
    sender, cases = _Sender(kit), []
    chosen = [one for one in kit.operations if one.reads and can_be_generated(one)]
    for operation in chosen:
        try:
            path = kit.factory.to_read(operation)
        except NotReached as reason:
            if operation.addresses_entries:
                sender.lacks(operation, str(reason))
            path = kit.factory.nowhere(operation)
        paths = [(path, False), (path, True)]
        paths += [(missing, False) for missing in kit.factory.without_last(operation, path)]
        for values, full in paths:
            query = kit.factory.query(operation, full)
            cases.append((operation, put_together(kit, operation, values, query)))
        # With existing entries, which gets further, and with any ids.
        for salt, fixed in ((1, path), (2, None)):
            cases += [(operation, case) for case in sender.generated(operation, salt, fixed)]
    sender.send_all(cases, VALID)
    # Scenarios create the rest of what can be read.
    sender.report(_SUCCESS, [one for one in chosen if one.addresses_entries])


@check("conforms", writes=False)
def tokens(kit: CheckContext) -> None:
    """The token endpoint: the target's own parameters in a form and in multipart."""
    sender = _Sender(kit)
    chosen = [one for one in kit.operations if one.scopes is None and can_be_generated(one)]
    for operation in chosen:
        for media_type, capability in _FORMS.items():
            if capability not in kit.target.off:
                body = dict(kit.target.identities["client"].parameters)
                case = put_together(kit, operation, {}, None, body, media_type)
                sender.send(operation, case, VALID)
    sender.report(_SUCCESS, chosen)


@check("conforms", isolated=True)
def valid_writes(kit: CheckContext) -> None:
    """Every POST, PUT and DELETE on entries of the check: minimal, complete, and generated."""
    sender = _Sender(kit)
    chosen = [one for one in _writes(kit) if one.action != _NEEDS_NUMBERS]
    for operation in chosen:
        for case in _valid_writes(kit, sender, operation):
            sender.send(operation, case, VALID)
    sender.report(_SUCCESS, [one for one in chosen if kit.factory.can_succeed(one)])


def _writes(kit: CheckContext) -> Iterator[Operation]:
    for one in kit.operations:
        if not one.reads and spares(one) and can_be_generated(one):
            yield one


def _valid_writes(kit: CheckContext, sender: _Sender, operation: Operation) -> Iterator[AnyCase]:
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

    Other levels are left to scenarios, as such items cannot be created again.
    """
    sender = _Sender(kit)
    deletes = [one for one in kit.operations if one.action == "delete" and one.collection.content]
    chosen = list({one.collection.name: one for one in deletes}.values())
    for operation in chosen:
        try:
            path = kit.factory.to_read(operation)
        except NotReached as reason:
            sender.lacks(operation, str(reason))
            continue
        for values in (path, kit.factory.nowhere(operation)):
            sender.send(operation, put_together(kit, operation, values), VALID)
    sender.report(_SUCCESS, chosen)


@check("error-validation", writes=False)
def invalid_reads(kit: CheckContext) -> None:
    """A GET of each kind with a query that breaks its schema."""
    cases: Cases = []
    samples = Samples(kit, kit.operations)
    for operation in kit.operations:
        if not (operation.reads and operation.query_parameters and can_be_generated(operation)):
            continue
        # For the others the bounds are enough; generating a request takes as long as sending fifty.
        if not samples.is_whole(operation):
            continue
        # With existing entries, so that only the query is invalid.
        path = None
        with suppress(NotReached):
            path = kit.factory.to_read(operation)
        found = generate(kit, operation, GenerationMode.NEGATIVE, _SOME, 11, path)
        cases += [(operation, case) for case in found]
    _judge(kit, cases, INVALID, _REFUSAL)


@check("error-validation", isolated=True, smoke=True)
def invalid_writes(kit: CheckContext) -> None:
    """Every write with a query or a body that breaks its schema, on entries of the check."""
    cases: Cases = []
    for operation in _writes(kit):
        # Invalid ids are left to the bounds: a server that misreads one must not delete an entry.
        if operation.json_body or operation.query_parameters or operation.scopes is None:
            path = kit.factory.to_change(operation)
            found = generate(kit, operation, GenerationMode.NEGATIVE, _SOME, 13, path)
            cases += [(operation, case) for case in found]
    _judge(kit, cases, INVALID, _REFUSAL)


@check("no-5xx", writes=False)
def pages_beyond_all_numbers(kit: CheckContext) -> None:
    """Every list with page numbers beyond 64 bits."""
    cases: Cases = []
    samples = Samples(kit, kit.operations)
    for operation in kit.operations:
        roles = operation.roles
        if not operation.reads or not {"page", "page_size"} <= roles.keys():
            continue
        with suppress(NotReached):
            path = kit.factory.to_read(operation)
            for page, size in samples.of(operation, _PAGES, 1):
                query = {roles["page"].name: page, roles["page_size"].name: size}
                query = {**kit.factory.query(operation), **query}
                cases.append((operation, put_together(kit, operation, path, query)))
    _judge(kit, cases, [], _NO_ERROR)


@check("no-5xx", isolated=True)
def requests_that_cannot_succeed(kit: CheckContext) -> None:
    """Every operation for which no generated request can be valid, such as a login."""
    cases: Cases = [
        (operation, case)
        for operation in kit.operations
        if not can_be_generated(operation) and (operation.reads or spares(operation))
        for salt, mode in enumerate(_MODES, 21)
        for case in generate(kit, operation, mode, _SOME, salt)
    ]
    _judge(kit, cases, [], _NO_ERROR)


@dataclass(frozen=True)
class Link:
    name: str
    source: Operation
    target: Operation
    parameters: dict[str, Any]


def links(kit: CheckContext) -> list[Link]:
    """The links of the document from a create to operations that the target offers."""
    known = {one.id: one for one in kit.operations}
    return [
        Link(name, source, known[node["operationId"]], node["parameters"])
        for source in known.values()
        if source.action == "create"
        for response in source.responses.values()
        for name, node in response.get("links", {}).items()
        if node["operationId"] in known
    ]


@check("conforms", isolated=True)
def each_link(kit: CheckContext) -> None:
    """Each link leads from a new entry to a request that succeeds."""
    factory, findings = kit.factory, Findings(kit)
    found = links(kit)
    for link in found:
        path, body = factory.to_change(link.source), factory.body(link.source)
        source = put_together(kit, link.source, path, None, body)
        made = send(kit, link.source, source)
        if made is None or made.status_code != link.source.status:
            findings.lacks(link.target, f"{link.source.id} returns nothing that a link can use")
            continue
        findings.judge(link.source, source, made, VALID)
        target = _target(kit, link, source.path_parameters, made.json())
        response = send(kit, link.target, target)
        if response is not None:
            findings.judge(link.target, target, response, VALID)
            if response.status_code != link.target.status:
                findings.add(link.target, f"the link {link.name} of {link.source.id} fails")
    kit.need(found, "the document has no links")
    findings.report(_SUCCESS, [link.target for link in found])


def _target(
    kit: CheckContext, link: Link, request_path: dict[str, Any], response_body: Any
) -> AnyCase:
    # Other parameters are the same as in the first request.
    values = request_path | {
        name: _evaluated(one, request_path, response_body) for name, one in link.parameters.items()
    }
    operation = link.target
    path = {one.name: values[one.name] for one in operation.path_parameters}
    query = kit.factory.query(operation)
    for parameter in operation.query_parameters:
        # The target may have no items in the range of the document's example.
        if parameter.name in values and parameter.role not in RANGE:
            query[parameter.name] = values[parameter.name]
    if operation.body is None:
        return put_together(kit, operation, path, query)
    return put_together(kit, operation, path, query, kit.factory.body(operation, full=True))


def _evaluated(expression: Any, request_path: dict[str, Any], body: Any) -> Any:
    text = str(expression)
    if text.startswith("$request.path."):
        return request_path[text.removeprefix("$request.path.")]
    if text.startswith("$response.body#/"):
        for key in text.removeprefix("$response.body#/").split("/"):
            body = body[key]
        return body
    if text.startswith("$"):
        raise ValueError(f"a link with an unsupported expression: {text}")
    return expression
