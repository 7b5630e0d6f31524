"""Internal numbers and their groups."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, g

from second import faults
from second.access import database, group_of_client, reach_client, reach_group
from second.database import Row
from second.document import Item, fields
from second.intake import Page, an_id, body, one_of, sent_json, values
from second.refusal import broken, missing

extensions = Blueprint("extensions", __name__)
_TYPES = ("phone", "queue", "ivr", "fax")
_STATUSES = ("active", "blocked")
_ALL = "/client/<client_id>/extension"
_ONE = f"{_ALL}/<extension_id>"
_MEMBERS = "/extension_group/<ext_group_id>/extension"


@extensions.get(_ALL)
def list_extensions(client_id: int | None) -> list[Item]:
    """The numbers of a client that pass every filter, by id."""
    page, chosen = Page.asked(), _filters()
    return _list("client_id = ?", reach_client(client_id), chosen, page)


@extensions.get(_MEMBERS)
def list_members(ext_group_id: int) -> list[Item]:
    """The numbers of a group that pass every filter, by id."""
    page, chosen = Page.asked(), _filters()
    return _list("extension_group_id = ?", reach_group(ext_group_id), chosen, page)


@extensions.get(f"{_MEMBERS}/<extension_id>")
def get_member(ext_group_id: int, extension_id: int) -> Item:
    found = database().row(
        "SELECT * FROM extension WHERE id = ? AND extension_group_id = ?",
        extension_id,
        reach_group(ext_group_id),
    )
    if found is None:
        raise missing("extension")
    return _shown(found)


@extensions.post(_ALL)
def create_extension(client_id: int | None) -> tuple[Item, int]:
    sent, client = body("ExtensionCreate", whole_thing=True), reach_client(client_id)
    (owner,) = database().rows("SELECT * FROM client WHERE id = ?", client)
    prefix, star, digits = sent["name"].rpartition("*")
    if star and prefix != owner["prefix"]:
        raise broken("name", f"begin with the prefix {owner['prefix']}, or have none")
    if len(digits) != owner["extension_len"]:
        raise broken("name", f"have {owner['extension_len']} digits")
    sent["name"] = f"{owner['prefix']}*{digits}"
    taken = "SELECT id FROM extension WHERE client_id = ? AND name = ?"
    if database().row(taken, client, sent["name"]):
        raise broken("name", "not be taken")
    _place(sent, client)
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
    fixed = {"client_id": client, "domain": owner["domain"], "create_date": now}
    key = database().insert("extension", {**_stored(sent), **fixed})
    return _shown(_of_client(key, client)), 201


@extensions.get(_ONE)
def get_extension(client_id: int | None, extension_id: int) -> Item:
    return _shown(_of_client(extension_id, reach_client(client_id)))


@extensions.put(_ONE)
def update_extension(client_id: int | None, extension_id: int) -> Item:
    sent, client = body("ExtensionUpdate"), reach_client(client_id)
    own = _of_client(extension_id, client)["name"]
    renames = sent_json().get("name", own) not in (own, own.rpartition("*")[2])
    if renames and not faults.on("rename-half-applied"):
        raise broken("name", "not change")
    _place(sent, client)
    database().update("extension", extension_id, _stored(sent))
    if renames:
        g.keep = True
        raise broken("name", "not change")
    return _shown(_of_client(extension_id, client))


@extensions.delete(_ONE)
def delete_extension(client_id: int | None, extension_id: int) -> tuple[str, int]:
    """Deletes a number and its users; recorded items stay with the client."""
    _of_client(extension_id, reach_client(client_id))
    database().run("DELETE FROM extension WHERE id = ?", extension_id)
    return "", 204


def _of_client(key: int, client: int) -> Row:
    found = database().row("SELECT * FROM extension WHERE id = ? AND client_id = ?", key, client)
    if found is None:
        raise missing("extension")
    return found


def _place(sent: Item, client: int) -> None:
    """Refuses a group that the client does not have; 0 means none."""
    if sent.get("extension_group_id") == 0:
        sent["extension_group_id"] = None
    if sent.get("extension_group_id") is not None:
        group_of_client(sent["extension_group_id"], client)


def _filters() -> dict[str, list[Any]]:
    """The values of each filter, by column, without filters that were not sent."""
    groups = [an_id("extension_group_id", one) for one in values("extension_group_id")]
    found: dict[str, list[Any]] = {
        "type": [one_of("type", one, _TYPES) for one in values("type")],
        "status": [one_of("status", one, _STATUSES) for one in values("status")],
        "extension_group_id": groups,
        "name": list(values("name")),
    }
    return {column: allowed for column, allowed in found.items() if allowed}


def _list(condition: str, owner: int, chosen: dict[str, list[Any]], page: Page) -> list[Item]:
    passes = [_passes(column, allowed) for column, allowed in chosen.items()]
    between = " OR " if faults.on("filter-any") else " AND "
    if passes:
        condition += f" AND ({between.join(passes)})"
    given = [
        one
        for column, allowed in chosen.items()
        for one in allowed * (2 if column == "name" else 1)
    ]
    found = database().page(page, "extension", condition, owner, *given)
    return [_shown(number) for number in found]


def _passes(column: str, allowed: list[Any]) -> str:
    marks = ", ".join("?" * len(allowed))
    if column == "name":
        # With or without the prefix.
        return f"(name IN ({marks}) OR substr(name, instr(name, '*') + 1) IN ({marks}))"
    return f"{column} IN ({marks})"


def _stored(sent: Item) -> Item:
    """As columns: a limit may be larger than an integer of SQLite."""
    if "dial_rule_limit" in sent:
        return {**sent, "dial_rule_limit": json.dumps(sent["dial_rule_limit"])}
    return sent


def _shown(number: Row) -> Item:
    found = {key: number[key] for key in fields("Extension")}
    found["dial_rule_limit"] = json.loads(number["dial_rule_limit"])
    found["ani_rfc3325"] = bool(number["ani_rfc3325"])
    if faults.on("missing-null-field"):
        return {key: value for key, value in found.items() if value is not None}
    return found
