"""The state: an SQLite database filled from the fixtures, with a transaction for each request."""

from __future__ import annotations

import json
import sqlite3
import threading
from pathlib import Path
from typing import Any

import yaml

from second import faults
from second.document import LOADER, fields
from second.intake import Page

Row = sqlite3.Row
KINDS = ("record", "voicemail", "fax", "reg_status_log")
# `moment` is the time of an item with its fraction, so that texts compare like times. `answer` is
# the JSON in lists; it never changes. An item stays when its number is deleted.
_TABLES = """
CREATE TABLE client (
    id INTEGER PRIMARY KEY, status TEXT, name TEXT, prefix TEXT, domain TEXT, domain_prefix TEXT,
    email TEXT, timezone TEXT, language TEXT, create_date TEXT, type TEXT, extension_len INTEGER,
    extra_params TEXT, ambassadors TEXT, contact_phones TEXT, jur_address TEXT, fact_address TEXT,
    geo_list TEXT, dial_rule_id INTEGER, did_as_transfer_caller_id TEXT, hold_music INTEGER,
    disk_space_notify_email TEXT, disk_space_notify_threshold INTEGER, reg_status_log INTEGER,
    record_format TEXT);
CREATE TABLE extension_group (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, client_id INTEGER, extra_params TEXT);
CREATE TABLE extension (
    id INTEGER PRIMARY KEY AUTOINCREMENT, client_id INTEGER, name TEXT, status TEXT, type TEXT,
    domain TEXT, create_date TEXT, dial_rule_limit TEXT, dial_rule_id INTEGER, label TEXT,
    caller_id_name TEXT, extra_params TEXT, message_did TEXT, ani_rfc3325 INTEGER,
    did_as_transfer_caller_id TEXT, extension_group_id INTEGER, ani_number TEXT,
    UNIQUE (client_id, name));
CREATE TABLE did (
    comment TEXT, domain TEXT, create_date TEXT, name TEXT UNIQUE,
    extension_id INTEGER REFERENCES extension ON DELETE SET NULL,
    client_id INTEGER, id INTEGER PRIMARY KEY, allow_message INTEGER,
    message_extension_id INTEGER REFERENCES extension ON DELETE SET NULL);
CREATE TABLE user (
    id INTEGER PRIMARY KEY AUTOINCREMENT, type TEXT, login TEXT UNIQUE, password TEXT, name TEXT,
    email TEXT, access TEXT, status TEXT, comment TEXT, extra_params TEXT, timezone TEXT,
    email_notify INTEGER, email_for_notify TEXT, admin INTEGER, dealer_id INTEGER,
    client_id INTEGER, extension_group_id INTEGER,
    extension_id INTEGER REFERENCES extension ON DELETE CASCADE);
CREATE TABLE application (
    client_id TEXT PRIMARY KEY, client_secret TEXT, type TEXT, access TEXT, rate_limit INTEGER,
    redirect_uris TEXT,
    user_id INTEGER REFERENCES user ON DELETE CASCADE);
CREATE TABLE access_token (
    value TEXT PRIMARY KEY, expires REAL, origin TEXT,
    user_id INTEGER REFERENCES user ON DELETE CASCADE,
    application TEXT REFERENCES application ON DELETE CASCADE);
CREATE TABLE refresh_token (
    value TEXT PRIMARY KEY, origin TEXT,
    user_id INTEGER REFERENCES user ON DELETE CASCADE,
    application TEXT REFERENCES application ON DELETE CASCADE);
CREATE TABLE code (
    value TEXT PRIMARY KEY, expires REAL, origin TEXT, redirect_uri TEXT, challenge TEXT,
    method TEXT, used INTEGER, user_id INTEGER REFERENCES user ON DELETE CASCADE,
    application TEXT REFERENCES application ON DELETE CASCADE);
CREATE TABLE login (
    value TEXT PRIMARY KEY, expires REAL, user_id INTEGER REFERENCES user ON DELETE CASCADE);
CREATE TABLE event (
    id INTEGER PRIMARY KEY AUTOINCREMENT, url TEXT, method TEXT, event_type TEXT,
    client_id INTEGER, extension_id INTEGER REFERENCES extension ON DELETE CASCADE);
CREATE TABLE item (
    kind TEXT, key TEXT, tie TEXT, moment TEXT, client_id INTEGER, extension_id INTEGER,
    group_then INTEGER, size INTEGER, file TEXT, file_name TEXT, answer TEXT,
    PRIMARY KEY (kind, key));
CREATE TABLE leg (
    call_uuid TEXT, moment TEXT, client_id INTEGER, extension_id INTEGER, record TEXT, answer TEXT);
CREATE INDEX item_by_number ON item (extension_id, kind, moment);
"""
# The schemas of items in lists.
_SHOWN = {
    "record": "CallRecord",
    "voicemail": "Voicemail",
    "fax": "Fax",
    "reg_status_log": "RegistrationLogEntry",
}
# The properties of a leg, without those of its record.
LEG = [name for name in fields("LegFacts") if not name.startswith("record_")]


class Database:
    """One connection, used by one request at a time."""

    def __init__(self, fixtures: Path, place: str = ":memory:") -> None:
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(place, isolation_level=None, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row
        self._connection.executescript(_TABLES)
        self._seed(fixtures)
        # Only now, since the fixtures are not inserted in the order of references.
        self._connection.execute("PRAGMA foreign_keys = ON")

    def begin(self) -> None:
        """Waits for the previous request to end, and starts a transaction."""
        self._lock.acquire()
        self._connection.execute("BEGIN")

    def end(self, keep: bool) -> None:
        """Commits the changes since `begin` or undoes them, and lets the next request in."""
        try:
            self._connection.execute("COMMIT" if keep else "ROLLBACK")
        finally:
            self._lock.release()

    def run(self, statement: str, *values: object) -> int:
        """Executes a statement; returns the id of a new row."""
        return int(self._connection.execute(statement, values).lastrowid or 0)

    def rows(self, statement: str, *values: object) -> list[Row]:
        return self._connection.execute(statement, values).fetchall()

    def row(self, statement: str, *values: object) -> Row | None:
        found: Row | None = self._connection.execute(statement, values).fetchone()
        return found

    def page(self, page: Page, table: str, condition: str, *values: object) -> list[Row]:
        """The rows of a table that meet a condition, by id, limited to a page."""
        statement = f"SELECT * FROM {table} WHERE {condition} ORDER BY id LIMIT ? OFFSET ?"
        return self.rows(statement, *values, *page.bounds)

    def insert(self, table: str, values: dict[str, Any]) -> int:
        """Inserts a row; returns its id."""
        keys = ", ".join(values)
        marks = ", ".join("?" * len(values))
        return self.run(f"INSERT INTO {table} ({keys}) VALUES ({marks})", *values.values())

    def update(self, table: str, key: int, values: dict[str, Any]) -> None:
        if values:
            changes = ", ".join(f"{column} = ?" for column in values)
            self.run(f"UPDATE {table} SET {changes} WHERE id = ?", *values.values(), key)

    # --- the fixtures

    def _seed(self, fixtures: Path) -> None:
        for table in ("client", "extension_group", "extension", "did", "user", "application"):
            if table == "extension_group" and faults.on("id-used-again"):
                self.run("DROP TABLE extension_group")
                self.run(
                    "CREATE TABLE extension_group (id INTEGER PRIMARY KEY, name TEXT,"
                    " client_id INTEGER, extra_params TEXT)"
                )
            columns = {row["name"] for row in self.rows(f"PRAGMA table_info({table})")}
            for entry in _entries(fixtures, table):
                entry["redirect_uris"] = json.dumps(entry.get("redirect_uris", []))
                if table == "extension":
                    entry["dial_rule_limit"] = json.dumps(entry["dial_rule_limit"])
                self.insert(table, {key: entry[key] for key in entry if key in columns})
        for name in ("event", "phone_event"):
            for entry in _entries(fixtures, name):
                self.insert("event", entry)
        for kind in KINDS:
            for entry in _entries(fixtures, kind):
                self.insert("item", _item(kind, entry))
        for kind in ("record", "voicemail", "leg"):
            for entry in _entries(fixtures, kind):
                self.insert("leg", leg_row(kind, entry))


def moment(text: str) -> str:
    """A time of the API in a form that can be compared: always with a fraction."""
    whole, _, fraction = text.partition(".")
    return f"{whole}.{fraction:0<2}"


def _entries(fixtures: Path, name: str) -> list[dict[str, Any]]:
    content = yaml.load((fixtures / f"{name}.yaml").read_text("utf-8"), LOADER)
    return [{**content.get("defaults", {}), **entry} for entry in content["entries"]]


def _item(kind: str, entry: dict[str, Any]) -> dict[str, Any]:
    uuid = entry.get("record_uuid") or entry.get("uuid") or ""
    time = entry.get("init_time_gmt") or entry.get("datetime") or entry["date_gmt"]
    names = {"record": entry.get("file_name"), "voicemail": f"{uuid}.mp3", "fax": f"{uuid}.pdf"}
    return {
        "kind": kind,
        "key": uuid or str(entry["id"]),
        "tie": uuid or entry["short_ext_name"],
        "moment": moment(time),
        "client_id": entry.get("client_owner_id") or entry["client_id"],
        "extension_id": entry["extension_id"],
        "group_then": entry.get("extension_group_owner_id") or entry.get("extension_group_id"),
        "size": entry.get("record_file_size") or entry.get("file_size"),
        "file": entry.get("file"),
        "file_name": names.get(kind),
        "answer": json.dumps({key: entry[key] for key in fields(_SHOWN[kind])}, ensure_ascii=False),
    }


def leg_row(kind: str, entry: dict[str, Any]) -> dict[str, Any]:
    """The row of a leg; `kind` is the collection that its values are from."""
    return {
        "call_uuid": entry["call_uuid"],
        "moment": moment(entry["init_time_gmt"]),
        "client_id": entry["client_owner_id"],
        "extension_id": entry["extension_id"],
        "record": entry["record_uuid"] if kind == "record" else None,
        "answer": json.dumps({name: entry.get(name) for name in LEG}, ensure_ascii=False),
    }
