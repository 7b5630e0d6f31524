"""Constraints on generated requests that a schema cannot express.

Some rules compare two parameters, or depend on stored data: a generated request is changed to meet
them. Other requests that should break a schema are valid once they are written as a URL.
"""

from __future__ import annotations

import random
import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, unquote

import httpx
from schemathesis.core.parameters import ParameterLocation

from ringme_contract.boundary_values import BoundaryValues
from ringme_contract.check_context import CheckContext
from ringme_contract.datetime_texts import latest_end, read_datetime, write_datetime
from ringme_contract.entries.factories import RANGE
from ringme_contract.schema.generation import AnyCase
from ringme_spec.operations import Body, Operation
from ringme_spec.parameters import Parameter
from ringme_spec.path_templates import PathTemplates

_INT64 = 2**63 - 1
_WIRE = (ParameterLocation.QUERY, ParameterLocation.PATH)


class Constraints:
    """Changes generated requests to meet the rules; deterministic for a seed."""

    def __init__(self, kit: CheckContext) -> None:
        self._kit = kit
        self._random = random.Random(kit.seed)

    def apply(self, operation: Operation, case: AnyCase) -> AnyCase:
        if operation.ranged and case.query:
            self._limit_range(operation, case.query)
        if operation.json_body is not None and isinstance(case.body, dict):
            case.body = self._body(operation, dict(case.body), operation.json_body)
        return case

    def _limit_range(self, operation: Operation, query: dict[str, Any]) -> None:
        """Makes a range end after its start, and not too late (media-range, media-interval)."""
        names = [operation.roles[role].name for role in RANGE]
        texts = [query.get(name) for name in names]
        if not all(isinstance(text, str) and text for text in texts):
            return
        start, end = (read_datetime(str(text)) for text in texts)
        latest = latest_end(operation.collection.range, start)
        if not start <= end <= latest:
            seconds = self._random.randint(0, int((latest - start).total_seconds()))
            query[names[1]] = write_datetime(start + timedelta(seconds=seconds))

    def _body(self, operation: Operation, sent: dict[str, Any], body: Body) -> dict[str, Any]:
        rule, factory = operation.collection, self._kit.factory
        # extension-no-rename: keys that cannot change are not in the schema of an update.
        for name in [one for one in rule.fixed if one not in body.properties]:
            sent.pop(name, None)
        for name, schema in body.properties.items():
            value = sent.get(name)
            if value is None:
                continue
            if rule.numbering and name == rule.numbering.property:
                # extension-create: digits, prefix, and a free name.
                sent[name] = self._number(operation, name, rule.numbering.separator)
            elif name in rule.references:
                # An unknown group is a 404, and existing groups are not those of the check.
                sent[name] = factory.own(rule.references[name].collection)
            elif rule.unique and name == rule.unique.property:
                # group-user-create: an unused login.
                sent[name] = f"{factory.text(schema)}-{value}"[:255]
            elif schema.get("type") == "integer":
                # An implementation need not store integers of any size.
                sent[name] = max(-_INT64, min(_INT64, value))
        return factory.marked(operation, sent)

    def _number(self, operation: Operation, name: str, separator: str) -> str:
        number = str(self._kit.factory.value(operation, name))
        if self._random.random() < 0.5:
            return number
        known = str(self._kit.factory.read(operation.collection.name)[0][name])
        return f"{known.rpartition(separator)[0]}{separator}{number}"


class Wire:
    """Validity of requests as they are written in a URL."""

    def __init__(self, kit: CheckContext) -> None:
        self._values = BoundaryValues(kit.contract.schemas)
        self._before = httpx.URL(kit.target.url).path.rstrip("/")

    def makes_good(self, operation: Operation, case: AnyCase, url: httpx.URL) -> bool:
        """True if a request that should break a schema is valid in its URL."""
        if case.meta is None:
            return False
        broken = [one for one in case.meta.components if case.meta.is_negative_at(one)]
        return all(one in _WIRE for one in broken) and self.allows(operation, url)

    def allows(self, operation: Operation, url: httpx.URL) -> bool:
        """True if an operation takes this path and query.

        By rule empty-query, empty values do not count. A text may stand for a number.
        """
        given: dict[str, list[str]] = {}
        for key, value in parse_qsl(url.query.decode("ascii")):
            given.setdefault(re.sub(r"\[[0-9]*\]$", "", key), []).append(value)
        sent = url.raw_path.decode("ascii").partition("?")[0]
        values = PathTemplates([operation]).find(operation.method, sent.removeprefix(self._before))[
            1
        ]
        given |= {name: [unquote(value)] for name, value in values.items()}
        return all(self._allows(one, given.get(one.name)) for one in operation.parameters)

    def _allows(self, parameter: Parameter, texts: list[str] | None) -> bool:
        if texts is None:
            return not parameter.required
        # Of a single value that is repeated, the last one counts.
        counted = texts if parameter.is_list else texts[-1:]
        return all(self._values.allows_text(parameter.value_schema, one) for one in counted)
