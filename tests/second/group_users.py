"""Users: who the caller is, and those who may see just one group."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from second import faults
from second.access import caller, database, group_of_client, reach_client
from second.database import Row
from second.intake import BIGGEST, Key, Page, an_id, body, client_ref
from second.refusal import broken, missing

Item = dict[str, Any]

group_users = Blueprint("group_users", __name__)
# The signs that the document leaves out of an address.
_SPACES = r" \t\r\n"
_KEYS = {
    "name": Key(required=True, least=1, most=255),
    "login": Key(required=True, least=1, most=255),
    "password": Key(required=True, least=1, most=255),
    "email": Key(required=True, most=255, pattern=f"[^@{_SPACES}]+@[^@{_SPACES}]+"),
    "extension_group_id": Key(int, required=True, least=1, most=BIGGEST),
    "access": Key(default="full", words=("full", "read_only")),
    "status": Key(default="active", words=("active", "blocked")),
    "comment": Key(null=True),
    "extra_params": Key(null=True),
    "timezone": Key(default="Europe/Moscow", least=1),
    "email_notify": Key(bool, default=False),
    "email_for_notify": Key(null=True),
}
_SHOWN = (
    "id",
    "name",
    "login",
    "email",
    "extension_group_id",
    "access",
    "status",
    "comment",
    "extra_params",
    "timezone",
)
_WHO = (
    "dealer_id",
    "admin",
    "extra_params",
    "access",
    "extension_id",
    "client_id",
    "extension_group_id",
    "timezone",
    "login",
    "id",
)


@group_users.get("/user")
def current_user() -> Item:
    """Who the token acts for; of its owners just the one of its type."""
    user = database().row("SELECT * FROM user WHERE id = ?", caller().id)
    assert user is not None
    owner = f"{user['type']}_id"
    found = {key: user[key] if key == owner or not key.endswith("_id") else None for key in _WHO}
    found["admin"] = bool(user["admin"])
    return found


@group_users.get("/client/<client_id>/user/extension_group")
def list_users(client_id: str) -> list[Item]:
    """The users of all groups of a client, by id."""
    reference, page = client_ref(client_id), Page.asked()
    found = database().rows(
        "SELECT * FROM user WHERE type = 'extension_group' AND client_id = ?"
        " ORDER BY id LIMIT ? OFFSET ?",
        reach_client(reference),
        *page.bounds,
    )
    return [_shown(user) for user in found]


@group_users.post("/client/<client_id>/user/extension_group")
def create_user(client_id: str) -> tuple[Item, int]:
    """A new user of a group."""
    reference, sent = client_ref(client_id), body(_KEYS, whole_thing=True)
    client = reach_client(reference)
    _allowed(sent, client, user=0)
    kind = {"type": "extension_group", "client_id": client, "admin": False}
    key = database().insert("user", {**sent, **kind})
    return _shown(_of_client(key, client)), 201


@group_users.get("/client/<client_id>/user/extension_group/<user_id>")
def get_user(client_id: str, user_id: str) -> Item:
    """One user of a group."""
    reference, key = client_ref(client_id), an_id("user_id", user_id)
    return _shown(_of_client(key, reach_client(reference)))


@group_users.put("/client/<client_id>/user/extension_group/<user_id>")
def update_user(client_id: str, user_id: str) -> Item:
    """Changes the keys that are sent."""
    reference, key = client_ref(client_id), an_id("user_id", user_id)
    sent = body(_KEYS, whole_thing=False)
    client = reach_client(reference)
    _of_client(key, client)
    _allowed(sent, client, user=key)
    if "login" in sent and faults.on("login-lowered"):
        sent["login"] = sent["login"].lower()
    database().update("user", key, sent)
    return _shown(_of_client(key, client))


@group_users.delete("/client/<client_id>/user/extension_group/<user_id>")
def delete_user(client_id: str, user_id: str) -> tuple[str, int]:
    """Deletes a user, whose tokens go along."""
    reference, key = client_ref(client_id), an_id("user_id", user_id)
    _of_client(key, reach_client(reference))
    database().run("DELETE FROM user WHERE id = ?", key)
    return "", 204


def _of_client(key: int, client: int) -> Row:
    found = database().row(
        "SELECT * FROM user WHERE id = ? AND client_id = ? AND type = 'extension_group'",
        key,
        client,
    )
    if found is None:
        raise missing("user")
    return found


def _allowed(sent: Item, client: int, user: int) -> None:
    """Refuses a login that another user has, and a group that the client does not have."""
    taken = "SELECT id FROM user WHERE login = ? AND id != ?"
    if "login" in sent and database().row(taken, sent["login"], user):
        raise broken("login", "not be taken")
    if "extension_group_id" in sent:
        group_of_client(sent["extension_group_id"], client)


def _shown(user: Row) -> Item:
    return {key: user[key] for key in _SHOWN}
