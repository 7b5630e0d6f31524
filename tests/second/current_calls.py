"""Calls that are ordered, and calls in progress."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from flask import Blueprint, current_app

from second import faults
from second.access import database, reach_client, reach_extension
from second.intake import BIGGEST, Key, an_id, body, client_ref
from second.refusal import Refusal, broken
from second.switchboard import LiveCall, Switchboard

Item = dict[str, Any]

current_calls = Blueprint("current_calls", __name__)
_NEEDY = ("transfer", "attended_transfer", "eavesdrop", "whisper", "conference", "pickup")
_ACTION = {
    "action": Key(required=True, words=(*_NEEDY, "hold", "offhold", "park")),
    "send_dst": Key(null=True, most=64),
}
_SECONDS = Key(int, null=True, least=1, most=86400)
_SHORT, _SOUND = Key(null=True, most=64), Key(int, null=True, least=-BIGGEST - 1, most=BIGGEST)
_CALLBACK = {
    "src_num": Key(list, required=True),
    "dst_num": Key(required=True, least=1, most=64),
    "allow_public_transfer": Key(bool, null=True),
    "call_duration": _SECONDS,
    "caller_id_name": Key(null=True, most=255),
    "caller_id_number": _SHORT,
    "src_caller_id_name": Key(null=True, most=255),
    "src_caller_id_number": _SHORT,
    "src_ani": _SHORT,
    "dst_ani": _SHORT,
    "announce_sound_id": _SOUND,
    "dst_announce_sound_id": _SOUND,
    "dst_dtmf": Key(null=True, most=64, pattern="[0-9*#Ww]*"),
    "transfer_after_dst_hangup": _SHORT,
    "transfer_after_src_hangup": _SHORT,
    "wait_for_pickup": Key(int, null=True, least=1, most=3600),
}
_MOST_SOURCES = 50
_OUTSIDE = re.compile(r"\+?[0-9]{7,15}")


@current_calls.post("/extension/<extension_id>/callback")
def order_call(extension_id: str) -> tuple[Item, int]:
    """Has phones ring, and calls a number once somebody picks up."""
    key, sent = an_id("extension_id", extension_id), body(_CALLBACK, whole_thing=True)
    _check_sources(sent["src_num"])
    number = _number(reach_extension(key))
    _check_phone("extension_id", number)
    client = number["client_id"]
    sources = [_source(client, one) for one in sent["src_num"]]
    # A phone that is named twice rings once.
    ringing = {one["id"]: one for one in sources if one is not None}
    call = LiveCall(client, sent["dst_num"], list(ringing.values()))
    _board().begin(call)
    return {"call_api_id": call.id, "call_id": call.id}, 201


@current_calls.get("/client/<client_id>/current_calls")
def calls_of_client(client_id: str) -> Item:
    """The calls in progress of all phones."""
    client = reach_client(client_ref(client_id))
    every = [_shown(one, number) for one in _board().calls(client) for number in one.numbers]
    return {"call_list": every}


@current_calls.get("/extension/<extension_id>/current_calls")
def calls_of_number(extension_id: str) -> Item:
    """The calls in progress of a number."""
    key = reach_extension(an_id("extension_id", extension_id))
    return {"call_list": [_shown(call, number) for call, number in _at(key)]}


@current_calls.get("/extension/<extension_id>/current_calls/<call>")
def read_call(extension_id: str, call: str) -> Item:
    """One of them."""
    key = reach_extension(an_id("extension_id", extension_id))
    return _shown(*_found(key, call))


@current_calls.put("/extension/<extension_id>/current_calls/<call>")
def move_call(extension_id: str, call: str) -> Item:
    """Does something with a call; none of it shows in the call itself."""
    key, sent = an_id("extension_id", extension_id), body(_ACTION, whole_thing=True)
    found = _found(reach_extension(key), call)
    if sent["action"] in _NEEDY and not sent["send_dst"]:
        raise broken("send_dst", f"be there for {sent['action']}")
    return _shown(*found)


@current_calls.delete("/extension/<extension_id>/current_calls/<call>")
def end_call(extension_id: str, call: str) -> tuple[str, int]:
    """Ends a call for all who take part."""
    key = reach_extension(an_id("extension_id", extension_id))
    _board().end(_found(key, call)[0])
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


# --- who is rung


def _check_sources(sources: list[Any]) -> None:
    if not 1 <= len(sources) <= _MOST_SOURCES:
        raise broken("src_num", f"have 1 to {_MOST_SOURCES} numbers")
    for one in sources:
        Key(least=1, most=64).check("src_num", one)


def _check_phone(field: str, number: Item) -> None:
    if faults.on("menu-rung") and number["type"] == "ivr":
        return
    if number["type"] != "phone" or number["status"] != "active":
        raise broken(field, "be an active phone")


def _source(client: int, text: str) -> Item | None:
    """The internal number that is meant; None for one outside."""
    prefix = database().rows("SELECT prefix FROM client WHERE id = ?", client)[0]["prefix"]
    name = text if "*" in text else f"{prefix}*{text}"
    found = database().row("SELECT * FROM extension WHERE client_id = ? AND name = ?", client, name)
    if found is None:
        if _OUTSIDE.fullmatch(text):
            return None
        raise broken("src_num", "name numbers of the client, or numbers outside")
    _check_phone("src_num", dict(found))
    return dict(found)


# --- what is shown


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
