"""The data of clients, their external numbers, and the caller ids of extensions."""

from __future__ import annotations

from flask import Blueprint

from second import faults
from second.access import database, reach_client, reach_extension
from second.database import Row
from second.document import Item, fields
from second.intake import Page, body, sent_json
from second.refusal import Refusal, missing

clients = Blueprint("clients", __name__)
_TIES = ("extension_id", "message_extension_id")


@clients.get("/client/client_info/<client_id>")
@clients.get("/client/<client_id>/client")
def get_client(client_id: int | None) -> Item:
    """The data that a client may read of itself."""
    return _data(reach_client(client_id))


@clients.put("/client/client_info/<client_id>")
def update_client(client_id: int | None) -> Item:
    sent, key = body("ClientDataUpdate"), reach_client(client_id)
    length = str(sent_json().get("extension_len"))
    if faults.on("number-length-changes") and length.isdecimal():
        sent["extension_len"] = int(length)
    database().update("client", key, sent)
    return _data(key)


def _data(key: int) -> Item:
    (found,) = database().rows("SELECT * FROM client WHERE id = ?", key)
    switch = found["reg_status_log"]
    return {
        **{name: found[name] for name in fields("ClientData")},
        "extension_len": str(found["extension_len"]),
        "timezone": found["timezone"] or "Europe/Moscow",
        "reg_status_log": None if switch is None else bool(switch),
    }


@clients.get("/client/<client_id>/did")
def list_outside_numbers(client_id: int | None) -> list[Item]:
    """All external numbers of a client, by id."""
    page, client = Page.asked(), reach_client(client_id)
    found = database().page(page, "did", "client_id = ?", client)
    return [_outside_number(one) for one in found]


@clients.get("/client/<client_id>/did/<did_id>")
def get_outside_number(client_id: int | None, did_id: int) -> Item:
    return _outside_number(_of_client(did_id, reach_client(client_id)))


@clients.put("/client/<client_id>/did/<did_id>")
def update_outside_number(client_id: int | None, did_id: int) -> Item:
    """The numbers that it leads to must be the client's own."""
    sent, client = body("ExternalNumberUpdate"), reach_client(client_id)
    _of_client(did_id, client)
    known = "SELECT id FROM extension WHERE id = ? AND client_id = ?"
    for name in _TIES:
        if sent.get(name) is not None and database().row(known, sent[name], client) is None:
            raise missing("extension")
    database().update("did", did_id, sent)
    return _outside_number(_of_client(did_id, client))


def _of_client(key: int, client: int) -> Row:
    found = database().row("SELECT * FROM did WHERE id = ? AND client_id = ?", key, client)
    if found is None:
        raise Refusal(404, "Not found", "did_not_found")
    return found


def _outside_number(row: Row) -> Item:
    return {**dict(row), "allow_message": bool(row["allow_message"])}


@clients.get("/extension/<extension_id>/ani")
def get_shown_number(extension_id: int) -> Item:
    """The number that external callees see."""
    key = reach_extension(extension_id)
    (found,) = database().rows("SELECT ani_number FROM extension WHERE id = ?", key)
    return {"default": found["ani_number"]}


@clients.put("/extension/<extension_id>/ani")
def update_shown_number(extension_id: int) -> Item:
    sent, key = body("ShownNumberUpdate"), reach_extension(extension_id)
    database().update("extension", key, sent)
    if "ani_number" in sent and faults.on("ani-of-the-group"):
        (own,) = database().rows("SELECT extension_group_id FROM extension WHERE id = ?", key)
        database().run(
            "UPDATE extension SET ani_number = ? WHERE extension_group_id = ?",
            sent["ani_number"],
            own["extension_group_id"],
        )
    return get_shown_number(extension_id)
