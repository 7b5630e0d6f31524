"""The schemas of the document, and a JSON Schema validator for bodies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import ValidationError
from jsonschema.validators import extend
from openapi_schema_validator import OAS30Validator, oas30_format_checker

from second.refusal import broken

Item = dict[str, Any]

# Faster if PyYAML was built with libyaml.
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PATH = Path(__file__).resolve().parents[2] / "openapi.yaml"
_COMPONENTS = yaml.load(_PATH.read_text("utf-8"), LOADER)["components"]


@cache
def fields(schema: str) -> tuple[str, ...]:
    """The keys of an object, in the order of the document."""
    return tuple(_properties({"$ref": f"#/components/schemas/{schema}"}))


@cache
def defaults(schema: str) -> Item:
    """The keys of an object with their defaults."""
    properties = _properties({"$ref": f"#/components/schemas/{schema}"})
    return {name: _resolved(one).get("default") for name, one in properties.items()}


def check(schema: str, sent: Item) -> None:
    """Refuses a body that does not fit its schema, and names the field."""
    error = next(_validator(schema).iter_errors(sent), None)
    if error is not None:
        missing = error.message.split("'")[1] if error.validator == "required" else "body"
        # Not the message of the validator, which repeats the value sent.
        raise broken(str(next(iter(error.absolute_path), missing)), f"fit its {error.validator}")


def _check_pattern(_: Any, pattern: str, given: object, __: Item) -> Iterator[ValidationError]:
    """As in JavaScript: in Python `$` matches before a line break, and U+FEFF is no white space."""
    pattern = re.sub(r"\$$", r"\\Z", pattern).replace(r"[^\s", r"[^\s\ufeff")
    if isinstance(given, str) and not re.search(pattern, given):
        yield ValidationError("has another form")


_Validator = extend(OAS30Validator, {"pattern": _check_pattern})


@cache
def _validator(schema: str) -> Any:
    node = {"allOf": [{"$ref": f"#/components/schemas/{schema}"}], "components": _COMPONENTS}
    return _Validator(node, format_checker=oas30_format_checker)


def _properties(node: Item) -> Item:
    node = _resolved(node)
    found: Item = {}
    for part in node.get("allOf", ()):
        found |= _properties(part)
    found |= node.get("properties", {})
    return found


def _resolved(node: Item) -> Item:
    while "$ref" in node:
        node = _COMPONENTS["schemas"][node["$ref"].rpartition("/")[2]]
    return node
