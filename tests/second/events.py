"""Subscriptions to events, of one number and of all phones: one table, so that ids are shared."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from second import faults
from second.access import database, reach_client, reach_extension
from second.database import Row
from second.intake import Key, Page, an_id, body, client_ref
from second.refusal import Refusal, broken, missing

Item = dict[str, Any]

events = Blueprint("events", __name__)
_TYPES = ("dial-in", "dial-out", "answer", "hangup", "message-in", "message-out", "voicemail")
_OF_IVR = ("dial-in", "hangup")
_URL = r"[Hh][Tt][Tt][Pp][Ss]?://[^\s\x00-\x20\x7f-\x9f/?#]+([/?#][^\s\x00-\x20\x7f-\x9f]*)?"


def _keys(types: tuple[str, ...], null: bool) -> dict[str, Key]:
    return {
        "url": Key(required=True, null=null, most=2048, pattern=_URL),
        "method": Key(required=True, null=null, words=("GET", "POST")),
        "event_type": Key(required=True, null=null, words=types),
    }


_OF_NUMBER = _keys(_TYPES, null=False), _keys(_TYPES, null=True)
_OF_PHONES = tuple(_keys((*_TYPES, "extension-call-status"), null) for null in (False, True))


@events.get("/extension/<extension_id>/event")
def list_events(extension_id: str) -> list[Item]:
    """The subscriptions of one number."""
    key, page = an_id("extension_id", extension_id), Page.asked()
    return _list("extension_id = ?", reach_extension(key), page)


@events.post("/extension/<extension_id>/event")
def create_event(extension_id: str) -> tuple[Item, int]:
    """A new one."""
    key, sent = an_id("extension_id", extension_id), body(_OF_NUMBER[0], whole_thing=True)
    _check_type(reach_extension(key), sent)
    return _add({**sent, "extension_id": key})


@events.delete("/extension/<extension_id>/event")
def delete_events(extension_id: str) -> tuple[str, int]:
    """Deletes all of the number."""
    key = reach_extension(an_id("extension_id", extension_id))
    database().run("DELETE FROM event WHERE extension_id = ?", key)
    return "", 204


@events.get("/extension/<extension_id>/event/<event_id>")
def get_event(extension_id: str, event_id: str) -> Item:
    """One of them."""
    owner, key = an_id("extension_id", extension_id), an_id("event_id", event_id)
    return _shown(_one(key, "extension_id", reach_extension(owner)))


@events.put("/extension/<extension_id>/event/<event_id>")
def update_event(extension_id: str, event_id: str) -> Item:
    """Changes the keys that are sent."""
    owner, key = an_id("extension_id", extension_id), an_id("event_id", event_id)
    sent = body(_OF_NUMBER[1], whole_thing=False)
    _one(key, "extension_id", reach_extension(owner))
    _check_type(owner, sent)
    return _change(key, sent)


@events.delete("/extension/<extension_id>/event/<event_id>")
def delete_event(extension_id: str, event_id: str) -> tuple[str, int]:
    """Deletes one."""
    owner, key = an_id("extension_id", extension_id), an_id("event_id", event_id)
    _one(key, "extension_id", reach_extension(owner))
    return _remove(key)


@events.get("/client/<client_id>/phone_events")
def list_phone_events(client_id: str) -> list[Item]:
    """The subscriptions for all phones of a client."""
    reference, page = client_ref(client_id), Page.asked()
    return _list("client_id = ?", reach_client(reference), page)


@events.post("/client/<client_id>/phone_events")
def create_phone_event(client_id: str) -> tuple[Item, int]:
    """A new one."""
    reference, sent = client_ref(client_id), body(_OF_PHONES[0], whole_thing=True)
    return _add({**sent, "client_id": reach_client(reference)})


@events.get("/client/<client_id>/phone_events/<event_id>")
def get_phone_event(client_id: str, event_id: str) -> Item:
    """One of them."""
    reference, key = client_ref(client_id), an_id("event_id", event_id)
    return _shown(_one(key, "client_id", reach_client(reference)))


@events.put("/client/<client_id>/phone_events/<event_id>")
def update_phone_event(client_id: str, event_id: str) -> Item:
    """Changes the keys that are sent."""
    reference, key = client_ref(client_id), an_id("event_id", event_id)
    sent = body(_OF_PHONES[1], whole_thing=False)
    _one(key, "client_id", reach_client(reference))
    return _change(key, sent)


@events.delete("/client/<client_id>/phone_events/<event_id>")
def delete_phone_event(client_id: str, event_id: str) -> tuple[str, int]:
    """Deletes one."""
    reference, key = client_ref(client_id), an_id("event_id", event_id)
    _one(key, "client_id", reach_client(reference))
    return _remove(key)


def _check_type(number: int, sent: Item) -> None:
    found = database().row("SELECT type FROM extension WHERE id = ?", number)
    wanted = sent.get("event_type")
    if found is None or found["type"] != "ivr" or wanted is None or wanted in _OF_IVR:
        return
    if not faults.on("ivr-takes-all-events"):
        raise broken("event_type", "be dial-in or hangup at a number of ivr-type")


def _list(condition: str, owner: int, page: Page) -> list[Item]:
    statement = f"SELECT * FROM event WHERE {condition} ORDER BY id LIMIT ? OFFSET ?"
    return [_shown(one) for one in database().rows(statement, owner, *page.bounds)]


def _one(key: int, column: str, owner: int) -> Row:
    found = database().row(f"SELECT * FROM event WHERE id = ? AND {column} = ?", key, owner)
    if found is None:
        raise Refusal(404, "Not found", missing("event").word)
    return found


def _add(row: Item) -> tuple[Item, int]:
    key = database().insert("event", row)
    return _shown(database().rows("SELECT * FROM event WHERE id = ?", key)[0]), 201


def _change(key: int, sent: Item) -> Item:
    database().update("event", key, {name: one for name, one in sent.items() if one is not None})
    return _shown(database().rows("SELECT * FROM event WHERE id = ?", key)[0])


def _remove(key: int) -> tuple[str, int]:
    database().run("DELETE FROM event WHERE id = ?", key)
    return "", 204


def _shown(event: Row) -> Item:
    return {name: event[name] for name in ("url", "method", "event_type", "id")}
