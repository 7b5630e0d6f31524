"""Subscriptions to events, of one number and of all phones: one table, so ids are shared."""

from __future__ import annotations

from flask import Blueprint

from second import faults
from second.access import database, reach_client, reach_extension
from second.database import Row
from second.document import Item, fields
from second.intake import Page, body
from second.refusal import Refusal, broken

events = Blueprint("events", __name__)
_OF_IVR = ("dial-in", "hangup")
_OF_NUMBER = "/extension/<extension_id>/event"
_OF_PHONES = "/client/<client_id>/phone_events"


@events.get(_OF_NUMBER)
def list_events(extension_id: int) -> list[Item]:
    return _list(Page.asked(), "extension_id", reach_extension(extension_id))


@events.post(_OF_NUMBER)
def create_event(extension_id: int) -> tuple[Item, int]:
    sent, number = body("ExtensionEventCreate"), reach_extension(extension_id)
    _check_type(number, sent)
    return _add({**sent, "extension_id": number})


@events.delete(_OF_NUMBER)
def delete_events(extension_id: int) -> tuple[str, int]:
    number = reach_extension(extension_id)
    database().run("DELETE FROM event WHERE extension_id = ?", number)
    return "", 204


@events.get(f"{_OF_NUMBER}/<event_id>")
def get_event(extension_id: int, event_id: int) -> Item:
    return _one(event_id, "extension_id", reach_extension(extension_id))


@events.put(f"{_OF_NUMBER}/<event_id>")
def update_event(extension_id: int, event_id: int) -> Item:
    sent, number = body("ExtensionEventUpdate"), reach_extension(extension_id)
    _one(event_id, "extension_id", number)
    _check_type(number, sent)
    return _change(event_id, sent)


@events.delete(f"{_OF_NUMBER}/<event_id>")
def delete_event(extension_id: int, event_id: int) -> tuple[str, int]:
    return _remove(event_id, "extension_id", reach_extension(extension_id))


@events.get(_OF_PHONES)
def list_phone_events(client_id: int | None) -> list[Item]:
    return _list(Page.asked(), "client_id", reach_client(client_id))


@events.post(_OF_PHONES)
def create_phone_event(client_id: int | None) -> tuple[Item, int]:
    return _add({**body("PhoneEventCreate"), "client_id": reach_client(client_id)})


@events.get(f"{_OF_PHONES}/<event_id>")
def get_phone_event(client_id: int | None, event_id: int) -> Item:
    return _one(event_id, "client_id", reach_client(client_id))


@events.put(f"{_OF_PHONES}/<event_id>")
def update_phone_event(client_id: int | None, event_id: int) -> Item:
    sent = body("PhoneEventUpdate")
    _one(event_id, "client_id", reach_client(client_id))
    return _change(event_id, sent)


@events.delete(f"{_OF_PHONES}/<event_id>")
def delete_phone_event(client_id: int | None, event_id: int) -> tuple[str, int]:
    return _remove(event_id, "client_id", reach_client(client_id))


def _check_type(number: int, sent: Item) -> None:
    (found,) = database().rows("SELECT type FROM extension WHERE id = ?", number)
    wanted = sent.get("event_type")
    if found["type"] != "ivr" or wanted is None or wanted in _OF_IVR:
        return
    if not faults.on("ivr-takes-all-events"):
        raise broken("event_type", "be dial-in or hangup at a number of ivr-type")


def _list(page: Page, column: str, owner: int) -> list[Item]:
    return [_shown(one) for one in database().page(page, "event", f"{column} = ?", owner)]


def _one(key: int, column: str, owner: int) -> Item:
    found = database().row(f"SELECT * FROM event WHERE id = ? AND {column} = ?", key, owner)
    if found is None:
        raise Refusal(404, "Not found", "event_not_found")
    return _shown(found)


def _add(row: Item) -> tuple[Item, int]:
    key = database().insert("event", row)
    return _shown(database().rows("SELECT * FROM event WHERE id = ?", key)[0]), 201


def _change(key: int, sent: Item) -> Item:
    database().update("event", key, {name: one for name, one in sent.items() if one is not None})
    return _shown(database().rows("SELECT * FROM event WHERE id = ?", key)[0])


def _remove(key: int, column: str, owner: int) -> tuple[str, int]:
    _one(key, column, owner)
    database().run("DELETE FROM event WHERE id = ?", key)
    return "", 204


def _shown(event: Row) -> Item:
    return {name: event[name] for name in fields("ExtensionEvent")}
