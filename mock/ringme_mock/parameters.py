"""Path and query parameters: from the text of a request to checked values."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any
from urllib.parse import parse_qsl

from ringme_mock.contract import Parameter
from ringme_mock.errors import invalid

_LIST_KEY = re.compile(r"(.+?)\[[0-9]*\]", re.DOTALL)
_INTEGER = re.compile(r"-?[0-9]{1,4000}")
_NUMBER = re.compile(r"-?[0-9]{1,300}(\.[0-9]{1,300})?")
_ZERO_IS_NOTHING = ("page", "page_size")


def read_query(query_string: bytes, parameters: tuple[Parameter, ...]) -> dict[str, Any]:
    """The given query parameters by name, defaults filled in.

    Empty values, unknown keys and 0 for a page or its size count as not given (rule
    empty-query). Raises the 400 that names the parameter.
    """
    given = _split(query_string)
    values = {}
    for parameter in parameters:
        value = _read(parameter, given.get(parameter.name, []))
        if value is not None:
            values[parameter.name] = value
        elif parameter.required:
            raise invalid(f"{parameter.name}: is missing")
        elif "default" in parameter.schema:
            values[parameter.name] = parameter.schema["default"]
    return values


def read_path(values: dict[str, str], parameters: tuple[Parameter, ...]) -> dict[str, Any]:
    """The path parameters by name. Raises the 400 that names the parameter."""
    return {
        parameter.name: _checked(parameter, _convert(parameter.kind, values[parameter.name]))
        for parameter in parameters
    }


def _split(query_string: bytes) -> dict[str, list[str]]:
    given = defaultdict(list)
    for key, value in parse_qsl(query_string.decode("latin-1"), keep_blank_values=True):
        match = _LIST_KEY.fullmatch(key)
        if value != "":
            given[match.group(1) if match else key].append(value)
    return given


def _read(parameter: Parameter, texts: list[str]) -> Any:
    if not texts:
        return None
    if parameter.kind == "array":
        return _checked(parameter, [_convert(parameter.item_kind, text) for text in texts])
    value = _convert(parameter.kind, texts[-1])
    if value == 0 and parameter.role in _ZERO_IS_NOTHING:
        return None
    return _checked(parameter, value)


def _convert(kind: str, text: str) -> Any:
    """The value that the text stands for, or the text itself where it stands for none."""
    if kind == "integer" and _INTEGER.fullmatch(text):
        return int(text)
    if kind == "number" and _NUMBER.fullmatch(text):
        return float(text)
    if kind == "boolean" and text in ("true", "false"):
        return text == "true"
    return text


def _checked(parameter: Parameter, value: Any) -> Any:
    if not parameter.validator.is_valid(value):
        for field, reason in parameter.validator.problems(value, parameter.name):
            raise invalid(f"{field}: {reason}")
    return value
