"""The file of `--faults`."""

from __future__ import annotations

from pathlib import Path

import orjson

from ringme_mock.control.middleware import interface
from ringme_mock.faults.fault_rule import FaultRule, read_rule
from ringme_spec.document import read_yaml
from ringme_spec.errors import ConfigError


def read_fault_file(path: Path) -> tuple[FaultRule, ...]:
    """Read a YAML file: a list of what `POST /__mock__/faults` takes, or one of them.

    Raises ConfigError that names the file, the fault and the field.
    """
    content = read_yaml(path)
    items = content if isinstance(content, list) else [content]
    validator = interface().contract.schemas.compile({"$ref": "#/components/schemas/Fault"})
    rules = []
    for number, item in enumerate(items, start=1):
        where = f"{path}: fault {number}"
        if not isinstance(item, dict):
            raise ConfigError(f"{where}: must be a mapping of names to values")
        try:
            orjson.dumps(item)
        except TypeError as error:
            raise ConfigError(f"{where}: cannot be written as JSON: {error}") from None
        for field, reason in validator.problems(item):
            raise ConfigError(f"{where}: {field}: {reason}")
        try:
            rules.append(read_rule(item))
        except ValueError as error:
            raise ConfigError(f"{where}: {error}") from None
    return tuple(rules)
