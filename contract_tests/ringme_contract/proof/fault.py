"""The faults that the kit has to find: what each one does, and which rules it breaks."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

# The same, but read six times as fast where PyYAML was built with it.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Fault:
    """One fault of faults.yaml.

    `kind` is its class in tables, `rules` those that it breaks, `patch` the function that puts it
    into the mock, with `arguments`.
    """

    id: str
    kind: str
    sentence: str
    rules: tuple[str, ...]
    patch: str
    arguments: dict[str, Any] = field(default_factory=dict)


@cache
def all_faults() -> dict[str, Fault]:
    """Every fault by id, in the order of the file. Raises ValueError for an id given twice."""
    found: dict[str, Fault] = {}
    text = files("ringme_contract.proof").joinpath("faults.yaml").read_text("utf-8")
    for node in yaml.load(text, _LOADER)["faults"]:  # noqa: S506 - a safe loader
        fault = Fault(kind=node.pop("class"), rules=tuple(node.pop("rules")), **node)
        if fault.id in found:
            raise ValueError(f"faults.yaml: there are two faults {fault.id}")
        found[fault.id] = fault
    return found
