"""Calls, voicemail, faxes and the registration log: one table, seen from three sides."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, request

from second import faults
from second.access import database, reach_client, reach_extension, reach_group
from second.database import KINDS, Row
from second.intake import Page, an_id, client_ref, one_of, value
from second.refusal import Refusal, missing
from second.span import Span

Item = dict[str, Any]

recorded = Blueprint("recorded", __name__)
storage = Blueprint("storage", __name__)
_KEY = secrets.token_bytes(32)
_MEDIA_TYPES = {"record": "audio/mpeg", "voicemail": "audio/mpeg", "fax": "application/pdf"}
_OF_CLIENT = "client_id = ?"
_OF_NUMBER = "extension_id = ?"
_OF_GROUP = "extension_id IN (SELECT id FROM extension WHERE extension_group_id = ?)"


def _of_group() -> str:
    return "group_then = ?" if faults.on("group-by-time-of-call") else _OF_GROUP


# --- lists


@recorded.get(f"/client/<client_id>/<any({','.join(KINDS)}):kind>")
def list_of_client(client_id: str, kind: str) -> list[Item]:
    """The items of a client, those of numbers that are gone included."""
    reference, asked = client_ref(client_id), _Question(kind)
    return asked.answer(_OF_CLIENT, reach_client(reference))


@recorded.get(f"/extension/<extension_id>/<any({','.join(KINDS)}):kind>")
def list_of_extension(extension_id: str, kind: str) -> list[Item]:
    """The items of one number."""
    key, asked = an_id("extension_id", extension_id), _Question(kind)
    return asked.answer(_OF_NUMBER, reach_extension(key))


@recorded.get(f"/extension_group/<ext_group_id>/<any({','.join(KINDS)}):kind>")
def list_of_group(ext_group_id: str, kind: str) -> list[Item]:
    """The items of the numbers that are in a group now."""
    key, asked = an_id("ext_group_id", ext_group_id), _Question(kind)
    return asked.answer(_of_group(), reach_group(key))


class _Question:
    """What the query of a list asks for."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.page = Page.asked()
        self.order = one_of("order", value("order") or "desc", ("asc", "desc"))
        self.span = Span.asked(kind)

    def answer(self, condition: str, owner: int) -> list[Item]:
        """The items of an owner."""
        within, bounds = _within(self.span.moments(self.kind))
        limit, offset = self.page.bounds
        if faults.on("page-overlap") and offset:
            offset -= 1
        tie = "desc" if faults.on("ties-one-way") else self.order
        found = database().rows(
            f"SELECT answer FROM item WHERE kind = ? AND {condition} AND {within} ORDER BY"
            f" moment {self.order}, tie {tie}, CAST(key AS INTEGER) {tie} LIMIT ? OFFSET ?",
            self.kind,
            owner,
            *bounds,
            limit,
            offset,
        )
        return [json.loads(item["answer"]) for item in found]


def _within(bounds: tuple[str, str]) -> tuple[str, tuple[str, str]]:
    """The condition that an item is between two moments, and its values."""
    end = "<" if faults.on("end-exclusive") else "<="
    time = "substr(moment, 1, 19) || '.00'" if faults.on("fraction-cut") else "moment"
    return f"{time} >= ? AND {time} {end} ?", bounds


# --- the records and the voicemail of a group, as a whole


@recorded.get("/extension_group/<ext_group_id>/record/stats")
def record_stats(ext_group_id: str) -> Item:
    """How many records a list shows, and how long their files are."""
    key, span = an_id("ext_group_id", ext_group_id), Span.asked("record")
    group = reach_group(key)
    within, bounds = _within(span.moments("record"))
    found = database().rows(
        f"SELECT size FROM item WHERE kind = 'record' AND {_of_group()} AND {within}"
        " ORDER BY moment",
        group,
        *bounds,
    )
    sizes = [item["size"] for item in found[1 if faults.on("stats-wrong") else 0 :]]
    return {"count": len(sizes), "size": sum(sizes)}


@recorded.delete("/extension_group/<ext_group_id>/<any(record,voicemail):kind>")
def delete_range(ext_group_id: str, kind: str) -> tuple[str, int]:
    """Deletes what the list of the same range shows."""
    key, span = an_id("ext_group_id", ext_group_id), Span.asked(kind)
    group = reach_group(key)
    bounds = span.moments(kind)
    if faults.on("range-delete-takes-all"):
        bounds = Span(None, None).moments(kind)
    within, bounds = _within(bounds)
    database().run(
        f"DELETE FROM item WHERE kind = ? AND {_of_group()} AND {within}",
        kind,
        group,
        *bounds,
    )
    return "", 204


# --- single items and their files


@recorded.get("/client/<client_id>/record/<uuid>")
def file_of_client(client_id: str, uuid: str) -> Response:
    """The recording of any number of the client."""
    reference = client_ref(client_id)
    return _file(_item("record", uuid, _OF_CLIENT, reach_client(reference)))


@recorded.get("/extension_group/<ext_group_id>/<any(record,voicemail,fax):kind>/<item:uuid>")
def file_of_group(ext_group_id: str, kind: str, uuid: str) -> Response:
    """The file of an item."""
    key = an_id("ext_group_id", ext_group_id)
    return _file(_item(kind, uuid, _of_group(), reach_group(key)))


@recorded.delete("/extension_group/<ext_group_id>/<any(record,voicemail,fax):kind>/<item:uuid>")
def delete_item(ext_group_id: str, kind: str, uuid: str) -> tuple[str, int]:
    """Deletes an item and its file."""
    key = an_id("ext_group_id", ext_group_id)
    found = _item(kind, uuid, _of_group(), reach_group(key))
    database().run("DELETE FROM item WHERE kind = ? AND key = ?", kind, found["key"])
    return "", 204


@recorded.get("/client/<client_id>/record/<uuid>/storage_url")
def url_of_client(client_id: str, uuid: str) -> Item:
    """Where the recording is to be had without a token."""
    reference = client_ref(client_id)
    return _url(_item("record", uuid, _OF_CLIENT, reach_client(reference)))


@recorded.get("/extension_group/<ext_group_id>/record/<item:uuid>/storage_url")
def url_of_group(ext_group_id: str, uuid: str) -> Item:
    """Where the recording is to be had without a token."""
    key = an_id("ext_group_id", ext_group_id)
    return _url(_item("record", uuid, _of_group(), reach_group(key)))


@storage.get("/storage/<signature>/<file>/<uuid>")
def stored_file(signature: str, file: str, uuid: str) -> Response:
    """The recording, for whoever has its address."""
    found = database().row("SELECT * FROM item WHERE kind = 'record' AND key = ?", uuid)
    good = hmac.compare_digest(signature.encode(), _signature(file, uuid).encode())
    if good and faults.on("file-stays"):
        return Response(_content(file), mimetype="audio/mpeg")
    if found is None or not good:
        raise Refusal(404, "There is no such file")
    return _file(found)


def _item(kind: str, key: str, condition: str, owner: int) -> Row:
    found = database().row(
        f"SELECT * FROM item WHERE kind = ? AND key = ? AND {condition}", kind, key, owner
    )
    if found is None:
        raise missing(kind)
    return found


def _file(item: Row) -> Response:
    answer = Response(_content(item["file"]), mimetype=_MEDIA_TYPES[item["kind"]])
    answer.headers["Content-Disposition"] = f'attachment; filename="{item["file_name"]}"'
    return answer


def _content(file: str) -> bytes:
    folder: Path = current_app.config["FILES"]
    return (folder / file).read_bytes()


def _url(item: Row) -> Item:
    # Not by the Host that the request names, which is not to be trusted.
    environment = request.environ
    host = f"{environment['SERVER_NAME']}:{environment['SERVER_PORT']}"
    path = f"/storage/{_signature(item['file'], item['key'])}/{item['file']}/{item['key']}"
    return {"record_url": f"http://{host}{path}"}


def _signature(file: str, key: str) -> str:
    return hmac.new(_KEY, f"{file}/{key}".encode(), hashlib.sha256).hexdigest()
