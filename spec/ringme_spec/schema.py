"""JSON Schema of OpenAPI 3.0, compiled, with messages that name the field."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import jsonschema_rs

from ringme_spec.document import objects_in
from ringme_spec.errors import ConfigError, read_each
from ringme_spec.large_values import has_over, property_names, without_most_unknown

Schema = dict[str, Any]
# Checks of texts by format.
Formats = dict[str, Callable[[str], bool]]

_NAMED = "#/components/schemas/"
# Integers lie from -_END to _END - 1.
_END = 2**63
# Formats with narrower limits. Times end with the year 9999; as a number, that end already exceeds
# the exact integers of JavaScript.
_ENDS = {"int32": 2**31, "unix-microseconds": 253_402_300_800 * 10**6}
# Invalid values with more values in them are reported with their first error only.
_MANY = 20_000


class Schemas:
    """Schemas of one document, so that `$ref` works between them.

    Formats are checked only if `formats` are given, which extend those of JSON Schema.
    """

    def __init__(self, document: dict[str, Any], formats: Formats | None = None) -> None:
        self._document = document
        self._formats = formats
        self._named: dict[str, Schema] = to_json_schema(
            document.get("components", {}).get("schemas", {})
        )
        self._explained = {
            one["pattern"]: one["x-pattern-message"]
            for one in objects_in(document)
            if isinstance(one.get("pattern"), str) and "x-pattern-message" in one
        }

    def check_references(self) -> None:
        """Raise ConfigError for each `$ref` without a target in the document."""
        read_each(_references(self._document), self._check_reference)

    def _check_reference(self, reference: str) -> None:
        if not reference.startswith("#"):
            raise ConfigError(
                f"$ref {reference}: refers to another file; put that part into the document,"
                " or apply it to the document as an overlay"
            )
        try:
            self.resolve({"$ref": reference})
        except (KeyError, TypeError, AttributeError):
            raise ConfigError(f"$ref {reference}: not found in the document") from None

    def resolve(self, schema: Schema) -> Schema:
        """Follow `$ref` to the schema itself."""
        while "$ref" in schema:
            target: Any = self._document
            for part in schema["$ref"].removeprefix("#/").split("/"):
                target = target[part.replace("~1", "/").replace("~0", "~")]
            schema = target
        return schema

    def properties(self, schema: Schema) -> dict[str, Schema]:
        """Return the properties of an object schema in order, those of `allOf` included."""
        schema = self.resolve(schema)
        found: dict[str, Schema] = {}
        for part in schema.get("allOf", []):
            found.update(self.properties(part))
        found.update(schema.get("properties", {}))
        return found

    def compile(self, schema: Schema, is_sent: bool = False) -> Validator:
        """Compile `schema`, whose `$ref`s point into the document.

        `is_sent` means that it is for requests, in which `readOnly` properties are not required.
        """
        converted = to_json_schema(schema)
        named = self._needed(converted)
        if named:
            converted = {"allOf": [converted], "components": {"schemas": named}}
        if is_sent:
            # A copy, as responses require them.
            converted = copy.deepcopy(converted)
            self._require_no_read_only(converted)
        return Validator(converted, self._explained, self._formats)

    def flagged(self, schema: Schema, flag: str) -> set[str]:
        """Return the properties that `schema` itself flags as `readOnly` or `writeOnly`."""
        properties = schema.get("properties")
        if not isinstance(properties, dict):
            return set()
        return {
            name
            for name, one in properties.items()
            if isinstance(one, dict) and self.resolve(one).get(flag) is True
        }

    def _require_no_read_only(self, node: Any) -> None:
        if isinstance(node, dict):
            drop_required(node, self.flagged(node, "readOnly"))
            node = list(node.values())
        if isinstance(node, list):
            for part in node:
                self._require_no_read_only(part)

    def _needed(self, schema: Schema) -> dict[str, Schema]:
        """Return all schemas that `schema` refers to, as a validator copies all it is given."""
        found: dict[str, Schema] = {}
        waiting = [schema]
        while waiting:
            for reference in _references(waiting.pop()):
                name = reference.removeprefix(_NAMED)
                if name not in found:
                    found[name] = self._named[name]
                    waiting.append(self._named[name])
        return found


class Validator:
    """Validator of values against one schema; `is_valid(value)` is its fast check."""

    is_valid: Callable[[object], bool]

    def __init__(
        self, schema: Schema, explained: dict[str, str], formats: Formats | None = None
    ) -> None:
        self._schema = schema
        self._explained = explained
        # OpenAPI 3.0 is built on draft 4, in which exclusive limits are flags and 1.0 is no
        # integer.
        self._validator = jsonschema_rs.Draft4Validator(
            schema, validate_formats=formats is not None, formats=formats
        )
        self.is_valid = self._validator.is_valid

    def problems(self, value: object, name: str = "") -> Iterator[tuple[str, str]]:
        """Yield field (`name` for the whole) and reason of each error in `value`.

        The reason never repeats the value, which may be a password or a megabyte long.
        """
        # Most values are valid, which `is_valid` finds in a third of the time.
        for error in () if self.is_valid(value) else self._errors(value):
            path = [str(part) for part in error.instance_path]
            kind: Any = error.kind
            keyword = type(kind).__name__
            if keyword == "Required":
                path.append(str(kind.property))
            if keyword == "AdditionalProperties":
                path += [str(name) for name in kind.unexpected[:1]]
            field = ".".join([name, *path] if name else path)
            if keyword == "AdditionalProperties":
                yield field, self._unknown(error.schema_path)
            else:
                yield field, self._reason(keyword, kind, error.instance)

    def _errors(self, value: object) -> Iterable[jsonschema_rs.ValidationError]:
        """Return the errors of a value; for a huge value only the first, as each holds a copy."""
        if not has_over(_MANY, value):
            return self._validator.iter_errors(value)
        small = without_most_unknown(value, property_names(self._schema))
        try:
            self._validator.validate(value if self.is_valid(small) else small)
        except jsonschema_rs.ValidationError as error:
            # Its trace knows the caller, who knows the error: the value would stay with both.
            return (error.with_traceback(None),)
        return ()

    def _unknown(self, path: list[Any]) -> str:
        """Describe the known fields at an `additionalProperties`."""
        schema: Any = self._schema
        for part in path[:-1]:
            schema = schema[part]
        known = schema.get("properties", {})
        return "is not a known field" + (f"; known: {', '.join(known)}" if known else "")

    def _reason(self, keyword: str, kind: Any, value: object) -> str:
        if keyword == "Pattern" and kind.pattern in self._explained:
            return f"must {self._explained[kind.pattern]}"
        # An integer of more than 64 bits was read as a float.
        if keyword == "Type" and isinstance(value, float) and abs(value) >= _END:
            return _must_be(kind, {**_TYPE_NAMES, "integer": _WHOLE_NUMBER})
        return reason(keyword, kind)


def reason(keyword: str, kind: Any) -> str:
    """Describe the violation of a keyword of JSON Schema, without the value."""
    if keyword == "Required":
        return "is missing"
    if keyword == "AdditionalProperties":
        return "is not a known field"
    if keyword == "Type":
        return _must_be(kind, _TYPE_NAMES)
    if keyword == "Enum":
        options = ["null" if option is None else str(option) for option in kind.options]
        return f"must be one of {', '.join(options)}"
    if keyword == "Pattern":
        return f"must match {kind.pattern}"
    if keyword == "Format":
        return f"must be of the format {kind.format}"
    if keyword == "Not" and not kind.schema:
        return "must not be there"
    if keyword in _LIMITS:
        return _LIMITS[keyword].format(limit=kind.limit)
    return f"breaks the rule {keyword}"


def _must_be(kind: Any, names: dict[str, str]) -> str:
    types = sorted(str(name) for name in kind.types)
    return "must be " + " or ".join(names.get(name, name) for name in types)


_WHOLE_NUMBER = f"a whole number from {-_END} to {_END - 1}"
_TYPE_NAMES = {
    "integer": "a whole number",
    "number": "a number",
    "string": "text",
    "boolean": "true or false",
    "object": "an object",
    "array": "a list",
}
_LIMITS = {
    "MinLength": "must have at least {limit} characters",
    "MaxLength": "must have at most {limit} characters",
    "Minimum": "must be at least {limit}",
    "Maximum": "must be at most {limit}",
    "MinItems": "must have at least {limit} items",
    "MaxItems": "must have at most {limit} items",
}


def drop_required(schema: Schema, names: set[str]) -> None:
    """Remove properties from `required`, in place."""
    required = schema.get("required")
    if names and isinstance(required, list):
        schema["required"] = [name for name in required if name not in names]
        # Draft 4 forbids an empty list.
        if not schema["required"]:
            del schema["required"]


def _references(node: Any) -> Iterator[str]:
    return (one["$ref"] for one in objects_in(node) if isinstance(one.get("$ref"), str))


def to_json_schema(node: Any) -> Any:
    """Convert `nullable`, the limits of integer formats and `x-implies` to JSON Schema."""
    if isinstance(node, list):
        return [to_json_schema(part) for part in node]
    if not isinstance(node, dict):
        return node
    converted = {key: to_json_schema(value) for key, value in node.items() if key != "nullable"}
    if node.get("type") == "integer":
        converted.update(_ends(node))
    if node.get("nullable") is True and isinstance(node.get("type"), str):
        converted["type"] = [node["type"], "null"]
        if "enum" in node and None not in node["enum"]:
            converted["enum"] = [*node["enum"], None]
    if "x-implies" in node:
        implied = [
            {"anyOf": [_has(one["then"]), {"not": _has(one["if"])}]} for one in node["x-implies"]
        ]
        converted["allOf"] = [*converted.get("allOf", []), *implied]
    return converted


def _has(values: dict[str, Any]) -> Schema:
    return {"properties": {name: {"enum": [value]} for name, value in values.items()}}


def _ends(schema: Schema) -> Schema:
    """Return the limits of an integer: its own, within those of its format.

    Few clients can read more than 64 bits, and the mock only as a float.
    """
    end = _ENDS.get(schema.get("format", ""), _END)
    return {
        "minimum": max(schema.get("minimum", -end), -end),
        "maximum": min(schema.get("maximum", end - 1), end - 1),
    }
