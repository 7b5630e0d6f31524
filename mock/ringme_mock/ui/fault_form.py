"""Faults and latency as the page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ringme_mock.http.sessions import Session
from ringme_spec.document import read_yaml

_FILE = Path(__file__).with_name("quick_faults.yaml")


@dataclass(frozen=True)
class QuickFault:
    """A switch for one fault, or for latency."""

    name: str
    title: str
    help: str
    fault: dict[str, Any] | None = None
    latency: dict[str, int] | None = None

    def ids(self, session: Session) -> list[str]:
        """List the faults of the session that this switch added."""
        return [one["id"] for one in session.faults.show_all() if one.get("name") == self.title]

    def is_on(self, session: Session) -> bool:
        if self.latency is not None:
            return session.latency.as_json() == self.latency
        return any(
            one.get("name") == self.title and not is_used_up(one)
            for one in session.faults.show_all()
        )


def read_quick_faults(path: Path = _FILE) -> dict[str, QuickFault]:
    return {name: QuickFault(name, **node) for name, node in read_yaml(path).items()}


def is_used_up(fault: dict[str, Any]) -> bool:
    return "times" in fault and bool(fault["applied"] >= fault["times"])


def describe(fault: dict[str, Any]) -> str:
    return f"{_requests(fault)}: {', '.join(_effects(fault))}"


def _requests(fault: dict[str, Any]) -> str:
    match = fault.get("match", {})
    which = " ".join(str(match[name]) for name in ("method", "operation", "path") if name in match)
    text = which or "Every request"
    if "login" in match:
        text += f" of {match['login']}"
    if "nth" in fault:
        text += f", number {fault['nth']}"
    if "every" in fault:
        text += f", each {fault['every']}th"
    if "probability" in fault:
        text += f", with a chance of {fault['probability']:g}"
    return text


def _effects(fault: dict[str, Any]) -> list[str]:
    effects = []
    forced = fault.get("answer")
    if forced is not None:
        word = f" {forced['word']}" if "word" in forced else ""
        effects.append(f"response {forced['status']}{word}")
    if "delay" in fault:
        effects.append(delay_text(fault["delay"]))
    if "connection" in fault:
        effects.append(f"connection: {fault['connection']}")
    if "times" in fault:
        effects.append("once" if fault["times"] == 1 else f"{fault['times']} times")
    return effects


def delay_text(delay: dict[str, int]) -> str:
    low = delay.get("milliseconds", delay.get("from", 0))
    high = delay.get("milliseconds", delay.get("to", low))
    return f"{low} ms later" if low == high else f"{low} to {high} ms later"
