"""Findings of generated requests, by operation."""

from __future__ import annotations

from typing import Any

import httpx
from schemathesis.core.failures import AcceptedNegativeData, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    positive_data_acceptance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from ringme_contract.check_context import CheckContext
from ringme_contract.deviations import Deviation
from ringme_contract.http.transport import exchange_of
from ringme_contract.schema.constraints import Wire
from ringme_contract.schema.generation import SCHEMATHESIS, AnyCase, send
from ringme_contract.verdict import NotReached
from ringme_spec.operations import Operation

# Listed explicitly: further checks in a new release of Schemathesis must not change verdicts. Its
# other checks (server errors, methods, missing tokens) are checks of this package.
VALID = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    positive_data_acceptance,
]
INVALID = [negative_data_rejection]

_SHOWN = 3
Cases = list[tuple[Operation, AnyCase]]


class Findings:
    """Collects failures, one of each kind for an operation, and the operations that succeeded."""

    def __init__(self, kit: CheckContext) -> None:
        self._kit = kit
        self._wire = Wire(kit)
        self._failures: dict[tuple[str, str], tuple[str, Deviation]] = {}
        self._reached: set[str] = set()
        self._lacking: dict[str, str] = {}

    def send(self, operation: Operation, case: AnyCase, checks: list[Any]) -> None:
        """Sends a case and checks its response; does nothing if it cannot be written in HTTP.

        Without checks, a 5xx is a failure.
        """
        response = send(self._kit, operation, case)
        if response is None:
            return
        if checks:
            self.judge(operation, case, response, checks)
        elif response.status_code >= 500:
            text = " ".join(self._kit.shown(response).split())
            self.add(operation, f"status {response.status_code}", text)

    def send_all(self, cases: Cases, checks: list[Any]) -> None:
        self._kit.map(lambda one: self.send(*one, checks), cases)

    def judge(
        self, operation: Operation, case: AnyCase, response: httpx.Response, checks: list[Any]
    ) -> None:
        if response.status_code == operation.status:
            self._reached.add(operation.id)
        try:
            with SCHEMATHESIS:
                case.validate_response(response, checks)
        except FailureGroup as group:
            for failure in group.exceptions:
                invalid = isinstance(failure, AcceptedNegativeData)
                if not (invalid and self._wire.makes_good(operation, case, response.request.url)):
                    text = " ".join(failure.message.split())[:200]
                    expected = 400 if invalid else operation.status
                    self.add(operation, failure.title, text, expected, response)

    def add(
        self,
        operation: Operation,
        title: str,
        text: str = "",
        expected: object = None,
        response: httpx.Response | None = None,
    ) -> None:
        """Records a failure of an operation; the last request shows it unless another is given."""
        said = f"{operation.id}: {title}" + (f": {text}" if text else "")
        last = self._kit.transport.exchanges[-1] if response is None else exchange_of(response)
        shown = Deviation(last, expected, f"{last.status} {last.response_body[:200]}")
        self._failures.setdefault((operation.id, title), (said, shown))

    def lacks(self, operation: Operation, reason: str) -> None:
        self._lacking[operation.id] = reason

    def report(self, expected: str, needed: list[Operation] | None = None) -> None:
        """Fails the check if there was any failure, with the first few.

        Raises NotReached if one of the `needed` operations never succeeded.
        """
        if self._failures:
            rank = {one.id: number for number, one in enumerate(self._kit.operations)}
            failures = sorted(self._failures.items(), key=lambda one: (rank[one[0][0]], one[0][1]))
            shown = [failure for _, failure in failures[:_SHOWN]]
            more = len(self._failures) - len(shown)
            self._kit.fail(
                "; ".join(said for said, _ in shown) + (f"; and {more} more" if more else ""),
                expected,
                "\n".join(f"{one.exchange.curl()}\n{one.got}" for _, one in shown),
                [one for _, one in self._failures.values()],
            )
        missing = [one.id for one in needed or () if one.id not in self._reached]
        if missing:
            raise NotReached(
                "no request succeeded for "
                + ", ".join(
                    f"{one} ({self._lacking[one]})" if one in self._lacking else one
                    for one in missing
                )
            )
