"""YAML of the document, fixtures and exports: anchors, merge keys and tags."""

from __future__ import annotations

from typing import Any

import pytest

from ringme_spec.document import parse_yaml
from ringme_spec.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("a: &x [1]\nb: *x", {"a": [1], "b": [1]}),
        ("a: &x word\nb: *x", {"a": "word", "b": "word"}),
        ("a: {<<: {x: 1, y: 2}, y: 3}", {"a": {"x": 1, "y": 3}}),
        ("a: {y: 3, <<: [{x: 1}, {x: 2, z: 4}]}", {"a": {"x": 1, "z": 4, "y": 3}}),
        ("'<<': 1", {"<<": 1}),
        ("['5', !!str 5, !!int '5', 5, 5.5]", ["5", "5", 5, 5, 5.5]),
        ("[on, yes, 2016-04-01, true, ~, '']", ["on", "yes", "2016-04-01", True, None, ""]),
    ],
)
def test_yaml_value_is_parsed(text: str, value: Any) -> None:
    assert repr(parse_yaml(text.encode(), "file")) == repr(value)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\nb: 2\na: 3", "file, line 3: is not valid YAML: duplicate key a"),
        ("<<: {}\n<<: {}", "file, line 2: is not valid YAML: duplicate key <<"),
        ("a: {<<: 5}", "file, line 1: is not valid YAML: expected a mapping or list of mappings"),
        ("? [1]\n: 2", "file, line 1: is not valid YAML: found unhashable key"),
        ("a: !new [1]", "file, line 1: is not valid YAML: could not determine a constructor for"),
        ("--- 1\n--- 2", "file, line 2: is not valid YAML: but found another document"),
    ],
)
def test_error_for_invalid_yaml_names_the_line(text: str, problem: str) -> None:
    with pytest.raises(ConfigError) as refused:
        parse_yaml(text.encode(), "file")
    assert str(refused.value).startswith(problem)
