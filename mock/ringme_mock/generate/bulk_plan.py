"""Plan of `bulk.yaml`, the requested counts, and the rhythm of an office."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from ringme_mock.errors import invalid
from ringme_spec.contract import Contract
from ringme_spec.document import read_yaml

BULK = Path(__file__).with_name("bulk.yaml")
GROUPS = "groups"
NUMBERS = "extensions"
bulk_plan = cache(lambda: read_yaml(BULK))
_HOUR = timedelta(hours=1)
_HUNDREDTH = timedelta(milliseconds=10)


def nodes_of(plan: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what a request can name, in the order in which it is made."""
    return {GROUPS: plan[GROUPS], NUMBERS: plan[NUMBERS], **plan["items"]}


def wanted_counts(plan: dict[str, Any], counts: Mapping[str, Any]) -> dict[str, int]:
    """Check the requested counts. Raises the 400 for an unknown name or an invalid count."""
    nodes = nodes_of(plan)
    for name, number in counts.items():
        if name not in nodes:
            raise invalid(f"{name[:100]}: is unknown; known: {', '.join(nodes)}")
        limit = nodes[name]["limit"]
        if type(number) is not int or not 0 <= number <= limit:
            raise invalid(f"{name}: must be a whole number from 0 to {limit}")
    return {name: counts.get(name, 0) for name in nodes}


def check_collections(contract: Contract, plan: dict[str, Any]) -> None:
    """Raise the 400 if the document lacks the collections of groups and numbers."""
    for node in (plan[GROUPS], plan[NUMBERS]):
        rule = contract.collections.get(node["collection"])
        if rule is None or rule.owner_property(plan["owner"]) is None:
            raise invalid(f"bulk: the document has no {node['collection']} of a {plan['owner']}")


def draw_moments(
    span: tuple[datetime, datetime], plan: Mapping[str, Any], number: int, random: Random
) -> list[datetime]:
    """Draw sorted datetimes within a span, with the busy hours and quiet days of an office.

    In the plan, `hours` are the weights from 0 to 23 UTC, `weekdays` those from Monday to Sunday.
    `fractions` is the share of datetimes with a fraction of a second.
    """
    start, end = span
    slots, weights = [], []
    while start < end:
        stop = min(start.replace(minute=0, second=0, microsecond=0) + _HOUR, end)
        length = (stop - start) // _HUNDREDTH
        slots.append((start, length))
        weights.append(plan["hours"][start.hour] * plan["weekdays"][start.weekday()] * length)
        start = stop
    found = []
    for begin, length in random.choices(slots, weights, k=number):
        at = begin + int(random.random() * length) * _HUNDREDTH
        whole = random.random() >= plan["fractions"]
        found.append(at.replace(microsecond=0) if whole else at)
    return sorted(found)
