"""Groups of numbers."""

from __future__ import annotations

from flask import Blueprint

from second import faults
from second.access import database, group_of_client, reach_client
from second.database import Row
from second.document import Item, fields
from second.intake import Page, body

groups = Blueprint("groups", __name__)
_ALL = "/client/<client_id>/extension_group"
_ONE = f"{_ALL}/<ext_group_id>"


@groups.get(_ALL)
def list_groups(client_id: int | None) -> list[Item]:
    page, client = Page.asked(), reach_client(client_id)
    condition = "client_id = ? OR ?"
    found = database().page(
        page, "extension_group", condition, client, faults.on("leak-other-client")
    )
    return [_shown(group) for group in found]


@groups.post(_ALL)
def create_group(client_id: int | None) -> tuple[Item, int]:
    sent, client = body("GroupCreate", whole_thing=True), reach_client(client_id)
    key = database().insert("extension_group", {**sent, "client_id": client})
    return _shown(group_of_client(key, client)), 201


@groups.get(_ONE)
def get_group(client_id: int | None, ext_group_id: int) -> Item:
    return _shown(group_of_client(ext_group_id, reach_client(client_id)))


@groups.put(_ONE)
def update_group(client_id: int | None, ext_group_id: int) -> Item:
    sent, client = body("GroupUpdate"), reach_client(client_id)
    group_of_client(ext_group_id, client)
    if faults.on("partial-put-resets"):
        sent.setdefault("extra_params", None)
    database().update("extension_group", ext_group_id, sent)
    return _shown(group_of_client(ext_group_id, client))


@groups.delete(_ONE)
def delete_group(client_id: int | None, ext_group_id: int) -> tuple[str, int]:
    """Deletes a group and its users, and releases its members."""
    group_of_client(ext_group_id, reach_client(client_id))
    database().run("DELETE FROM extension_group WHERE id = ?", ext_group_id)
    if not faults.on("group-delete-keeps-members"):
        database().run(
            "UPDATE extension SET extension_group_id = NULL WHERE extension_group_id = ?",
            ext_group_id,
        )
    if not faults.on("group-delete-keeps-users"):
        database().run("DELETE FROM user WHERE extension_group_id = ?", ext_group_id)
    return "", 204


def _shown(group: Row) -> Item:
    return {key: group[key] for key in fields("Group")}
