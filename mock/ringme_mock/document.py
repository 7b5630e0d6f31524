"""Reads YAML files the way that people expect who do not know YAML's older rules."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from ringme_mock.errors import StartError

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

    Returns what it holds: dicts, lists, text, numbers, truth values and None. Raises StartError,
    which names the file, the line and what is wrong, if it cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise StartError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise StartError(f"{path}: is not text in UTF-8") from None
    try:
        return yaml.load(text, Loader=_PlainLoader)  # noqa: S506 - derived from the safe loader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = f", line {mark.line + 1}" if mark else ""
        raise StartError(f"{path}{line}: is not valid YAML: {error.problem}") from None
    except yaml.YAMLError as error:
        raise StartError(f"{path}: is not valid YAML: {str(error).splitlines()[0]}") from None
