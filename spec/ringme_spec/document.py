"""YAML without the surprises of YAML 1.1: dates, times and `on` stay text."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from ringme_spec.errors import ConfigError

_MAX_DEPTH = 100

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _PlainLoader(_Base):  # type: ignore[misc]
    """Loader for which all scalars but null, true, false and numbers are text."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Refuse a repeated key; YAML itself would let the last one win."""
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(
                        None, None, f"duplicate key {key.value}", key.start_mark
                    )
                seen.add(key.value)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping

    def construct_whole_number(self, node: yaml.ScalarNode) -> int:
        """Refuse more than 64 bits, which JSON cannot be written with."""
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
    """Read one YAML (or JSON) file: dicts, lists, text, numbers, truth values and None.

    Raises ConfigError, which names the file, the line and the problem.
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
    """Raise ConfigError for nesting so deep that building it would overflow the stack."""
    depth = 0
    for event in yaml.parse(text, Loader=_PlainLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _MAX_DEPTH:
                raise ConfigError(f"{where}: is nested more than {_MAX_DEPTH} levels deep")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
