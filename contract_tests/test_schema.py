"""Every operation, with the document's examples and with generated requests, good and bad."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode, HookContext, Response
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import AcceptedNegativeData, Failure, FailureGroup
from schemathesis.core.parameters import ParameterLocation
from schemathesis.openapi.checks import RejectedPositiveData
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ensure_resource_availability,
    ignored_auth,
    negative_data_rejection,
    positive_data_acceptance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    use_after_free,
)

from ringme_contract.client import Client
from ringme_contract.document import Link, Operation, operations
from ringme_contract.refusals import Queries, Refusals

AnyCase = Case[Any]

# Named one by one: a new release of Schemathesis may bring further checks, and must not change
# verdicts by that alone.
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    positive_data_acceptance,
]
# Asks twice more, without a token and with a wrong one; once for each operation is enough.
CHECKS_OF_EXAMPLES = [*CHECKS, ignored_auth]
# These look at what came before in the same scenario.
CHECKS_OF_SCENARIOS = [*CHECKS, use_after_free, ensure_resource_availability]

# No database, no seed of the day: every run sends the same requests. Failures are collected and
# not raised, so that nothing is to be shrunk: the same request may get another answer later.
SETTINGS = settings(
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
GENERATED = settings(SETTINGS, max_examples=20)
SCENARIOS = settings(SETTINGS, max_examples=40, stateful_step_count=6)


@dataclass
class Verdicts:
    """Collects what the checks say, each kind of failure once."""

    session: requests.Session
    failures: dict[tuple[str, str, int], str] = field(default_factory=dict)

    def judge(self, case: AnyCase, response: Response, checks: list[Any], **context: Any) -> None:
        """Judges an answer by these checks; the context is what some of them look at."""
        try:
            case.validate_response(
                response, checks, transport_kwargs={"session": self.session}, **context
            )
        except FailureGroup as group:
            for failure in group.exceptions:
                kind = (case.operation.label, failure.title, response.status_code)
                self.failures.setdefault(kind, _describe(failure, case, response))

    def report(self) -> None:
        """Fails the test if there was any failure."""
        if self.failures:
            pytest.fail("\n\n".join(self.failures.values()), pytrace=False)


@pytest.fixture(scope="class")
def schema(client: Client, document: dict[str, Any], refusals: Refusals) -> Any:
    """The document as Schemathesis knows it, with the token of the client."""
    config = schemathesis.Config.from_dict(
        {
            "base-url": client.url,
            "headers": {"Authorization": f"Bearer {client.token}"},
            "seed": 1,
            # Nothing that one run learned may change the next one.
            "cache": {"enabled": False},
            "analysis": {"constants": {"enabled": False}},
            # Only the document's own links: inferred ones lead to /extension/None.
            "phases": {"stateful": {"inference": {"algorithms": []}}},
        }
    )
    schema = schemathesis.openapi.from_dict(document, config=config)
    queries = Queries(document)

    @schema.hook
    def filter_failure(
        context: HookContext, failure: Failure, case: AnyCase, response: Response
    ) -> bool:
        """Drops what is no failure: see the module `refusals`."""
        node = case.operation.definition.raw
        if isinstance(failure, RejectedPositiveData) and response.status_code == 400:
            return refusals.rule(node["operationId"], case.query or {}, case.body) is None
        if isinstance(failure, AcceptedNegativeData) and _negative_in_query_alone(case):
            return not queries.allow(node, str(response.request.url))
        return True

    @schema.hook
    def flatmap_case(context: HookContext, case: AnyCase) -> st.SearchStrategy[AnyCase]:
        """Makes half of the good requests good by the rules, too."""
        if not _is_good(case):
            return st.just(case)
        return st.one_of(st.just(case), _kept(case, refusals))

    return schema


class TestExamples:
    """The document's own examples must work: every operation is reached."""

    def test_example(
        self,
        operation: Operation,
        client: Client,
        schema: Any,
        session: requests.Session,
        application: dict[str, str],
    ) -> None:
        """The example succeeds; when reading, with the required parameters alone, too."""
        verdicts = Verdicts(session)
        token = {"Authorization": f"Bearer {client.token}"}
        queries = [operation.query]
        if operation.method == "GET" and operation.required_query != operation.query:
            queries.append(operation.required_query)
        for query in queries:
            case = _example(schema, operation, query, application)
            response = case.call(session=session, headers=token)
            verdicts.judge(case, response, CHECKS_OF_EXAMPLES, headers=token)
            if response.status_code != operation.success:
                verdicts.failures[operation.label, "not reached", response.status_code] = (
                    f"{operation.id}: not reached: its example is answered with"
                    f" {response.status_code}, not {operation.success}: {_shown(response)}"
                )
        verdicts.report()

    def test_no_other_method(self, client: Client, document: dict[str, Any]) -> None:
        """A method that a path does not have is answered with 405 and what it has."""
        for operation in operations(document):
            response = client.request("PATCH", operation.url, json={})
            assert response.status_code == 405, f"PATCH {operation.url}"


class TestGenerated:
    """Requests made from the schemas."""

    def test_good_requests(self, operation: Operation, schema: Any, session: Any) -> None:
        """Requests that fit the schemas are not refused for their form."""
        _generate(schema, operation, GenerationMode.POSITIVE, session)

    def test_bad_requests(self, operation_with_input: Operation, schema: Any, session: Any) -> None:
        """Requests that break a schema are refused."""
        _generate(schema, operation_with_input, GenerationMode.NEGATIVE, session)


class TestLinks:
    """What has been made can be used."""

    def test_link(
        self,
        link: Link,
        schema: Any,
        session: requests.Session,
        application: dict[str, str],
        refusals: Refusals,
    ) -> None:
        """A link of the document leads from a new thing to a request that succeeds."""
        verdicts = Verdicts(session)
        source = _example(schema, link.source, link.source.query, application)
        refusals.renew(link.source.id, source.body)
        made = source.call(session=session, headers=schema.config.headers)
        verdicts.judge(source, made, CHECKS)
        assert made.status_code == link.source.success, _shown(made)
        target = _example(schema, link.target, link.target.query, application)
        refusals.renew(link.target.id, target.body)
        for name, value in link.values(link.source.path_parameters, made.json()).items():
            in_path = name in link.target.path_parameters
            (target.path_parameters if in_path else target.query)[name] = value
        response = target.call(session=session, headers=schema.config.headers)
        verdicts.judge(target, response, CHECKS)
        assert response.status_code == link.target.success, _shown(response)
        verdicts.report()

    def test_scenarios(self, schema: Any, session: requests.Session, refusals: Refusals) -> None:
        """Nothing goes wrong in scenarios of several requests along the links."""
        verdicts = Verdicts(session)
        followed: set[str] = set()
        base = schema.as_state_machine()

        class Scenario(base):  # type: ignore[misc, valid-type]
            def before_call(self, case: AnyCase) -> None:
                # Hypothesis wants the same requests to succeed in every scenario.
                if _is_good(case):
                    refusals.renew(case.operation.definition.raw["operationId"], case.body)

            def get_call_kwargs(self, case: AnyCase) -> dict[str, Any]:
                return {"session": session}

            def validate_response(self, response: Response, case: AnyCase, **_: Any) -> None:
                verdicts.judge(case, response, CHECKS_OF_SCENARIOS, recorder=self.recorder)

            def step(self, input: Any) -> Any:  # noqa: A002 - so named by the base
                output = super().step(input)
                if input.transition and input.is_applied and output.response.status_code < 300:
                    followed.add(input.transition.id)
                return output

        Scenario.run(settings=SCENARIOS)
        verdicts.report()
        assert followed, "no scenario got beyond its first request"


def _example(
    schema: Any, operation: Operation, query: dict[str, Any], application: dict[str, str]
) -> AnyCase:
    """The example of an operation as a case; for a token, with the application of this run."""
    body: dict[str, Any] = {}
    if operation.body is not None:
        own = application if operation.id == "createToken" else {}
        body = {"body": {**operation.body, **own}, "media_type": operation.media_type}
    case: AnyCase = schema.find_operation_by_id(operation.id).Case(
        path_parameters=dict(operation.path_parameters), query=dict(query), **body
    )
    return case


def _generate(
    schema: Any, operation: Operation, mode: GenerationMode, session: requests.Session
) -> None:
    """Sends generated requests to an operation; fails the test if an answer is wrong."""
    verdicts = Verdicts(session)

    @GENERATED
    @given(_cases(schema, operation, mode))
    def run(case: AnyCase) -> None:
        verdicts.judge(case, case.call(session=session), CHECKS)

    run()
    verdicts.report()


@st.composite
def _cases(draw: st.DrawFn, schema: Any, operation: Operation, mode: GenerationMode) -> AnyCase:
    """Cases of one operation, half of them with the ids of its example, which get further."""
    known = draw(st.booleans())
    case: AnyCase = draw(
        schema.find_operation_by_id(operation.id).as_strategy(
            mode, path_parameters=dict(operation.path_parameters) if known else None
        )
    )
    return case


@st.composite
def _kept(draw: st.DrawFn, case: AnyCase, refusals: Refusals) -> AnyCase:
    """The case, changed so that no rule refuses it."""
    operation_id = case.operation.definition.raw["operationId"]
    refusals.keep(draw, operation_id, case.query or {}, case.body)
    return case


def _is_good(case: AnyCase) -> bool:
    return case.meta is not None and case.meta.generation.mode is GenerationMode.POSITIVE


def _negative_in_query_alone(case: AnyCase) -> bool:
    places = [] if case.meta is None else list(case.meta.components)
    return all(
        place is ParameterLocation.QUERY
        for place in places
        if case.meta is not None and case.meta.is_negative_at(place)
    )


def _describe(failure: Failure, case: AnyCase, response: Response) -> str:
    operation_id = case.operation.definition.raw["operationId"]
    return (
        f"{operation_id}: {failure.title}\n{failure.message}\n"
        f"Answer: {_shown(response)}\n{case.as_curl_command()}"
    )


def _shown(response: Response) -> str:
    return f"{response.status_code} {re.sub(chr(10), ' ', response.text)[:300]}"
