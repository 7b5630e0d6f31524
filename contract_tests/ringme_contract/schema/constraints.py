"""What no schema can say, and a tool that generates requests from schemas has to be told.

Some rules compare two parameters, or need to know what is stored: a generated request is changed
until no rule has anything against it. And some requests that are to break a schema do not, once
they are written as a URL.
"""

from __future__ import annotations

import random
import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

import httpx
from schemathesis.core.parameters import ParameterLocation

from ringme_contract.check_context import CheckContext
from ringme_contract.lists import write_moment
from ringme_contract.schema.boundary_values import Validity
from ringme_contract.schema.generation import AnyCase, path_values
from ringme_contract.schema.operations import Operation, Parameter
from ringme_contract.schema.ranges import latest_end, moments
from ringme_contract.schema.things import Things

_INT64 = 2**63 - 1
_WIRE = (ParameterLocation.QUERY, ParameterLocation.PATH)


class Constraints:
    """Makes generated requests good by the rules as well; the same way for the same seed."""

    def __init__(self, kit: CheckContext, things: Things) -> None:
        self._kit = kit
        self._things = things
        self._validity = Validity(kit.document)
        self._random = random.Random(kit.seed)

    def repair(self, operation: Operation, case: AnyCase) -> AnyCase:
        """The case, changed in place."""
        found = moments(case.query or {})
        if found is not None:
            # media-range and media-interval: not after the end, and not too long.
            latest = latest_end(self._kit.document, operation, found[0])
            if not found[0] <= found[1] <= latest:
                seconds = int((latest - found[0]).total_seconds())
                end = found[0] + timedelta(seconds=self._random.randint(0, seconds))
                case.query["end_datetime"] = write_moment(end)
        if operation.body is not None and isinstance(case.body, dict):
            case.body = self._body(operation, dict(case.body), operation.body)
        return case

    def _body(
        self, operation: Operation, body: dict[str, Any], schema: dict[str, Any]
    ) -> dict[str, Any]:
        rule = self._kit.document["x-collections"][operation.collection]
        numbering = rule.get("numbering", {}).get("property")
        unique = rule.get("unique", {}).get("property")
        # extension-no-rename: keys that may not change are none of the update's schema.
        known = self._validity.properties(schema)
        for name in [one for one in rule.get("fixed", []) if one not in known]:
            body.pop(name, None)
        for name, part in known.items():
            value = body.get(name)
            if value is None:
                continue
            if name == numbering:
                # extension-create: digits, prefix, and a name that is free.
                body[name] = self._number(operation, name, part)
            elif name in rule.get("references", {}):
                # A group that is not there is a 404, and those that are there are not our own.
                body[name] = self._things.own_group()
            elif name == unique:
                # group-user-create: a login that nobody has.
                body[name] = f"{self._things.text(part)}-{value}"[:255]
            elif part.get("type") == "integer":
                # No implementation has to keep numbers of any length.
                body[name] = max(-_INT64, min(_INT64, value))
        return self._things.marked(operation, body)

    def _number(self, operation: Operation, name: str, schema: dict[str, Any]) -> str:
        number = str(self._things.value(operation, name, schema))
        if self._random.random() < 0.5:
            return number
        names = [one["name"] for one in self._kit.caller("client").read("/client/@me/extension/")]
        prefix = str(names[0]).rpartition("*")[0]
        return f"{prefix}*{number}"


class Wire:
    """What the document says of URLs as they are sent."""

    def __init__(self, kit: CheckContext) -> None:
        self._validity = Validity(kit.document)

    def makes_good(self, operation: Operation, case: AnyCase, url: httpx.URL) -> bool:
        """Whether a case that was to break a schema does not: as text, what it holds is fine."""
        if case.meta is None:
            return False
        broken = [one for one in case.meta.components if case.meta.is_negative_at(one)]
        return all(one in _WIRE for one in broken) and self.allows(operation, url)

    def allows(self, operation: Operation, url: httpx.URL) -> bool:
        """Whether path and query are ones that an operation takes.

        By rule empty-query, empty values do not count. Text that stands for a number is one.
        """
        given: dict[str, list[str]] = {}
        for key, value in parse_qsl(url.query.decode("ascii")):
            given.setdefault(re.sub(r"\[[0-9]*\]$", "", key), []).append(value)
        for name, value in path_values(operation, url).items():
            given[name] = [value]
        return all(self._allows(one, given.get(one.name)) for one in operation.parameters)

    def _allows(self, parameter: Parameter, texts: list[str] | None) -> bool:
        if texts is None:
            return not parameter.required
        # Of a single value that is repeated, the last one counts.
        counted = texts if parameter.several else texts[-1:]
        return all(self._validity.allows_text(parameter.schema, one) for one in counted)
