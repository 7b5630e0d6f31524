"""File of the option `--faults`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from ringme_mock.control.middleware import interface
from ringme_mock.faults.fault_rule import FaultRule, read_rule
from ringme_spec.document import read_yaml
from ringme_spec.errors import ConfigError, raise_all, read_each


def read_fault_file(path: Path) -> tuple[FaultRule, ...]:
    """Read a YAML file with one body of `POST /__mock__/faults`, or a list of them.

    Raises ConfigError that names the file, each invalid fault, and the field.
    """
    content = read_yaml(path)
    items = content if isinstance(content, list) else [content]
    validator = interface().contract.schemas.compile({"$ref": "#/components/schemas/Fault"})

    def read(numbered: tuple[int, Any]) -> FaultRule:
        number, item = numbered
        where = f"{path}: fault {number}"
        if not isinstance(item, dict):
            raise ConfigError(f"{where}: must be a mapping of names to values")
        try:
            orjson.dumps(item)
        except TypeError as error:
            raise ConfigError(f"{where}: cannot be written as JSON: {error}") from None
        raise_all(f"{where}: {field}: {reason}" for field, reason in validator.problems(item))
        try:
            return read_rule(item)
        except ValueError as error:
            raise ConfigError(f"{where}: {error}") from None

    return tuple(read_each(enumerate(items, start=1), read))
