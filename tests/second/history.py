"""Call history: legs, and the calls that they make up."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from itertools import groupby

from flask import Blueprint

from second import faults
from second.access import database, reach_client, reach_extension
from second.database import LEG, Row, moment
from second.document import Item, fields
from second.intake import USUAL, Page, one_of, value, values, whole
from second.recorded import record_url
from second.refusal import Refusal
from second.span import Span

Leg = Item
Call = Item

history = Blueprint("history", __name__)
# Properties computed from all legs of a call; the others are those of the first leg.
_WORKED_OUT = {
    "call_uuid", "flow", "result", "start_time_gmt", "hangup_time_gmt", "duration", "hangup_cause",
    "hangup_disposition",
}  # fmt: skip
_OF_FIRST = [
    name
    for name in fields("CallFacts")
    if name not in _WORKED_OUT and not name.startswith("bridged_")
]
# Properties of a call that this service does not know.
_UNKNOWN = dict.fromkeys(fields("CallExtras"))


@history.get("/client/<client_id>/call_history")
def list_history(client_id: int | None) -> Call:
    asked = _Question("in", "out")
    return asked.answer("call_history", _calls(reach_client(client_id)))


@history.get("/client/<client_id>/call_history/<plain:uuid>")
def read_call(client_id: int | None, uuid: str) -> Call:
    for call in _calls(reach_client(client_id)):
        if call["call_uuid"] == uuid.upper():
            return call
    raise Refusal(404, "Not found", "call_not_found")


@history.get("/client/<client_id>/calls")
def list_calls(client_id: int | None) -> Call:
    asked = _Question("in", "out")
    found = asked.answer("calls", _calls(reach_client(client_id)))
    for call in found["calls"]:
        del call["cdr"]
        call |= _UNKNOWN
    return found


@history.get("/client/<client_id>/calls/stats")
def call_stats(client_id: int | None) -> Call:
    """The numbers of incoming and outgoing calls."""
    span = Span.asked("record")
    return _counted(_calls(reach_client(client_id)), span)


@history.get("/client/<client_id>/cdr")
def legs_of_client(client_id: int | None) -> Call:
    """The legs of all numbers, including deleted ones."""
    asked = _Question("in", "out", "transfer")
    return asked.answer("cdr", _legs("client_id", reach_client(client_id)))


@history.get("/extension/<extension_id>/cdr")
def legs_of_number(extension_id: int) -> Call:
    asked = _Question("in", "out", "transfer")
    return asked.answer("cdr", _legs("extension_id", reach_extension(extension_id)))


@history.get("/extension/<extension_id>/cdr/stats")
def leg_stats(extension_id: int) -> Call:
    """The numbers of incoming and outgoing legs of a number."""
    span = Span.asked("record")
    return _counted(_legs("extension_id", reach_extension(extension_id)), span)


class _Question:
    def __init__(self, *flows: str) -> None:
        page = Page.asked()
        self.page, self.size = page.number, page.size or USUAL
        self.order = one_of("order", value("order") or "desc", ("asc", "desc"))
        self.flows = [one_of("flow", one, flows) for one in values("flow")]
        numbers = [whole("extension_id", one, 0, 2**63 - 1) for one in values("extension_id")]
        self.numbers = {one for one in numbers if one}
        self.parties = {name: values(name) for name in ("from_username", "to_username")}
        self.span = Span.asked("record")

    def answer(self, name: str, found: list[Leg]) -> Call:
        """A page of `found`, which is in order of time."""
        if faults.on("backwards-range-empty") and str(self.span.start) > str(self.span.end):
            return {"page": self.page, "per_page": self.size, "order": self.order, name: []}
        start, end = self.span.moments("record")
        chosen = [
            one
            for one in found
            if start <= moment(one["init_time_gmt"]) <= end and self._takes(one)
        ]
        if self.order == "desc":
            chosen.reverse()
        first = (self.page - 1) * self.size
        page = chosen[first : first + self.size]
        return {"page": self.page, "per_page": self.size, "order": self.order, name: page}

    def _takes(self, one: Leg) -> bool:
        if self.flows and one["flow"] not in self.flows:
            return False
        if self.numbers:
            legs = [one] if faults.on("call-by-first-leg") else one.get("cdr", [one])
            if not self.numbers & {leg["extension_id"] for leg in legs}:
                return False
        if faults.on("found-by-dest-number") and one.get("dest_number") in values("to_username"):
            return True
        return all(not given or one[name] in given for name, given in self.parties.items())


def _counted(found: list[Leg], span: Span) -> Call:
    start, end = span.moments("record")
    if faults.on("call-stats-short"):
        found = [one for one in found if moment(one["init_time_gmt"]) != end]
    flows = [one["flow"] for one in found if start <= moment(one["init_time_gmt"]) <= end]
    if faults.on("transfer-counted"):
        flows = ["in" if flow == "transfer" else flow for flow in flows]
    return {flow: {"total": flows.count(flow)} for flow in ("in", "out")}


def _legs(column: str, owner: int) -> list[Leg]:
    """The legs of an owner in order of time."""
    rows = database().rows(
        "SELECT leg.*, item.size, item.file FROM leg LEFT JOIN item ON item.kind = 'record' AND"
        f" item.key = leg.record WHERE leg.{column} = ?"
        " ORDER BY leg.moment, leg.call_uuid, leg.extension_id",
        owner,
    )
    return [_leg(row) for row in rows]


def _leg(row: Row) -> Leg:
    known = json.loads(row["answer"])
    found = {"call_uuid": row["call_uuid"], **{name: known[name] for name in LEG}}
    has_record = row["file"] is not None or faults.on("leg-keeps-record")
    found["record_uuid"] = row["record"] if has_record else None
    found["record_file_size"] = row["size"]
    if row["file"] is not None:
        found["storage_url"] = record_url(row["file"], row["record"])
    return found


def _calls(client: int) -> list[Call]:
    """The calls of a client in order of time."""
    by_call: Callable[[Leg], str] = lambda leg: leg["call_uuid"]  # noqa: E731
    legs = sorted(_legs("client_id", client), key=by_call)
    calls = [_call(uuid, list(parts)) for uuid, parts in groupby(legs, by_call)]
    return sorted(calls, key=lambda one: (moment(one["init_time_gmt"]), one["call_uuid"]))


def _call(uuid: str, legs: list[Leg]) -> Call:
    """The call with these legs, the first of which began first."""
    first = legs[0]
    last = max(enumerate(legs), key=lambda one: (one[1]["hangup_time_gmt"], one[0]))[1]
    taken = _earliest([one for one in legs if one["result"] in ("answered", "voicemail")])
    bridged = _earliest(
        [one for one in legs if one["result"] == "answered" and one["extension_type"] == "phone"]
    )
    start = taken and taken["start_time_gmt"]
    joined = bridged and bridged["start_time_gmt"]
    end = last["hangup_time_gmt"]
    return {
        "call_uuid": uuid,
        "flow": "in" if first["flow"] == "transfer" else first["flow"],
        "result": _result(taken, bridged, last),
        "start_time_gmt": start,
        "hangup_time_gmt": end,
        "duration": _seconds(start, end) if start else 0,
        "bridged_time_gmt": joined,
        "bridged_username": bridged and bridged["dest_number"],
        "bridged_domain": bridged and bridged["dest_domain"],
        "bridged_duration": _seconds(joined, end) if joined else None,
        **{name: first[name] for name in _OF_FIRST},
        "hangup_cause": (first if faults.on("ended-as-first-leg") else last)["hangup_cause"],
        "hangup_disposition": last["hangup_disposition"],
        "cdr": [{name: one for name, one in leg.items() if name != "call_uuid"} for leg in legs],
    }


def _earliest(legs: list[Leg]) -> Leg | None:
    picked_up = [one for one in legs if one["start_time_gmt"]]
    return min(picked_up, key=lambda one: str(one["start_time_gmt"]), default=None)


def _result(taken: Leg | None, bridged: Leg | None, last: Leg) -> str:
    if bridged and not faults.on("never-bridged"):
        return "bridged"
    if taken:
        return "answered"
    plain = ("busy", "not answered", "failed", "rejected")
    return str(last["result"]) if last["result"] in plain else "not answered"


def _seconds(start: str, end: str) -> int:
    lasted = datetime.fromisoformat(end) - datetime.fromisoformat(start)
    return int(lasted.total_seconds())
