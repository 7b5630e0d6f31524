"""What the buttons of the page do; each gives what it has to say."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from ringme_mock.errors import ApiError, invalid
from ringme_mock.ui.directory import DirectoryReader
from ringme_mock.ui.fault_form import QuickFault
from ringme_mock.ui.visit import Visit


@dataclass(frozen=True)
class Desk:
    """What the actions need beside the visit: what view.yaml says, and the switches."""

    view: dict[str, Any]
    quick_faults: dict[str, QuickFault]


Action = Callable[[Desk, Visit], Awaitable[str]]


async def make_token(desk: Desk, visit: Visit) -> str:
    """A token for a user, which the page then shows."""
    login = visit.text("login")
    answer = await visit.control.ask("POST", "/__mock__/tokens", {"login": login})
    visit.memory.keep_token(answer["login"], answer["access_token"])
    return f"A token for {answer['login']} is ready to copy. It is good for an hour."


async def set_blocked(desk: Desk, visit: Visit) -> str:
    """Blocks a user, or lets it in again. Raises the 404 for one that is not there."""
    users = visit.state.store[desk.view["users"]]
    entry = users.by_unique(visit.text("login"))
    if entry is None:
        raise ApiError(404, "There is no such user any more")
    status = desk.view["user_status"]
    is_blocked = visit.text("blocked") == "1"
    users.update(entry[users.rule.key], {"status": status["blocked" if is_blocked else "active"]})
    login = entry["login"]
    return (
        f"{login} is blocked: its requests and log-ins get 403 user_blocked."
        if is_blocked
        else f"{login} may log in again."
    )


async def arrive(desk: Desk, visit: Visit) -> str:
    """One call, voice message, fax or registration. Raises the 400 for a number that is none."""
    kind = desk.view["arrivals"].get(visit.text("kind"))
    number = visit.text("number")
    if kind is None or not number.isdecimal():
        raise invalid("Choose a number")
    entry = await visit.control.ask("POST", kind["path"], {"extension": int(number)})
    called = DirectoryReader(visit.state.store, desk.view).describe(int(number))
    text: str = kind["said"]
    return text.format_map({**entry, "number": called})


async def switch_fault(desk: Desk, visit: Visit) -> str:
    """Turns one of the quick faults on or off."""
    quick = desk.quick_faults.get(visit.text("name"))
    if quick is None:
        raise invalid("There is no such switch")
    for name in quick.ids(visit.session):
        visit.session.faults.remove(name)
    is_on = visit.text("on") == "1"
    if quick.latency is not None:
        wanted = quick.latency if is_on else {"milliseconds": 0}
        await visit.control.ask("PUT", "/__mock__/latency", wanted)
    elif is_on:
        fault = {"name": quick.title, **(quick.fault or {})}
        await visit.control.ask("POST", "/__mock__/faults", fault)
    return f"{quick.title}: {'on' if is_on else 'off'}."


async def add_fault(desk: Desk, visit: Visit) -> str:
    """A fault from the form. Raises the 400 that says what does not fit."""
    fault: dict[str, Any] = {}
    match = {name: visit.text(name) for name in ("operation", "login") if visit.text(name)}
    if match:
        fault["match"] = match
    if visit.text("times"):
        fault["times"] = _whole(visit, "times")
    if visit.text("status"):
        fault["answer"] = {"status": _whole(visit, "status")}
    if visit.text("delay"):
        fault["delay"] = {"milliseconds": _whole(visit, "delay")}
    if visit.text("connection"):
        fault["connection"] = visit.text("connection")
    if not fault.keys() & {"answer", "delay", "connection"}:
        raise invalid("Say what is to happen: a status, a delay, or what becomes of the connection")
    await visit.control.ask("POST", "/__mock__/faults", fault)
    return "The fault is on."


async def remove_fault(desk: Desk, visit: Visit) -> str:
    """Drops one fault."""
    await visit.control.ask("DELETE", "/__mock__/faults/{id}", id=visit.text("id"))
    return "The fault is gone."


async def end_latency(desk: Desk, visit: Visit) -> str:
    """Makes the session quick again."""
    await visit.control.ask("PUT", "/__mock__/latency", {"milliseconds": 0})
    return "Answers come at once again."


async def reset(desk: Desk, visit: Visit) -> str:
    """Back to the fixtures."""
    keep = ["tokens"] if visit.text("keep_tokens") == "1" else []
    await visit.control.ask("POST", "/__mock__/reset", {"keep": keep})
    kept = "Tokens were kept." if keep else "All tokens have ended."
    return f"The session is back at the fixtures. {kept}"


async def save_snapshot(desk: Desk, visit: Visit) -> str:
    """Keeps entries and clock under a name."""
    name = visit.text("name")
    await visit.control.ask("PUT", "/__mock__/snapshots/{name}", name=name)
    return f"Snapshot {name} is saved."


async def load_snapshot(desk: Desk, visit: Visit) -> str:
    """Puts entries and clock back."""
    name = visit.text("name")
    await visit.control.ask("POST", "/__mock__/snapshots/{name}/load", name=name)
    return f"The session is back at snapshot {name}."


async def delete_snapshot(desk: Desk, visit: Visit) -> str:
    """Forgets a snapshot."""
    name = visit.text("name")
    await visit.control.ask("DELETE", "/__mock__/snapshots/{name}", name=name)
    return f"Snapshot {name} is deleted."


async def advance_clock(desk: Desk, visit: Visit) -> str:
    """Puts the clock forward by an hour."""
    clock = await visit.control.ask("POST", "/__mock__/clock/advance", {"seconds": 3600})
    return f"It is {clock['now']} UTC now: tokens from before have expired, limits start anew."


async def freeze_clock(desk: Desk, visit: Visit) -> str:
    """Stops the clock, or lets it go on."""
    frozen = visit.text("frozen") == "1"
    clock = await visit.control.ask("PUT", "/__mock__/clock", {"frozen": frozen})
    how = "stands still at" if frozen else "goes on from"
    return f"The clock {how} {clock['now']} UTC."


async def clear_journal(desk: Desk, visit: Visit) -> str:
    """Forgets all requests."""
    await visit.control.ask("DELETE", "/__mock__/journal")
    return "The journal is empty."


async def end_session(desk: Desk, visit: Visit) -> str:
    """Ends another session."""
    name = visit.text("name")
    await visit.control.ask("DELETE", "/__mock__/sessions/{name}", name=name)
    return f"Session {name} has ended."


def _whole(visit: Visit, name: str) -> int:
    text = visit.text(name)
    if not (text.isascii() and text.isdecimal()):
        raise invalid(f"{name}: must be a whole number")
    return int(text)


# By the last part of the path that a form is sent to.
ACTIONS: dict[str, Action] = {
    "token": make_token,
    "block": set_blocked,
    "arrival": arrive,
    "switch": switch_fault,
    "add-fault": add_fault,
    "remove-fault": remove_fault,
    "end-latency": end_latency,
    "reset": reset,
    "save-snapshot": save_snapshot,
    "load-snapshot": load_snapshot,
    "delete-snapshot": delete_snapshot,
    "advance-clock": advance_clock,
    "freeze-clock": freeze_clock,
    "clear-journal": clear_journal,
    "end-session": end_session,
}
# After these the rows of the journal are others.
EMPTY_THE_JOURNAL = frozenset({"reset", "clear-journal"})
