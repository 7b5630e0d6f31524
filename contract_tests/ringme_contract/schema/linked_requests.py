"""Links of the document, each alone and in scenarios: what has been made can be used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx
import hypothesis
from hypothesis import settings
from schemathesis import Response
from schemathesis.specs.openapi.checks import ensure_resource_availability, use_after_free

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.entries.factories import RANGE
from ringme_contract.schema.constraints import Constraints
from ringme_contract.schema.findings import ANSWERS, VALID, Findings
from ringme_contract.schema.generation import SETTINGS, AnyCase, put_together, schema_of, send
from ringme_spec.operations import Operation

_EXPECTED = "a new thing leads to requests that succeed, and one that is gone does not"
_SCENARIOS, _STEPS, _ATTEMPTS = 10, 6, 4
# These look at what came before in the same scenario.
_IN_SCENARIOS = [*ANSWERS, use_after_free, ensure_resource_availability]


@dataclass(frozen=True)
class Link:
    """Link from the response of one operation to a request for another."""

    name: str
    source: Operation
    target: Operation
    parameters: dict[str, Any]


def links(kit: CheckContext) -> list[Link]:
    """The links of the document from a create to operations that the target does not lack.

    Links of lists name no value of the response: any of its entries will do.
    """
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
    """Each link leads from a new thing to a request that succeeds."""
    factory, findings = kit.factory, Findings(kit)
    found = links(kit)
    for link in found:
        path, body = factory.to_change(link.source), factory.body(link.source)
        source = put_together(kit, link.source, path, None, body)
        made = send(kit, link.source, source)
        if made is None or made.status_code != link.source.status:
            findings.lacks(link.target, f"{link.source.id} makes nothing to go on with")
            continue
        findings.judge(link.source, source, made, VALID)
        target = _target(kit, link, source.path_parameters, made.json())
        response = send(kit, link.target, target)
        if response is not None:
            findings.judge(link.target, target, response, VALID)
            if response.status_code != link.target.status:
                findings.add(link.target, f"the link {link.name} of {link.source.id} fails")
    kit.need(found, "the document has no links")
    findings.report(_EXPECTED, [link.target for link in found])


def _target(
    kit: CheckContext, link: Link, request_path: dict[str, Any], response_body: Any
) -> AnyCase:
    # What a link does not name is as in the request that it follows.
    values = request_path | {
        name: _evaluated(expression, request_path, response_body)
        for name, expression in link.parameters.items()
    }
    operation = link.target
    path = {one.name: values[one.name] for one in operation.path_parameters}
    query = kit.factory.query(operation)
    for parameter in operation.query_parameters:
        # A range of the document's own is one in which this target may have nothing.
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
        raise ValueError(f"a link with an expression that this does not know: {text}")
    return expression


@check("conforms")
def linked_scenarios(kit: CheckContext) -> None:
    """Nothing goes wrong in scenarios of several requests along the links."""
    constraints, findings = Constraints(kit), Findings(kit)
    known = {one.id: one for one in kit.operations}
    own: set[tuple[str, str]] = set()
    followed: set[str] = set()
    responses: dict[str, httpx.Response] = {}
    moved: set[str] = set()
    base = schema_of(kit).as_state_machine()

    class Scenario(base):  # type: ignore[misc, valid-type]
        def before_call(self, case: AnyCase) -> None:
            operation = _operation_of(known, case)
            if operation is not None:
                constraints.apply(operation, case)
                if _keep_off(kit, operation, case, own):
                    moved.add(case.id)

        def call(self, case: AnyCase, **_: Any) -> Response:
            operation = _operation_of(known, case)
            response = send(kit, operation, case) if operation is not None else None
            if operation is None or response is None:
                hypothesis.reject()
            if operation.action == "create" and response.is_success:
                own.add((operation.collection.name, str(response.json().get("id"))))
            responses[case.id] = response
            return Response.from_any(response)

        def validate_response(self, response: Response, case: AnyCase, **_: Any) -> None:
            operation = _operation_of(known, case)
            if operation is not None:
                received = responses.pop(case.id)
                checks = ANSWERS if case.id in moved else _IN_SCENARIOS
                findings.judge(operation, case, received, checks, recorder=self.recorder)

        def step(self, input: Any) -> Any:  # noqa: A002 - so named by the base
            output = super().step(input)
            if input.transition and input.is_applied and output.response.status_code < 300:
                followed.add(input.transition.id)
            return output

    count = kit.profile.times(_SCENARIOS)
    # Chance may begin each of a few scenarios with something that no link leads on from.
    for attempt in range(_ATTEMPTS):
        hypothesis.seed(kit.seed + attempt * 1000)(Scenario)
        Scenario.run(settings=settings(SETTINGS, max_examples=count, stateful_step_count=_STEPS))
        if followed:
            break
    findings.report(_EXPECTED)
    kit.need(followed, "no scenario got beyond its first request")


def _operation_of(known: dict[str, Operation], case: AnyCase) -> Operation | None:
    return known.get(case.operation.definition.raw["operationId"])


def _keep_off(
    kit: CheckContext, operation: Operation, case: AnyCase, own: set[tuple[str, str]]
) -> bool:
    """Turns a write to what is not its own into one to nothing; returns True if it did.

    What is made is made for the target's own client and owners of the check's own.
    """
    nowhere = kit.factory.nowhere(operation)
    if operation.action == "create":
        keys = kit.factory.owners(operation, {})
        entries = operation.entry_parameters
        mine = {str(one.collection): keys.get(str(one.collection), one.me) for one in entries}
        case.path_parameters = kit.factory.path_values(operation, mine)
    last = operation.path_names[-1:]
    if operation.reads or operation.action == "create" or not last:
        return False
    if (operation.collection.name, str(case.path_parameters.get(last[0]))) in own:
        return False
    case.path_parameters = nowhere
    return True
