"""Bounds of schemas: values just inside are accepted, values just outside get a 400."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from ringme_contract.boundary_values import BoundaryValues, Value
from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.entries.factories import RANGE
from ringme_contract.http.conformance import json_object
from ringme_contract.samples import Samples, some
from ringme_contract.schema.findings import Findings
from ringme_contract.schema.generation import can_be_generated, put_together, send
from ringme_contract.verdict import NotReached
from ringme_spec.operations import Operation
from ringme_spec.parameters import Parameter

_EXPECTED = (
    "success just inside the bounds; just outside of them, a 400 whose message names the field"
)
_LAST = 2**63 - 1
_MISSING = Value("(missing)", False)
# The number of values if similar cases have all of them.
_FEW = 2


class _Bounds:
    def __init__(self, kit: CheckContext) -> None:
        self.kit = kit
        self.findings = Findings(kit)
        self.values = BoundaryValues(kit.contract.schemas)
        self.samples = Samples(kit, kit.operations)
        # Of the operations with the same id, one of each method is tried with all values.
        sharing: dict[tuple[str, str], list[str]] = {}
        for one in kit.operations:
            for name in one.path_names:
                sharing.setdefault((one.method, name), []).append(one.id)
        self.whole_ids = {key: some(kit, ids, 1, key)[0] for key, ids in sharing.items()}

    def _try(
        self,
        operation: Operation,
        name: str,
        value: Value,
        status: int,
        path: dict[str, Any],
        query: dict[str, Any] | None = None,
        **body: Any,
    ) -> None:
        """Sends a request with a value: a valid one must get this status, others a 400."""
        case = put_together(self.kit, operation, path, query, **body)
        response = send(self.kit, operation, case)
        if response is None:
            return
        got, expected = response.status_code, status if value.allowed else 400
        if got != expected:
            is_allowed = "is allowed" if value.allowed else "is not allowed"
            self.findings.add(operation, f"{name} {value} {is_allowed}", f"status {got}", expected)
        elif not value.allowed and name not in str(json_object(response).get("message")):
            self.findings.add(operation, f"the message of a 400 for {name} does not name it")

    def try_query(self, operation: Operation, path: dict[str, object]) -> None:
        page_size = operation.roles.get("page_size")
        for parameter in operation.query_parameters:
            name, values = parameter.name, self.values.query_values(parameter.value_schema)
            if parameter.filter and parameter.filter.zero:
                # 0 counts as no value there.
                values = [one for one in values if one.value != "0"]
            for value in self.samples.of(operation, values, _FEW, name):
                query = self.kit.factory.query(operation)
                # One item is enough.
                if page_size and parameter is not page_size:
                    query[page_size.name] = 1
                query |= self._given(operation, parameter, value)
                self._try(operation, name, value, operation.status, path, query)
            if parameter.required:
                query = self.kit.factory.query(operation)
                del query[name]
                self._try(operation, name, _MISSING, 400, path, query)

    def _given(self, operation: Operation, parameter: Parameter, value: Value) -> dict[str, object]:
        if parameter.role in RANGE and value.allowed:
            # A range with equal ends breaks no rule.
            names = [operation.roles[role].name for role in RANGE if role in operation.roles]
            return dict.fromkeys(names, value.value)
        return {parameter.name: [value.value] if parameter.is_list else value.value}

    def try_path(self, operation: Operation) -> None:
        """Tries values for each id of a path; all of them only once for the same id."""
        factory = self.kit.factory
        body: dict[str, Any] = {"body": factory.body(operation)} if operation.json_body else {}
        # A segment that does not fit a route is another path; there is a rule for that.
        for parameter in (one for one in operation.path_parameters if not one.route):
            values = self.values.path_values(parameter.value_schema)
            if operation.id not in self.whole_ids.values():
                values = some(self.kit, values, _FEW, operation.id, parameter.name)
            for value in values:
                path = {**factory.nowhere(operation), parameter.name: value.value}
                query = factory.query(operation)
                self._try(operation, parameter.name, value, 404, path, query, **body)

    def try_body(self, operation: Operation) -> None:
        """Tries values for every property of a body, and bodies without each required one."""
        factory = self.kit.factory
        path = factory.to_change(operation)
        for name in operation.sent:
            for value in self._sampled(operation, name):
                if value.allowed and not factory.can_succeed(operation):
                    continue
                sent = {**factory.body(operation), name: value.value}
                # The highest possible id is valid, but no such group exists.
                refers = name in operation.collection.references
                status = 404 if refers and value.value == _LAST else operation.status
                self._try(operation, name, value, status, path, body=sent)
        for name in operation.needed:
            sent = factory.body(operation)
            del sent[name]
            self._try(operation, name, _MISSING, 400, path, body=sent)

    def _sampled(self, operation: Operation, name: str) -> list[Value]:
        """All values for a property, if no other operation with the same property has them.

        Else all invalid values and a few valid ones.
        """
        values = self._values(operation, name)
        rule, schema = operation.collection, operation.sent[name]
        alike = [
            one.id
            for one in self.kit.operations
            if one.collection is rule and one.sent.get(name) == schema
        ]
        if some(self.kit, alike, 1, rule.name, name) in ([operation.id], alike):
            return values
        allowed = [one for one in values if one.allowed]
        wrong = [one for one in values if not one.allowed]
        return [*wrong, *some(self.kit, allowed, _FEW, operation.id, name)]

    def _values(self, operation: Operation, name: str) -> list[Value]:
        rule, schema = operation.collection, operation.sent[name]
        text = schema.get("type") == "string" and "enum" not in schema
        sample = self.kit.factory.value(operation, name) if text else ""
        values = self.values.json_values(schema, sample)
        if rule.numbering and name == rule.numbering.property:
            # The rules define how many digits numbers have, and which are free.
            return [one for one in values if not one.allowed]
        if name in rule.references:
            # Only a group of the check may be used.
            key = self.kit.factory.own(rule.references[name].collection)
            own = [Value(key, True), Value(_LAST, True)]
            return [one for one in values if not one.allowed or one.value is None] + own
        if operation.action == "create" or (rule.unique and name == rule.unique.property):
            # A text shorter than the sample does not have the prefix of the run, and may be in use.
            return [
                one
                for one in values
                if not one.allowed
                or not isinstance(one.value, str)
                or len(one.value) >= len(sample)
            ]
        return values


@check("error-validation", writes=False)
def bounds_of_queries(kit: CheckContext) -> None:
    """Every parameter of every list: pages, range, order, filters."""
    bounds, paths = _Bounds(kit), []
    for operation in kit.operations:
        if operation.reads and operation.query_parameters and can_be_generated(operation):
            with suppress(NotReached):
                paths.append((operation, kit.factory.to_read(operation)))
    kit.map(lambda one: bounds.try_query(*one), paths)
    bounds.findings.report(_EXPECTED)


@check("error-validation", writes=False)
def bounds_of_ids(kit: CheckContext) -> None:
    """Every id in a path of a GET: 0, negative, no number, the highest possible one, one more."""
    bounds = _Bounds(kit)
    kit.map(bounds.try_path, [one for one in kit.operations if one.reads])
    bounds.findings.report(_EXPECTED)


@check("error-validation", isolated=True)
def bounds_of_writes(kit: CheckContext) -> None:
    """Every property of a body, every id and every range of a write, on entries of the check."""
    bounds = _Bounds(kit)

    def try_operation(operation: Operation) -> None:
        bounds.try_path(operation)
        if operation.json_body is not None:
            bounds.try_body(operation)
        if operation.query_parameters:
            bounds.try_query(operation, kit.factory.to_change(operation))

    kit.map(try_operation, [one for one in kit.secured_operations if not one.reads])
    bounds.findings.report(_EXPECTED)
