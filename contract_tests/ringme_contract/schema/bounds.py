"""The bounds of each schema: what lies just inside is taken, what lies just outside is a 400."""

from __future__ import annotations

from typing import Any

import httpx

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.schema.boundary_values import Validity, Value
from ringme_contract.schema.findings import Findings
from ringme_contract.schema.generation import put_together, send
from ringme_contract.schema.operations import RANGE, Operation, Parameter, operations
from ringme_contract.schema.things import Things
from ringme_contract.verdict import NotReached

_EXPECTED = (
    "success just inside of the bounds, and just outside of them a 400 whose message names the"
    " field"
)
_LAST = 2**63 - 1


class _Bounds:
    """Sends values around bounds and notes which ones are answered otherwise than they should."""

    def __init__(self, kit: CheckContext) -> None:
        self.kit = kit
        self.things = Things(kit)
        self.findings = Findings(kit)
        self.validity = Validity(kit.document)

    def judge(
        self,
        operation: Operation,
        name: str,
        value: Value,
        response: httpx.Response | None,
        taken: tuple[int, ...],
    ) -> None:
        """Notes a good value that is not answered with one of these, or a bad one without 400."""
        if response is None:
            return
        got = response.status_code
        if value.allowed and got not in taken:
            self.findings.add(operation, f"{name} {value} is allowed", f"but answered with {got}")
        elif not value.allowed and got != 400:
            self.findings.add(operation, f"{name} {value} is not allowed", f"but answered {got}")
        elif not value.allowed and name not in str(_message(response)):
            self.findings.add(operation, f"the message of a 400 for {name} does not name it")

    def ask_query(self, operation: Operation, path: dict[str, object]) -> None:
        """Every parameter of a query."""
        page_size = operation.role("page_size")
        for parameter in operation.placed("query"):
            for value in self.validity.query_values(parameter.schema):
                query = self.things.query(operation)
                # One item is enough to see that it succeeds.
                if page_size and parameter is not page_size:
                    query[page_size.name] = 1
                query |= self._given(operation, parameter, value)
                case = put_together(self.kit, operation, path, query)
                response = send(self.kit, operation, case)
                self.judge(operation, parameter.name, value, response, (operation.success,))

    def _given(self, operation: Operation, parameter: Parameter, value: Value) -> dict[str, object]:
        if parameter.role in RANGE and value.allowed:
            # Start and end the same: no rule has anything against that range.
            names = [operation.role(role) for role in RANGE]
            return {one.name: value.value for one in names if one}
        return {parameter.name: [value.value] if parameter.several else value.value}

    def ask_path(self, operation: Operation) -> None:
        """Every id of a path, the others of nothing that is there."""
        body: dict[str, Any] = (
            {"body": self.things.body(operation)} if operation.body is not None else {}
        )
        for parameter in operation.placed("path"):
            for value in self.validity.path_values(parameter.schema):
                path = {**self.things.nowhere(operation), parameter.name: value.value}
                query = self.things.query(operation)
                case = put_together(self.kit, operation, path, query, **body)
                response = send(self.kit, operation, case)
                self.judge(operation, parameter.name, value, response, (404,))

    def ask_body(self, operation: Operation) -> None:
        """Every property of a body, and each one that must not be missing."""
        schema = operation.body or {}
        path = self.things.to_change(operation)
        for name, part in self.validity.properties(schema).items():
            for value in self._values(operation, name, part):
                body = {**self.things.body(operation), name: value.value}
                case = put_together(self.kit, operation, path, None, body)
                response = send(self.kit, operation, case)
                # Only the last id that there can be is that of a group which is not there.
                taken = (404,) if value.value == _LAST else (operation.success,)
                self.judge(operation, name, value, response, taken)
        for name in schema.get("required", []):
            body = self.things.body(operation)
            del body[name]
            case = put_together(self.kit, operation, path, None, body)
            response = send(self.kit, operation, case)
            self.judge(operation, name, Value("(missing)", False), response, ())

    def _values(self, operation: Operation, name: str, schema: dict[str, Any]) -> list[Value]:
        """The values to try for a property of a body."""
        rule = self.kit.document["x-collections"][operation.collection]
        text = schema.get("type") == "string" and "enum" not in schema
        sample = self.things.value(operation, name, schema) if text else ""
        values = self.validity.json_values(schema, sample)
        if name == rule.get("numbering", {}).get("property"):
            # How many digits there are, and which numbers are free, is for the rules to say.
            return [one for one in values if not one.allowed]
        if name in rule.get("references", {}):
            # Groups of others are nothing to try with.
            own = [Value(self.things.own_group(), True), Value(_LAST, True)]
            return [one for one in values if not one.allowed or one.value is None] + own
        if operation.creates or name == rule.get("unique", {}).get("property"):
            # A text too short to hold the sample tells not whose it is, and may be taken.
            return [
                one
                for one in values
                if not one.allowed
                or not isinstance(one.value, str)
                or len(one.value) >= len(sample)
            ]
        return values


def _message(response: httpx.Response) -> object:
    try:
        body = response.json()
    except ValueError:
        return None
    return body.get("message") if isinstance(body, dict) else None


@check("error-validation", layer="schema", writes=False)
def bounds_of_queries(kit: CheckContext) -> None:
    """Every parameter of every list: pages, range, order, filters."""
    bounds = _Bounds(kit)
    for operation in operations(kit):
        if operation.reads:
            try:
                bounds.ask_query(operation, bounds.things.to_read(operation))
            except NotReached:
                continue
    bounds.findings.report(_EXPECTED)


@check("error-validation", layer="schema", writes=False)
def bounds_of_ids(kit: CheckContext) -> None:
    """Every id in a path of a GET: 0, less, no number, the last that there can be, one more."""
    bounds = _Bounds(kit)
    for operation in operations(kit):
        if operation.reads:
            bounds.ask_path(operation)
    bounds.findings.report(_EXPECTED)


@check("error-validation", layer="schema")
def bounds_of_writes(kit: CheckContext) -> None:
    """Every property of a body, every id and every range of a write, on things of its own."""
    bounds = _Bounds(kit)
    for operation in operations(kit):
        if operation.reads or operation.gives_token:
            continue
        bounds.ask_path(operation)
        if operation.body is not None:
            bounds.ask_body(operation)
        if operation.placed("query"):
            bounds.ask_query(operation, bounds.things.to_change(operation))
    bounds.findings.report(_EXPECTED)
