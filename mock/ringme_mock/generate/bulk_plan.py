"""What can be made in bulk, as `bulk.yaml` has it, and what is asked for of it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from ringme_mock.errors import invalid
from ringme_spec.contract import Contract
from ringme_spec.document import read_yaml

BULK = Path(__file__).with_name("bulk.yaml")
GROUPS = "groups"
NUMBERS = "extensions"


@cache
def bulk_plan() -> dict[str, Any]:
    """The content of `bulk.yaml`."""
    found: dict[str, Any] = read_yaml(BULK)
    return found


def nodes_of(plan: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What can be asked for by name, in the order in which it is made."""
    return {GROUPS: plan[GROUPS], NUMBERS: plan[NUMBERS], **plan["items"]}


def wanted_counts(plan: dict[str, Any], counts: Mapping[str, Any]) -> dict[str, int]:
    """How many of each are to be made. Raises the 400 for what is no such number."""
    nodes = nodes_of(plan)
    for name, number in counts.items():
        if name not in nodes:
            raise invalid(f"{name[:100]}: is not known here, but {', '.join(nodes)}")
        limit = nodes[name]["limit"]
        if type(number) is not int or not 0 <= number <= limit:
            raise invalid(f"{name}: must be a whole number from 0 to {limit}")
    return {name: counts.get(name, 0) for name in nodes}


def check_collections(contract: Contract, plan: dict[str, Any]) -> None:
    """Raises the 400 for a document that does not have what groups and numbers are made for."""
    for node in (plan[GROUPS], plan[NUMBERS]):
        rule = contract.collections.get(node["collection"])
        if rule is None or rule.owner_property(plan["owner"]) is None:
            raise invalid(f"bulk: the document has no {node['collection']} of a {plan['owner']}")
