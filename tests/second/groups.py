"""Groups of numbers."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from second import faults
from second.access import database, group_of_client, reach_client
from second.database import Row
from second.intake import Key, Page, an_id, body, client_ref

Item = dict[str, Any]

groups = Blueprint("groups", __name__)
_KEYS = {
    "name": Key(required=True, least=1, most=255),
    "extra_params": Key(null=True),
}


@groups.get("/client/<client_id>/extension_group")
def list_groups(client_id: str) -> list[Item]:
    """All groups of a client by id."""
    reference, page = client_ref(client_id), Page.asked()
    client = reach_client(reference)
    found = database().rows(
        "SELECT * FROM extension_group WHERE client_id = ? OR ? ORDER BY id LIMIT ? OFFSET ?",
        client,
        faults.on("leak-other-client"),
        *page.bounds,
    )
    return [_shown(group) for group in found]


@groups.post("/client/<client_id>/extension_group")
def create_group(client_id: str) -> tuple[Item, int]:
    """A new group."""
    reference, sent = client_ref(client_id), body(_KEYS, whole_thing=True)
    client = reach_client(reference)
    key = database().insert("extension_group", {**sent, "client_id": client})
    return _shown(group_of_client(key, client)), 201


@groups.get("/client/<client_id>/extension_group/<ext_group_id>")
def get_group(client_id: str, ext_group_id: str) -> Item:
    """One group."""
    reference, key = client_ref(client_id), an_id("ext_group_id", ext_group_id)
    return _shown(group_of_client(key, reach_client(reference)))


@groups.put("/client/<client_id>/extension_group/<ext_group_id>")
def update_group(client_id: str, ext_group_id: str) -> Item:
    """Changes the keys that are sent."""
    reference, key = client_ref(client_id), an_id("ext_group_id", ext_group_id)
    sent = body(_KEYS, whole_thing=False)
    client = reach_client(reference)
    group_of_client(key, client)
    if faults.on("partial-put-resets"):
        sent.setdefault("extra_params", None)
    database().update("extension_group", key, sent)
    return _shown(group_of_client(key, client))


@groups.delete("/client/<client_id>/extension_group/<ext_group_id>")
def delete_group(client_id: str, ext_group_id: str) -> tuple[str, int]:
    """Deletes a group and its users, and releases its members."""
    reference, key = client_ref(client_id), an_id("ext_group_id", ext_group_id)
    group_of_client(key, reach_client(reference))
    database().run("DELETE FROM extension_group WHERE id = ?", key)
    if not faults.on("group-delete-keeps-members"):
        database().run(
            "UPDATE extension SET extension_group_id = NULL WHERE extension_group_id = ?", key
        )
    if not faults.on("group-delete-keeps-users"):
        database().run("DELETE FROM user WHERE extension_group_id = ?", key)
    return "", 204


def _shown(group: Row) -> Item:
    return {key: group[key] for key in ("id", "name", "client_id", "extra_params")}
