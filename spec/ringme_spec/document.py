"""Reads YAML files the way that people expect who do not know YAML's older rules."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from ringme_spec.errors import ConfigError

_MAX_DEPTH = 100

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _PlainLoader(_Base):  # type: ignore[misc]
    """Takes only null, true/false and numbers for other than text.

    YAML 1.1 would make a date of `2020-03-16 12:18:08` and a truth value of `on`; the API has
    both as text.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """A mapping whose keys are all different; YAML itself would let the last one win."""
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(
                        None, None, f"{key.value} is there twice", key.start_mark
                    )
                seen.add(key.value)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping

    def construct_whole_number(self, node: yaml.ScalarNode) -> int:
        """One of 64 bits at most, as JSON is written with no longer ones."""
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


def read_yaml(path: Path) -> Any:
    """Reads one YAML (or JSON) file.

    Returns what it holds: dicts, lists, text, numbers, truth values and None. Raises ConfigError,
    which names the file, the line and what is wrong, if it cannot be read.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    return parse_yaml(content, str(path))


def parse_yaml(content: bytes, where: str) -> Any:
    """Reads YAML (or JSON) from bytes; `where` names them in messages.

    Returns and raises what `read_yaml` does.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigError(f"{where}: is not text in UTF-8") from None
    try:
        _check_depth(text, where)
        return yaml.load(text, Loader=_PlainLoader)  # noqa: S506 - derived from the safe loader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = f", line {mark.line + 1}" if mark else ""
        raise ConfigError(f"{where}{line}: is not valid YAML: {error.problem}") from None
    except yaml.YAMLError as error:
        raise ConfigError(f"{where}: is not valid YAML: {str(error).splitlines()[0]}") from None
    except ValueError as error:
        # A tag such as !!int before what is none, or a number of thousands of digits.
        raise ConfigError(f"{where}: is not valid YAML: {str(error).partition(';')[0]}") from None


def _check_depth(text: str, where: str) -> None:
    """Refuses what is nested so deeply that building it would overrun the stack of the process."""
    depth = 0
    for event in yaml.parse(text, Loader=_PlainLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _MAX_DEPTH:
                raise ConfigError(f"{where}: is nested more than {_MAX_DEPTH} levels deep")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
