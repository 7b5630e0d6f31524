"""Boundary values of a schema, and those just outside."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from ringme_contract.entries.factories import NOWHERE
from ringme_spec.schema import Schema, Schemas

_DATETIME = "2016-02-29 10:20:30"
# Texts for a date-time; the schema decides which of them are valid.
_DATETIMES = (
    "2016-2-29 0:0:0", "1000-01-01 00:00:00", "2999-12-31 23:59:59", "0999-12-31 23:59:59",
    "3000-01-01 00:00:00", "2015-2-29 00:00:00", "2016-04-01 24:00:00", "x",
)  # fmt: skip
# A careless server trims, escapes, cuts, composes or joins the lines of such a text.
_ODD = (
    ' \t<b>&amp; "it\'s" \\ 100% %20 {x}; -- \u202e e\u0301 Отдел 営業部 \U0001f600 \U0001d538,'
    "\r\n second line \n"
)
_CONTROLS = "\x01\x1f\x7f"
TEXTS = (_ODD, "", "null", "007", "true", '{"b":1,  "a": [1.0,null]}')
# Texts of a given format: an address without a dot, two time zones.
_PARTICULAR = ("o'hara+1@Example", "Europe/Moscow", "Asia/Yekaterinburg")
_LONG = 3000
_INTEGERS = (0, 2**53 + 1, 2**63 - 1, -(2**63), -1)
_WIDE = "\U0001f4de"
_LARGE = (2**31, 2**63 - 1)
_INT64 = {"minimum": -(2**63), "maximum": 2**63 - 1}
# None that a lenient server could take for the id of an entry. The last ones are the highest
# possible id and three that are too high, the last of them for 64 bits.
_OTHER_DIGITS = {ord("0") + digit: 0xFF10 + digit for digit in range(10)}
_IDS = (
    "0", str(-NOWHERE), "x", f"+{NOWHERE}", f"{NOWHERE}x", f"{NOWHERE}.0",
    str(NOWHERE).translate(_OTHER_DIGITS), str(2**63 - 1), str(2**63), "1" * 20,
    str(2**64 + NOWHERE),
)  # fmt: skip


@dataclass(frozen=True)
class Value:
    """A value of a property or, as text, of a parameter; `allowed` tells if it is valid."""

    value: Any
    allowed: bool

    def __str__(self) -> str:
        text = repr(self.value)
        return text if len(text) <= 60 else f"{text[:40]}... ({len(text) - 2} characters)"


class BoundaryValues:
    def __init__(self, schemas: Schemas) -> None:
        self._schemas = schemas

    def allows(self, schema: Schema, value: object) -> bool:
        return self._schemas.compile(schema).is_valid(value)

    def allows_text(self, schema: Schema, text: str) -> bool:
        """True if a text of a path or query stands for a value that fits a schema."""
        number = schema.get("type") == "integer" and re.fullmatch("-?[0-9]{1,1000}", text)
        return self.allows(schema, int(text) if number else text)

    def json_values(self, schema: Schema, sample: str) -> list[Value]:
        """Values for a property of a body; `sample` is a valid one of a property that is text."""
        kind = schema.get("type")
        found: list[Any] = [None, []]
        if "enum" in schema:
            first = str(schema["enum"][0])
            found += [*schema["enum"], "x", first.upper(), f" {first} "]
        elif kind == "string":
            found += [sample, 5, {"text": sample}, *self._lengths(schema, sample)]
            near = [f"{sample}\n", sample.translate(_OTHER_DIGITS)]
            # A URL of another scheme, and of none.
            _, separator, rest = sample.partition("://")
            near += [f"ftp://{rest}", f"//{rest}"] if separator else []
            found += ["x", "", *near] if "pattern" in schema else []
        elif kind == "integer":
            found += ["1", 1.5, True, 1, 0, *_bounds(schema)]
        elif kind == "boolean":
            found += [True, False, "true", 0, 1]
        return [Value(one, self.allows(schema, one)) for one in once(found)]

    def _lengths(self, schema: Schema, sample: str) -> list[str]:
        """Texts of the lengths at the bounds and just outside."""
        # Some patterns tell how a text ends, as that of an address, others how it begins.
        in_front = "pattern" in schema and self.allows(schema, f"x{sample}")
        wanted = [
            (schema[bound] + more, "x")
            for bound, lengths in (("minLength", (-1, 0)), ("maxLength", (0, 1)))
            for more in lengths
            if bound in schema
        ]
        if "maxLength" in schema:
            # A length is a number of characters, not of bytes or UTF-16 units.
            wanted += [(schema["maxLength"] + more, _WIDE) for more in (0, 1)]
        return [_text_of(sample, length, filling, in_front) for length, filling in wanted]

    def odd_values(self, schema: Schema) -> list[Any]:
        """Allowed values that a careless server changes on their way in or out."""
        found: list[Any] = []
        if schema.get("type") == "integer":
            found += _INTEGERS
        elif schema.get("type") == "string" and "enum" not in schema:
            found += [*_PARTICULAR, *TEXTS, _ODD + _CONTROLS + _ODD]
            found += [] if "maxLength" in schema else ["я" * _LONG]
        return [one for one in found if self.allows(schema, one)]

    def query_values(self, schema: Schema) -> list[Value]:
        found: list[str] = []
        if "enum" in schema:
            found = [*schema["enum"], "x", str(schema["enum"][0]).upper()]
        elif schema.get("type") == "integer":
            found = ["x", "1.5", "1", *map(str, _bounds(schema))]
            found += [] if "maximum" in schema else map(str, _LARGE)
        elif self.allows_text(schema, _DATETIME) and not self.allows_text(schema, "x"):
            found = list(_DATETIMES)
        return [Value(one, self.allows_text(schema, one)) for one in once(found)]

    def path_values(self, schema: Schema) -> list[Value]:
        """Texts for a path parameter that is an id; none if it may be any text."""
        if self.allows_text(schema, "x"):
            return []
        return [Value(one, self.allows_text(schema, one)) for one in _IDS]


def _text_of(sample: str, length: int, character: str, in_front: bool) -> str:
    """A text of a length: a sample, cut or filled up."""
    more = character * (length - len(sample))
    return (more + sample if in_front else sample + more) if more else sample[:length]


def _bounds(schema: Schema) -> list[int]:
    known = {**(_INT64 if schema.get("format") == "int64" else {}), **schema}
    found = []
    for bound, outward in (("minimum", -1), ("maximum", 1)):
        if bound in known:
            found += [known[bound], known[bound] + outward]
    return found


def once(values: list[Any]) -> list[Any]:
    """The values without duplicates; True and 1 are different here."""
    return list({repr(one): one for one in values}.values())
