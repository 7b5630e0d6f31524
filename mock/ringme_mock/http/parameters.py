"""Path and query parameters: from texts to checked values."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from ringme_mock.errors import invalid
from ringme_mock.store.store import Query
from ringme_spec.parameters import Parameter

_LIST_KEY = re.compile(r"(.+?)\[[0-9]*\]", re.DOTALL)
# As in JSON, a number has one spelling, even where the document accepts an id as text.
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,3999})")
_NUMBER = re.compile(r"-?[0-9]{1,300}(\.[0-9]{1,300})?")
_ZERO_IS_NOTHING = ("page", "page_size")
# Number and length of the paths and queries of an operation whose values are cached.
_KEPT = 1000
_LONGEST = 500


class QueryValues(dict[str, Any]):
    """Query parameters by name; `store_query` caches the store's query for a list."""

    __slots__ = ("store_query",)

    def __init__(self, values: dict[str, Any]) -> None:
        super().__init__(values)
        self.store_query: Query | None = None


class PathReader:
    def __init__(self, parameters: tuple[Parameter, ...]) -> None:
        self._parameters = parameters
        self._read_once = lru_cache(_KEPT)(self._read)

    def read(self, texts: Sequence[str]) -> dict[str, Any]:
        """Read texts in the order of the path. Raises the 400 that names the parameter."""
        texts = tuple(texts)
        for text in texts:
            if len(text) > _LONGEST:
                return self._read(texts)
        return self._read_once(texts)

    def _read(self, texts: tuple[str, ...]) -> dict[str, Any]:
        return {
            parameter.name: _checked(parameter, _convert(parameter.kind, parameter.stored(text)))
            for parameter, text in zip(self._parameters, texts, strict=True)
        }


class QueryReader:
    """Reader of the query parameters of an operation; with `lenient`, none is required."""

    def __init__(self, parameters: tuple[Parameter, ...], lenient: bool = False) -> None:
        self._parameters = parameters
        self._lenient = lenient
        self._required = not lenient and any(parameter.required for parameter in parameters)
        self._defaults = {
            parameter.name: parameter.schema["default"]
            for parameter in parameters
            if "default" in parameter.schema
        }
        self._read_once = lru_cache(_KEPT)(self._read)

    def read(self, query_string: bytes) -> QueryValues:
        """Read a query, with defaults. Raises the 400 that names the parameter.

        Empty values, unknown keys and a page or page size of 0 are ignored (rule empty-query).
        """
        if len(query_string) > _LONGEST:
            return self._read(query_string)
        return self._read_once(query_string)

    def _read(self, query_string: bytes) -> QueryValues:
        if not self._parameters or not (query_string or self._required):
            return QueryValues(self._defaults)
        given = _split(query_string)
        values = dict(self._defaults)
        for parameter in self._parameters:
            value = _read(parameter, given.get(parameter.name, []))
            if value is not None:
                values[parameter.name] = value
            elif parameter.required and not self._lenient:
                raise invalid(f"{parameter.name}: is missing")
        return QueryValues(values)


def _split(query_string: bytes) -> dict[str, list[str]]:
    given = defaultdict(list)
    for key, value in parse_qsl(query_string.decode("latin-1"), keep_blank_values=True):
        if value == "":
            continue
        match = _LIST_KEY.fullmatch(key) if key.endswith("]") else None
        given[match.group(1) if match else key].append(value)
    return given


def _read(parameter: Parameter, texts: list[str]) -> Any:
    if not texts:
        return None
    if parameter.kind == "array":
        values = [_convert(parameter.item_kind, text) for text in texts]
        if parameter.filter and parameter.filter.zero:
            values = [value for value in values if value != 0]
        return _checked(parameter, values) if values else None
    value = _convert(parameter.kind, texts[-1])
    if value == 0 and parameter.role in _ZERO_IS_NOTHING:
        return None
    return _checked(parameter, value)


def _convert(kind: str, text: str) -> Any:
    """Convert a text to this type, or return it unchanged if that is impossible."""
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
