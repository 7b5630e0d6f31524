"""Views of facts as the API has them, by views.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ringme_mock.calls.facts import Facts
from ringme_spec.document import read_yaml

_VIEWS = Path(__file__).with_name("views.yaml")


@dataclass(frozen=True)
class SubscriptionRule:
    """Collection of subscriptions, whose `property` names the number or client that they are for.

    `kinds` are the types of numbers that it is about; empty means all.
    """

    collection: str
    property: str
    of: str
    kinds: tuple[str, ...] = ()


@cache
def views() -> dict[str, Any]:
    """Read the views, at their first use."""
    found: dict[str, Any] = read_yaml(_VIEWS)
    return found


@cache
def subscription_rules() -> tuple[SubscriptionRule, ...]:
    return tuple(
        SubscriptionRule(**{**node, "kinds": tuple(node.get("kinds", ()))})
        for node in views()["subscriptions"]
    )


def show(facts: Facts, view: str) -> dict[str, Any]:
    """Make an object of the fields of a view."""
    return _shown(facts, views()[view])


def parameters(facts: Facts) -> dict[str, str]:
    """Make the parameters of an event, without those that have no value."""
    return {name: value for name, value in show(facts, "event").items() if value is not None}


def _shown(facts: Facts, fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(facts, one) for name, one in fields.items()}


def _value(facts: Facts, source: Any) -> Any:
    if isinstance(source, str):
        return facts[source]
    if source is None or facts[source["of"]] is None:
        return None
    return _shown(facts[source["of"]], source["is"])
