"""Faults and latency as the page shows them."""

from __future__ import annotations

from typing import Any

from ringme_mock.http.sessions import Session

# A switch for a fault, or for latency, by name, as quick_faults.yaml describes it.
QuickFaults = dict[str, dict[str, Any]]


def faults_of(quick: dict[str, Any], session: Session) -> list[dict[str, Any]]:
    """List the faults of the session that a switch added."""
    return [one for one in session.faults.show_all() if one.get("name") == quick["title"]]


def is_on(quick: dict[str, Any], session: Session) -> bool:
    if "latency" in quick:
        return bool(session.latency.as_json() == quick["latency"])
    return not all(map(is_used_up, faults_of(quick, session)))


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
