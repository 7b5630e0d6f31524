"""YAML without the surprises of YAML 1.1: dates, times and `on` are texts."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from pathlib import Path
from typing import Any

import yaml

from ringme_spec.errors import ConfigError

_MAX_DEPTH = 100

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _PlainLoader(_Base):  # type: ignore[misc]
    """Loader that reads all scalars but null, true, false and numbers as texts."""

    def construct_whole_number(self, node: yaml.ScalarNode) -> int:
        """Raise an error for more than 64 bits, which JSON cannot be written with."""
        number: int = self.construct_yaml_int(node)
        if not -(2**63) <= number < 2**64:
            problem = f"{node.value[:30]} has more than 64 bits"
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
        return number


_PlainLoader.add_constructor("tag:yaml.org,2002:int", _PlainLoader.construct_whole_number)
_PlainLoader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("tag:yaml.org,2002:null", r"^(?:null|~|)$", ["n", "~", ""]),
    ("tag:yaml.org,2002:bool", r"^(?:true|false)$", list("tf")),
    ("tag:yaml.org,2002:int", r"^[-+]?(?:0|[1-9][0-9]*)$", list("-+0123456789")),
    (
        "tag:yaml.org,2002:float",
        r"^[-+]?[0-9]+\.[0-9]+(?:[eE][-+]?[0-9]+)?$",
        list("-+0123456789"),
    ),
    ("tag:yaml.org,2002:merge", r"^<<$", ["<"]),
):
    _PlainLoader.add_implicit_resolver(_tag, re.compile(_pattern), _first)

_TEXT = "tag:yaml.org,2002:str"
_MERGED = "tag:yaml.org,2002:merge"
_UNTAGGED = (None, "!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")
_NONE = object()
# Stands for the key `<<`, by which mappings are merged.
_MERGE = object()


def read_yaml(path: Path) -> Any:
    """Read one YAML (or JSON) file: dicts, lists, texts, numbers, booleans and None.

    Raises ConfigError that names the file, the line and the problem.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    return parse_yaml(content, str(path))


def parse_yaml(content: bytes, where: str) -> Any:
    """Read YAML (or JSON) from bytes as `read_yaml` does; `where` names them in messages."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigError(f"{where}: is not text in UTF-8") from None
    try:
        return _Reader(text).read()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = f", line {mark.line + 1}" if mark else ""
        raise ConfigError(f"{where}{line}: is not valid YAML: {error.problem}") from None
    except yaml.YAMLError as error:
        raise ConfigError(f"{where}: is not valid YAML: {str(error).splitlines()[0]}") from None
    except ConfigError as error:
        raise ConfigError(f"{where}: {error}") from None
    except ValueError as error:
        # A tag such as !!int before another value, or a number of thousands of digits.
        raise ConfigError(f"{where}: is not valid YAML: {str(error).partition(';')[0]}") from None


def objects_in(node: Any) -> Iterator[dict[str, Any]]:
    """Yield all objects in a part of a document, each before those within it."""
    if isinstance(node, dict):
        yield node
        node = list(node.values())
    if isinstance(node, list):
        for part in node:
            yield from objects_in(part)


class _Reader:
    """Builder of a value from the events of a YAML parser.

    `yaml.load` builds nodes first, which takes three times as long and five times the memory for
    our document.
    """

    def __init__(self, text: str) -> None:
        self._loader = _PlainLoader(text)
        self._anchors: dict[str, Any] = {}
        # The current list or dict, its anchor, and the key whose value comes next.
        self._inner: Any = []
        self._anchor: str | None = None
        self._key: Any = _NONE
        self._outer: list[tuple[Any, str | None, Any]] = []

    def read(self) -> Any:
        """Read the value. Raises YAMLError, or ConfigError for too deep nesting."""
        found, loader = self._inner, self._loader
        while loader.check_event():
            event = loader.get_event()
            kind = type(event)
            if kind is yaml.ScalarEvent:
                self._add(self._scalar(event), event)
            elif kind is yaml.MappingStartEvent:
                self._begin({}, event)
            elif kind is yaml.SequenceStartEvent:
                self._begin([], event)
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                self._end(event)
            elif kind is yaml.AliasEvent:
                if event.anchor not in self._anchors:
                    problem = (
                        f"*{event.anchor} refers to an anchor that is not defined before it, or"
                        " that contains it"
                    )
                    raise _error(problem, event)
                self._add(self._anchors[event.anchor], event)
            elif kind is yaml.DocumentStartEvent and found:
                raise _error("but found another document", event)
        return found[0] if found else None

    def _scalar(self, event: Any) -> Any:
        tag = event.tag
        if tag is None or tag == "!":
            tag = self._loader.resolve(yaml.ScalarNode, event.value, event.implicit)
        value = event.value
        if tag == _MERGED and type(self._inner) is dict and self._key is _NONE:
            return _MERGE
        if tag != _TEXT:
            node = yaml.ScalarNode(tag, value, event.start_mark, event.end_mark)
            value = self._loader.construct_object(node)
        if event.anchor:
            self._anchors[event.anchor] = value
        return value

    def _begin(self, value: Any, event: Any) -> None:
        if event.tag not in _UNTAGGED:
            raise _error(f"could not determine a constructor for the tag {event.tag!r}", event)
        self._outer.append((self._inner, self._anchor, self._key))
        if len(self._outer) > _MAX_DEPTH:
            # Deeper values would overflow the stack of recursive functions.
            raise ConfigError(f"is nested more than {_MAX_DEPTH} levels deep")
        self._inner, self._anchor, self._key = value, event.anchor, _NONE

    def _end(self, event: Any) -> None:
        value, anchor = self._inner, self._anchor
        if type(value) is dict and _MERGE in value:
            value = _merged(value, event)
        self._inner, self._anchor, self._key = self._outer.pop()
        if anchor:
            self._anchors[anchor] = value
        self._add(value, event)

    def _add(self, value: Any, event: Any) -> None:
        inner = self._inner
        if type(inner) is list:
            inner.append(value)
        elif self._key is not _NONE:
            inner[self._key], self._key = value, _NONE
        elif not isinstance(value, Hashable):
            raise _error("found unhashable key", event)
        elif value in inner:
            # PyYAML would take the last one.
            raise _error(f"duplicate key {'<<' if value is _MERGE else value}", event)
        else:
            self._key = value


def _merged(value: dict[Any, Any], event: Any) -> dict[Any, Any]:
    """Add merged mappings to a mapping, whose own entries have precedence."""
    merged = value.pop(_MERGE)
    found: dict[Any, Any] = {}
    for one in reversed(merged if isinstance(merged, list) else [merged]):
        if not isinstance(one, dict):
            raise _error("expected a mapping or list of mappings for merging", event)
        found.update(one)
    return {**found, **value}


def _error(problem: str, event: Any) -> yaml.MarkedYAMLError:
    return yaml.constructor.ConstructorError(None, None, problem, event.start_mark)
