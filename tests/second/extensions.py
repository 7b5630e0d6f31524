"""Internal numbers, and who of them is in a group."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, g

from second import faults
from second.access import database, group_of_client, reach_client, reach_group
from second.database import Row
from second.intake import BIGGEST, Key, Page, an_id, body, client_ref, one_of, sent_key, values
from second.refusal import broken, missing

Item = dict[str, Any]

extensions = Blueprint("extensions", __name__)
_TYPES = ("phone", "queue", "ivr", "fax")
_STATUSES = ("active", "blocked")
_SETTINGS = {
    "type": Key(default="phone", words=_TYPES),
    "status": Key(default="blocked", words=_STATUSES),
    "extension_group_id": Key(int, null=True, least=0, most=BIGGEST),
    "label": Key(null=True),
    "caller_id_name": Key(null=True),
    "extra_params": Key(null=True),
    "message_did": Key(null=True),
    "dial_rule_id": Key(int, null=True, least=-BIGGEST - 1, most=BIGGEST),
    "dial_rule_limit": Key(int, null=True, least=-BIGGEST - 1, most=BIGGEST),
    "ani_rfc3325": Key(bool, default=False),
    "did_as_transfer_caller_id": Key(null=True),
}
_NEW = {"name": Key(required=True, pattern=r"([0-9]+\*)?[0-9]+"), **_SETTINGS}
_SHOWN = (
    "status",
    "domain",
    "create_date",
    "name",
    "dial_rule_limit",
    "extension_group_id",
    "label",
    "caller_id_name",
    "client_id",
    "extra_params",
    "message_did",
    "dial_rule_id",
    "ani_rfc3325",
    "type",
    "id",
    "did_as_transfer_caller_id",
)


@extensions.get("/client/<client_id>/extension")
def list_extensions(client_id: str) -> list[Item]:
    """The numbers of a client that pass every filter, by id."""
    reference, page, chosen = client_ref(client_id), Page.asked(), _filters()
    return _list("client_id = ?", reach_client(reference), chosen, page)


@extensions.get("/extension_group/<ext_group_id>/extension")
def list_members(ext_group_id: str) -> list[Item]:
    """The numbers of a group that pass every filter, by id."""
    key, page, chosen = an_id("ext_group_id", ext_group_id), Page.asked(), _filters()
    return _list("extension_group_id = ?", reach_group(key), chosen, page)


@extensions.get("/extension_group/<ext_group_id>/extension/<extension_id>")
def get_member(ext_group_id: str, extension_id: str) -> Item:
    """One number of a group."""
    group, key = an_id("ext_group_id", ext_group_id), an_id("extension_id", extension_id)
    reach_group(group)
    found = database().row(
        "SELECT * FROM extension WHERE id = ? AND extension_group_id = ?", key, group
    )
    if found is None:
        raise missing("extension")
    return _shown(found)


@extensions.post("/client/<client_id>/extension")
def create_extension(client_id: str) -> tuple[Item, int]:
    """A new number."""
    reference, sent = client_ref(client_id), body(_NEW, whole_thing=True)
    client = reach_client(reference)
    owner = database().row("SELECT * FROM client WHERE id = ?", client)
    assert owner is not None
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


@extensions.get("/client/<client_id>/extension/<extension_id>")
def get_extension(client_id: str, extension_id: str) -> Item:
    """One number."""
    reference, key = client_ref(client_id), an_id("extension_id", extension_id)
    return _shown(_of_client(key, reach_client(reference)))


@extensions.put("/client/<client_id>/extension/<extension_id>")
def update_extension(client_id: str, extension_id: str) -> Item:
    """Changes the keys that are sent."""
    reference, key = client_ref(client_id), an_id("extension_id", extension_id)
    sent = body(_SETTINGS, whole_thing=False)
    named, name = sent_key("name")
    client = reach_client(reference)
    before = _of_client(key, client)
    if named and name not in (before["name"], before["name"].rpartition("*")[2]):
        if faults.on("rename-half-applied"):
            _place(sent, client)
            database().update("extension", key, _stored(sent))
            g.keep = True
        raise broken("name", "not change")
    _place(sent, client)
    database().update("extension", key, _stored(sent))
    return _shown(_of_client(key, client))


@extensions.delete("/client/<client_id>/extension/<extension_id>")
def delete_extension(client_id: str, extension_id: str) -> tuple[str, int]:
    """Deletes a number and its users; what it recorded stays with the client."""
    reference, key = client_ref(client_id), an_id("extension_id", extension_id)
    _of_client(key, reach_client(reference))
    database().run("DELETE FROM extension WHERE id = ?", key)
    return "", 204


def _of_client(key: int, client: int) -> Row:
    found = database().row("SELECT * FROM extension WHERE id = ? AND client_id = ?", key, client)
    if found is None:
        raise missing("extension")
    return found


def _place(sent: Item, client: int) -> None:
    """Refuses a group that the client does not have; 0 is none."""
    if sent.get("extension_group_id") == 0:
        sent["extension_group_id"] = None
    if sent.get("extension_group_id") is not None:
        group_of_client(sent["extension_group_id"], client)


def _filters() -> dict[str, list[Any]]:
    """What each filter lets pass, by column; a filter that is not sent is not there."""
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
    found = database().rows(
        f"SELECT * FROM extension WHERE {condition} ORDER BY id LIMIT ? OFFSET ?",
        owner,
        *given,
        *page.bounds,
    )
    return [_shown(number) for number in found]


def _passes(column: str, allowed: list[Any]) -> str:
    marks = ", ".join("?" * len(allowed))
    if column == "name":
        # With its prefix or without.
        return f"(name IN ({marks}) OR substr(name, instr(name, '*') + 1) IN ({marks}))"
    return f"{column} IN ({marks})"


def _stored(sent: Item) -> Item:
    """As columns: a limit may be longer than a number of SQLite."""
    if "dial_rule_limit" in sent:
        return {**sent, "dial_rule_limit": json.dumps(sent["dial_rule_limit"])}
    return sent


def _shown(number: Row) -> Item:
    found = {key: number[key] for key in _SHOWN}
    found["dial_rule_limit"] = json.loads(number["dial_rule_limit"])
    found["ani_rfc3325"] = bool(number["ani_rfc3325"])
    if faults.on("missing-null-field"):
        return {key: value for key, value in found.items() if value is not None}
    return found
