"""Users: the current user, and users of groups."""

from __future__ import annotations

from flask import Blueprint

from second import faults
from second.access import caller, database, group_of_client, reach_client
from second.database import Row
from second.document import Item, fields
from second.intake import Page, body
from second.refusal import broken, missing

group_users = Blueprint("group_users", __name__)
_ALL = "/client/<client_id>/user/extension_group"
_ONE = f"{_ALL}/<user_id>"


@group_users.get("/user")
def current_user() -> Item:
    """The user of the token; of its owners only the one of its type is set."""
    user = database().row("SELECT * FROM user WHERE id = ?", caller().id)
    assert user is not None
    owner = f"{user['type']}_id"
    found = {
        key: user[key] if key == owner or not key.endswith("_id") else None
        for key in fields("CurrentUser")
    }
    found["admin"] = bool(user["admin"])
    return found


@group_users.get(_ALL)
def list_users(client_id: int | None) -> list[Item]:
    """The users of all groups of a client, by id."""
    page, client = Page.asked(), reach_client(client_id)
    found = database().page(page, "user", "type = 'extension_group' AND client_id = ?", client)
    return [_shown(user) for user in found]


@group_users.post(_ALL)
def create_user(client_id: int | None) -> tuple[Item, int]:
    sent, client = body("GroupUserCreate", whole_thing=True), reach_client(client_id)
    _allowed(sent, client, user=0)
    kind = {"type": "extension_group", "client_id": client, "admin": False}
    key = database().insert("user", {**sent, **kind})
    return _shown(_of_client(key, client)), 201


@group_users.get(_ONE)
def get_user(client_id: int | None, user_id: int) -> Item:
    return _shown(_of_client(user_id, reach_client(client_id)))


@group_users.put(_ONE)
def update_user(client_id: int | None, user_id: int) -> Item:
    sent, client = body("GroupUserUpdate"), reach_client(client_id)
    _of_client(user_id, client)
    _allowed(sent, client, user=user_id)
    if "login" in sent and faults.on("login-lowered"):
        sent["login"] = sent["login"].lower()
    database().update("user", user_id, sent)
    return _shown(_of_client(user_id, client))


@group_users.delete(_ONE)
def delete_user(client_id: int | None, user_id: int) -> tuple[str, int]:
    """Deletes a user and its tokens."""
    _of_client(user_id, reach_client(client_id))
    database().run("DELETE FROM user WHERE id = ?", user_id)
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
    """Refuses a login that is in use, and a group that the client does not have."""
    taken = "SELECT id FROM user WHERE login = ? AND id != ?"
    if "login" in sent and database().row(taken, sent["login"], user):
        raise broken("login", "not be taken")
    if "extension_group_id" in sent:
        group_of_client(sent["extension_group_id"], client)


def _shown(user: Row) -> Item:
    return {key: user[key] for key in fields("GroupUser")}
