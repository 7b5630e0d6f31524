"""The caller of a request, and its access."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

from flask import current_app, g, request

from second import faults
from second.database import Database, Row
from second.limits import Allowance, Counters
from second.refusal import Refusal, blocked, denied, missing, unauthorized

API = "/api/ver1.0"
_HOLDER = """
SELECT user.*, client.status AS client_status, application.client_id AS application,
    application.access AS application_access, application.rate_limit
FROM access_token
JOIN user ON user.id = access_token.user_id
JOIN client ON client.id = user.client_id
JOIN application ON application.client_id = access_token.application
WHERE access_token.value = ? AND access_token.expires > ?
"""


@dataclass(frozen=True)
class Caller:
    id: int
    type: str
    client: int
    group: int | None
    extension: int | None


def database() -> Database:
    found: Database = current_app.config["DATABASE"]
    return found


def caller() -> Caller:
    found: Caller = g.caller
    return found


def admit() -> None:
    """Admits a request: token, limit, blocked user, access of the application and of the user."""
    holder = _holder()
    counters: Counters = current_app.config["COUNTERS"]
    allowance = counters.count(holder["client_id"], holder["application"], holder["rate_limit"])
    g.allowance = allowance
    if allowance.exceeded:
        raise Refusal(429, "Too many requests", "rate_limit_exceeded")
    is_blocked = "blocked" in (holder["status"], holder["client_status"])
    if is_blocked and not faults.on("blocked-user-reads"):
        raise blocked()
    if request.method not in ("GET", "HEAD"):
        if holder["application_access"] == "call_api" and _configures():
            raise Refusal(403, "The application may only read", "app_access_type_deny")
        if holder["access"] == "read_only" and not faults.on("read-only-writes"):
            raise Refusal(403, "The user may only read", "user_access_type_deny")
    g.caller = Caller(
        holder["id"],
        holder["type"],
        holder["client_id"],
        holder["extension_group_id"],
        holder["extension_id"],
    )


def _configures() -> bool:
    """True for groups, numbers, users, subscriptions and client data; not for recorded items."""
    below_client = request.path.startswith(f"{API}/client/")
    return (below_client and request.blueprint != "recorded") or re.search(
        "/extension/[^/]+/(event|ani)(/|$)", request.path
    ) is not None


def _holder() -> Row:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    found = database().row(_HOLDER, token.strip(), time.time()) if token else None
    if scheme.lower() != "bearer" or found is None:
        raise unauthorized()
    return found


def allowance() -> Allowance:
    """The allowance of the caller; that of a new client if there is no caller."""
    found: Allowance = g.get("allowance", Allowance())
    return found


# --- entries in a path


def reach_client(reference: int | None) -> int:
    """The client of a path, if the caller may access it."""
    who = caller()
    key = who.client if reference is None else reference
    if database().row("SELECT id FROM client WHERE id = ?", _storable(key)) is None:
        raise missing("client")
    if who.type != "client" or who.client != key:
        raise denied()
    return key


def reach_group(key: int) -> int:
    """The group at the beginning of a path, if the caller may access it."""
    who = caller()
    group = database().row("SELECT client_id FROM extension_group WHERE id = ?", key)
    if group is None:
        raise missing("extension_group")
    if who.type == "client" or faults.on("sibling-group-open"):
        allowed = group["client_id"] == who.client
    else:
        allowed = who.group == key
    if not allowed:
        raise denied()
    return key


def reach_extension(key: int) -> int:
    """The number at the beginning of a path, if the caller may access it."""
    who = caller()
    number = database().row("SELECT client_id, extension_group_id FROM extension WHERE id = ?", key)
    if number is None:
        raise missing("extension")
    allowed = {
        "client": number["client_id"] == who.client,
        "extension_group": who.group is not None and number["extension_group_id"] == who.group,
        "extension": who.extension == key,
    }
    if not allowed[who.type]:
        raise denied()
    return key


def find_application(client_id: str | None) -> Row | None:
    """The application with an id, and its client."""
    return database().row(
        "SELECT application.*, user.client_id AS client FROM application"
        " JOIN user ON user.id = application.user_id WHERE application.client_id = ?",
        client_id,
    )


def group_of_client(key: int, client: int) -> Row:
    """A group of a client; that of another client is missing."""
    found = database().row(
        "SELECT * FROM extension_group WHERE id = ? AND client_id = ?", key, client
    )
    if found is None:
        raise missing("extension_group")
    return found


def _storable(key: int) -> int:
    """The key; an unused one if SQLite cannot store it."""
    return key if key < 2**63 else 0
