"""Huge invalid values: errors that name the field, without copies of the value."""

from __future__ import annotations

import gc

import jsonschema_rs
import pytest

from ringme_spec.schema import Schemas

_ITEM = {
    "type": "object",
    "required": ["id", "name", "login"],
    "properties": {"id": {"type": "integer"}, "name": {"type": "string", "maxLength": 5}},
}
_LIST = {"type": "array", "items": _ITEM}
_MAP = {"type": "object", "additionalProperties": {"type": "integer"}}
_MANY = {f"key {number}": number for number in range(30_000)}


@pytest.mark.parametrize(
    ("schema", "value", "problem"),
    [
        (
            _ITEM,
            {**_MANY, "id": "x", "name": "a", "login": 1},
            ("body.id", "must be a whole number"),
        ),
        (_LIST, [{"id": 1, "name": "a"}] * 30_000, ("body.0.login", "is missing")),
        (_MAP, {**_MANY, "key 29999": "x"}, ("body.key 29999", "must be a whole number")),
    ],
)
def test_first_error_of_a_huge_value_names_its_field(
    schema: dict[str, object], value: object, problem: tuple[str, str]
) -> None:
    assert list(Schemas({}).compile(schema).problems(value, "body")) == [problem]


def test_valid_huge_value_has_no_error() -> None:
    assert list(Schemas({}).compile(_MAP).problems(_MANY)) == []


def test_error_of_a_huge_value_keeps_no_copy_of_it() -> None:
    validator = Schemas({}).compile(_LIST)
    gc.disable()
    try:
        assert list(validator.problems([{}] * 30_000))
        left = [one for one in gc.get_objects() if isinstance(one, jsonschema_rs.ValidationError)]
        assert left == []
    finally:
        gc.enable()
