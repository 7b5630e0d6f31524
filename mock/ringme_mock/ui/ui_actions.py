"""Actions of the page's buttons; each returns its message for people."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from ringme_mock.errors import ApiError, invalid
from ringme_mock.ui.directory import DirectoryReader
from ringme_mock.ui.fault_form import faults_of
from ringme_mock.ui.page_request import PageRequest

Action = Callable[[PageRequest], Awaitable[str]]


async def make_token(request: PageRequest) -> str:
    """Make a token for a user; the page then shows it."""
    made = await request.control("POST", "/__mock__/tokens", {"login": request.text("login")})
    request.kept.keep_token(made["login"], made["access_token"])
    return f"A token for {made['login']} is ready to copy. It is good for an hour."


async def set_blocked(request: PageRequest) -> str:
    """Block or unblock a user. Raises the 404 for an unknown one."""
    users = request.state.store[request.config.view["users"]]
    entry = users.by_unique(request.text("login"))
    if entry is None:
        raise ApiError(404, "There is no such user any more")
    status = request.config.view["user_status"]
    is_blocked = request.text("blocked") == "1"
    users.update(entry[users.rule.key], {"status": status["blocked" if is_blocked else "active"]})
    login = entry["login"]
    return (
        f"{login} is blocked: its requests, also those for tokens, get 403 user_blocked."
        if is_blocked
        else f"{login} may log in again."
    )


async def arrive(request: PageRequest) -> str:
    """Simulate a call, voice message, fax or registration. Raises the 400 for no number."""
    view = request.config.view
    kind = view["arrivals"].get(request.text("kind"))
    number = request.text("number")
    if kind is None or not number.isdecimal():
        raise invalid("Choose a number")
    body = {"extension": int(number), **kind.get("body", {})}
    entry = await request.control("POST", kind["path"], body)
    called = DirectoryReader(request.state.store, view).describe(int(number))
    text: str = kind["said"]
    return text.format_map({**entry, "number": called})


async def move_call(request: PageRequest) -> str:
    """Take a step of a call in progress."""
    step, call = request.text("do"), request.text("call")
    await request.control("POST", "/__mock__/calls/{call}", {"do": step}, call=call)
    titles = request.config.view["call_steps"]
    return f"{titles.get(step, step)}: done."


async def switch_fault(request: PageRequest) -> str:
    quick = request.config.quick_faults.get(request.text("name"))
    if quick is None:
        raise invalid("There is no such switch")
    for fault in faults_of(quick, request.session):
        request.session.faults.remove(fault["id"])
    is_on = request.text("on") == "1"
    if "latency" in quick:
        wanted = quick["latency"] if is_on else {"milliseconds": 0}
        await request.control("PUT", "/__mock__/latency", wanted)
    elif is_on:
        fault = {"name": quick["title"], **quick["fault"]}
        await request.control("POST", "/__mock__/faults", fault)
    return f"{quick['title']}: {'on' if is_on else 'off'}."


async def add_fault(request: PageRequest) -> str:
    """Add the fault of the form. Raises the 400 that says what does not fit."""
    fault: dict[str, Any] = {}
    match = {name: request.text(name) for name in ("operation", "login") if request.text(name)}
    if match:
        fault["match"] = match
    if request.text("times"):
        fault["times"] = _whole(request, "times")
    if request.text("status"):
        fault["answer"] = {"status": _whole(request, "status")}
    if request.text("delay"):
        fault["delay"] = {"milliseconds": _whole(request, "delay")}
    if request.text("connection"):
        fault["connection"] = request.text("connection")
    if not fault.keys() & {"answer", "delay", "connection"}:
        raise invalid("Choose what happens: a status, a delay, or a broken connection")
    await request.control("POST", "/__mock__/faults", fault)
    return "The fault is on."


async def reset(request: PageRequest) -> str:
    keep = ["tokens"] if request.text("keep_tokens") == "1" else []
    await request.control("POST", "/__mock__/reset", {"keep": keep})
    kept = "Tokens were kept." if keep else "All tokens have ended."
    return f"The session is back at the fixtures. {kept}"


async def freeze_clock(request: PageRequest) -> str:
    frozen = request.text("frozen") == "1"
    clock = await request.control("PUT", "/__mock__/clock", {"frozen": frozen})
    state = "is frozen at" if frozen else "goes on from"
    return f"The clock {state} {clock['now']} UTC."


def _operation(method: str, path: str, text: str, body: dict[str, Any] | None = None) -> Action:
    """Make an action of one control operation, whose path parameters are fields of the form."""

    async def act(request: PageRequest) -> str:
        parameters = {name: request.text(name) for name in re.findall(r"{(\w+)}", path)}
        found = await request.control(method, path, body, **parameters)
        return text.format_map({**parameters, **(found or {})})

    return act


def _whole(request: PageRequest, name: str) -> int:
    text = request.text(name)
    if not (text.isascii() and text.isdecimal()):
        raise invalid(f"{name}: must be a whole number")
    return int(text)


_SNAPSHOT = "/__mock__/snapshots/{name}"
# By the last part of the path that a form is sent to.
ACTIONS: dict[str, Action] = {
    "token": make_token,
    "block": set_blocked,
    "arrival": arrive,
    "move-call": move_call,
    "switch": switch_fault,
    "add-fault": add_fault,
    "remove-fault": _operation("DELETE", "/__mock__/faults/{id}", "The fault is gone."),
    "end-latency": _operation(
        "PUT", "/__mock__/latency", "Responses come at once again.", {"milliseconds": 0}
    ),
    "reset": reset,
    "save-snapshot": _operation("PUT", _SNAPSHOT, "Snapshot {name} is saved."),
    "load-snapshot": _operation(
        "POST", f"{_SNAPSHOT}/load", "The session is back at snapshot {name}."
    ),
    "delete-snapshot": _operation("DELETE", _SNAPSHOT, "Snapshot {name} is deleted."),
    "advance-clock": _operation(
        "POST",
        "/__mock__/clock/advance",
        "It is {now} UTC now: older tokens have expired, limits were reset.",
        {"seconds": 3600},
    ),
    "freeze-clock": freeze_clock,
    "clear-journal": _operation("DELETE", "/__mock__/journal", "The journal is empty."),
    "end-session": _operation("DELETE", "/__mock__/sessions/{name}", "Session {name} has ended."),
}
# After these the rows of the journal are others.
EMPTY_THE_JOURNAL = frozenset({"reset", "clear-journal"})
