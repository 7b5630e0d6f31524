"""Ordering of calls, and calls in progress."""

from __future__ import annotations

import re
from datetime import datetime

from flask import Blueprint, current_app

from second import faults
from second.access import database, reach_client, reach_extension
from second.document import Item
from second.intake import body
from second.refusal import Refusal, broken
from second.switchboard import LiveCall, Switchboard

current_calls = Blueprint("current_calls", __name__)
_NEEDY = ("transfer", "attended_transfer", "eavesdrop", "whisper", "conference", "pickup")
_HANDING_OVER = _NEEDY[:2]
_OUTSIDE = re.compile(r"\+?[0-9]{1,32}")
_OF_NUMBER = "/extension/<extension_id>/current_calls"


@current_calls.post("/extension/<extension_id>/callback")
def order_call(extension_id: int) -> tuple[Item, int]:
    """Lets phones ring, and calls a number once one of them is picked up."""
    sent, number = body("Callback"), _number(reach_extension(extension_id))
    _check_phone("extension_id", number)
    client = number["client_id"]
    sources = [_source(client, one) for one in sent["src_num"]]
    ringing = [one for one in sources if one is not None]
    if not faults.on("phone-rings-twice"):
        # A phone that is named twice rings once.
        ringing = list({one["id"]: one for one in ringing}.values())
    target = _internal(client, "dst_num", sent["dst_num"])
    call = LiveCall(client, sent["dst_num"], ringing, exists=target != {})
    _board().begin(call)
    return {"call_api_id": call.id, "call_id": call.id}, 201


@current_calls.get("/client/<client_id>/current_calls")
def calls_of_client(client_id: int | None) -> Item:
    client = reach_client(client_id)
    every = [_shown(one, number) for one in _board().calls(client) for number in one.numbers]
    return {"call_list": every}


@current_calls.get(_OF_NUMBER)
def calls_of_number(extension_id: int) -> Item:
    found = _at(reach_extension(extension_id))
    return {"call_list": [_shown(call, number) for call, number in found]}


@current_calls.get(f"{_OF_NUMBER}/<call>")
def read_call(extension_id: int, call: str) -> Item:
    return _shown(*_found(reach_extension(extension_id), call))


@current_calls.put(f"{_OF_NUMBER}/<call>")
def move_call(extension_id: int, call: str) -> Item:
    """Hands a call over, or accepts an action that does not show in it."""
    sent = body("CallAction", whole_thing=True)
    live, number = _found(reach_extension(extension_id), call)
    if sent["action"] in _NEEDY and not sent["send_dst"]:
        raise broken("send_dst", f"be there for {sent['action']}")
    whispers = sent["action"] == "whisper" and faults.on("whisper-hands-over")
    if sent["action"] not in _HANDING_OVER and not whispers:
        return _shown(live, number)
    target = _internal(live.client, "send_dst", sent["send_dst"])
    if live.answered is None or target == {}:
        raise broken("send_dst", "be a number that exists, and the call be answered")
    if target is None:
        live.target = sent["send_dst"]
        return _shown(live, number)
    before = _shown(live, number)
    live.hand_over(number, target)
    return before


@current_calls.delete(f"{_OF_NUMBER}/<call>")
def end_call(extension_id: int, call: str) -> tuple[str, int]:
    live, _ = _found(reach_extension(extension_id), call)
    live.cancelled = True
    _board().end(live)
    return "", 204


def _board() -> Switchboard:
    found: Switchboard = current_app.config["SWITCHBOARD"]
    return found


def _number(key: int) -> Item:
    return dict(database().rows("SELECT * FROM extension WHERE id = ?", key)[0])


def _at(key: int) -> list[tuple[LiveCall, Item]]:
    """The calls that a number takes part in, with the number."""
    everywhere = faults.on("call-at-any-number")
    return [
        (call, number)
        for call in _board().calls(_number(key)["client_id"])
        for number in call.numbers
        if number["id"] == key or everywhere
    ]


def _found(key: int, text: str) -> tuple[LiveCall, Item]:
    for call, number in _at(key):
        if text.lower() in (call.id, call.long_id):
            return call, number
    raise Refusal(404, "Not found", "call_not_found")


# --- the phones that ring


def _check_phone(field: str, number: Item) -> None:
    if faults.on("menu-rung") and number["type"] == "ivr":
        return
    if number["type"] != "phone" or number["status"] != "active":
        raise broken(field, "be an active phone")


def _source(client: int, text: str) -> Item | None:
    """The internal number of a text, which must be an active phone; None for an external one."""
    found = _internal(client, "src_num", text)
    if found == {}:
        raise broken("src_num", "name numbers of the client, or numbers outside")
    if found is not None:
        _check_phone("src_num", found)
    return found


def _internal(client: int, field: str, text: str) -> Item | None:
    """The internal number of a text, empty if it does not exist; None for an external one."""
    (owner,) = database().rows("SELECT * FROM client WHERE id = ?", client)
    prefix, star, digits = text.rpartition("*")
    if star and prefix != owner["prefix"]:
        raise broken(field, f"begin with {owner['prefix']}*, or have no prefix")
    if not star and (len(text) != owner["extension_len"] or not text.isdecimal()):
        if not _OUTSIDE.fullmatch(text):
            raise broken(field, "be a number")
        return None
    name = f"{owner['prefix']}*{digits}"
    found = database().row("SELECT * FROM extension WHERE client_id = ? AND name = ?", client, name)
    return dict(found) if found else {}


# --- responses


def _shown(call: LiveCall, number: Item) -> Item:
    name = number["caller_id_name"] or number["name"]
    return {
        "call_api_id": call.long_id,
        "call_id": call.id,
        "subcall_id": call.leg_id(number),
        "call_flow": "OUT",
        "caller_id_number": number["name"],
        "caller_id_name": name,
        "called_number": call.target,
        "called_did": None,
        "caller_extension": {
            "id": number["id"],
            "type": number["type"],
            "name": f"{number['name']}@{number['domain']}",
            "client_id": number["client_id"],
            "extension_group_id": number["extension_group_id"],
        },
        "called_extension": None,
        "extension_id": number["id"],
        "init_time_gmt": _text(call.began),
        "answer_time_gmt": call.answered and _text(call.answered),
        "record_uuid": None,
        "callback_id": call.id,
        "real_call": True,
    }


def _text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 10000:02}"
