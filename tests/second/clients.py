"""The data of clients, their external numbers, and the numbers that extensions show outside."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from second.access import database, reach_client, reach_extension
from second.database import Row
from second.intake import BIGGEST, Key, Page, an_id, body, client_ref
from second.refusal import Refusal, missing

Item = dict[str, Any]

clients = Blueprint("clients", __name__)
_TEXT = Key(null=True)
_NUMBER = Key(int, null=True, least=-BIGGEST - 1, most=BIGGEST)
_EMAIL = Key(null=True, most=255, pattern=r"[^@ \t\r\n]+@[^@ \t\r\n]+")
_DATA = {
    "name": Key(least=1, most=255),
    "domain_prefix": _TEXT,
    "email": _EMAIL,
    "timezone": Key(least=1),
    "language": _TEXT,
    "type": Key(null=True, words=("J", "F")),
    "extra_params": _TEXT,
    "ambassadors": _TEXT,
    "contact_phones": _TEXT,
    "jur_address": _TEXT,
    "fact_address": _TEXT,
    "geo_list": _TEXT,
    "dial_rule_id": _NUMBER,
    "did_as_transfer_caller_id": _TEXT,
    "hold_music": _NUMBER,
    "disk_space_notify_email": _EMAIL,
    "disk_space_notify_threshold": _NUMBER,
    "reg_status_log": Key(bool, null=True),
    "record_format": _TEXT,
}
_EXTENSION = Key(int, null=True, least=1, most=BIGGEST)
_TIES = ("extension_id", "message_extension_id")
_NUMBER_KEYS = {"comment": _TEXT, **dict.fromkeys(_TIES, _EXTENSION)}


@clients.get("/client/client_info/<client_id>")
@clients.get("/client/<client_id>/client")
def get_client(client_id: str) -> Item:
    """All that a client may know of itself."""
    return _data(reach_client(client_ref(client_id)))


@clients.put("/client/client_info/<client_id>")
def update_client(client_id: str) -> Item:
    """Changes the keys that are sent."""
    reference, sent = client_ref(client_id), body(_DATA, whole_thing=False)
    key = reach_client(reference)
    database().update("client", key, sent)
    return _data(key)


def _data(key: int) -> Item:
    found = database().row("SELECT * FROM client WHERE id = ?", key)
    assert found is not None
    data = {name: value for name, value in dict(found).items() if name != "status"}
    switch = found["reg_status_log"]
    return {
        **data,
        "extension_len": str(found["extension_len"]),
        "timezone": found["timezone"] or "Europe/Moscow",
        "reg_status_log": None if switch is None else bool(switch),
    }


@clients.get("/client/<client_id>/did")
def list_outside_numbers(client_id: str) -> list[Item]:
    """All external numbers of a client by id."""
    reference, page = client_ref(client_id), Page.asked()
    found = database().rows(
        "SELECT * FROM did WHERE client_id = ? ORDER BY id LIMIT ? OFFSET ?",
        reach_client(reference),
        *page.bounds,
    )
    return [_outside_number(one) for one in found]


@clients.get("/client/<client_id>/did/<did_id>")
def get_outside_number(client_id: str, did_id: str) -> Item:
    """One external number."""
    reference, key = client_ref(client_id), an_id("did_id", did_id)
    return _outside_number(_of_client(key, reach_client(reference)))


@clients.put("/client/<client_id>/did/<did_id>")
def update_outside_number(client_id: str, did_id: str) -> Item:
    """Changes the keys that are sent; the numbers that it leads to are the client's own."""
    reference, key = client_ref(client_id), an_id("did_id", did_id)
    sent = body(_NUMBER_KEYS, whole_thing=False)
    client = reach_client(reference)
    _of_client(key, client)
    known = "SELECT id FROM extension WHERE id = ? AND client_id = ?"
    for name in _TIES:
        if sent.get(name) is not None and database().row(known, sent[name], client) is None:
            raise missing("extension")
    database().update("did", key, sent)
    return _outside_number(_of_client(key, client))


def _of_client(key: int, client: int) -> Row:
    found = database().row("SELECT * FROM did WHERE id = ? AND client_id = ?", key, client)
    if found is None:
        raise Refusal(404, "Not found", "did_not_found")
    return found


def _outside_number(row: Row) -> Item:
    return {**dict(row), "allow_message": bool(row["allow_message"])}


@clients.get("/extension/<extension_id>/ani")
def get_shown_number(extension_id: str) -> Item:
    """What called parties outside see of a number."""
    key = reach_extension(an_id("extension_id", extension_id))
    found = database().row("SELECT ani_number FROM extension WHERE id = ?", key)
    return {"default": found["ani_number"] if found else None}


@clients.put("/extension/<extension_id>/ani")
def update_shown_number(extension_id: str) -> Item:
    """Another one, or none."""
    key = an_id("extension_id", extension_id)
    sent = body({"ani_number": Key(null=True, most=255)}, whole_thing=False)
    database().update("extension", reach_extension(key), sent)
    return get_shown_number(extension_id)
