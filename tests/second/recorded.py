"""Records, voicemail, faxes and the registration log: one table, three kinds of owners."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, current_app, request

from second import faults
from second.access import database, reach_client, reach_extension, reach_group
from second.database import KINDS, Row
from second.document import Item
from second.intake import Page, one_of, value
from second.refusal import Refusal, missing
from second.span import Span

recorded = Blueprint("recorded", __name__)
storage = Blueprint("storage", __name__)
_KEY = secrets.token_bytes(32)
_MEDIA_TYPES = {"record": "audio/mpeg", "voicemail": "audio/mpeg", "fax": "application/pdf"}
_OWNER = "/<any(client,extension_group,extension):section>/<owner>"
_OF_GROUP = "extension_id IN (SELECT id FROM extension WHERE extension_group_id = ?)"


# --- lists


def _reach(section: str, owner: Any) -> tuple[str, int]:
    """The SQL condition for items of an owner, and its value, if the caller may access it."""
    if section == "client":
        return "client_id = ?", reach_client(owner)
    if section == "extension":
        return "extension_id = ?", reach_extension(owner)
    return "group_then = ?" if faults.on("group-by-time-of-call") else _OF_GROUP, reach_group(owner)


@recorded.get(f"{_OWNER}/<any({','.join(KINDS)}):kind>")
def list_items(section: str, owner: Any, kind: str) -> list[Item]:
    """The items of an owner; those of deleted numbers only for the client."""
    asked = _Question(kind)
    return asked.answer(*_reach(section, owner))


class _Question:
    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.page = Page.asked()
        self.order = one_of("order", value("order") or "desc", ("asc", "desc"))
        self.span = Span.asked(kind)

    def answer(self, condition: str, owner: int) -> list[Item]:
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
    """The SQL condition for items between two times, and its values."""
    end = "<" if faults.on("end-exclusive") else "<="
    time = "substr(moment, 1, 19) || '.00'" if faults.on("fraction-cut") else "moment"
    return f"{time} >= ? AND {time} {end} ?", bounds


# --- all records or voicemail of an owner


@recorded.get(f"{_OWNER}/record/stats")
def record_stats(section: str, owner: Any) -> Item:
    """The number of records in a list, and the sum of their sizes."""
    span = Span.asked("record")
    condition, key = _reach(section, owner)
    within, bounds = _within(span.moments("record"))
    found = database().rows(
        f"SELECT size FROM item WHERE kind = 'record' AND {condition} AND {within} ORDER BY moment",
        key,
        *bounds,
    )
    sizes = [item["size"] for item in found[1 if faults.on("stats-wrong") else 0 :]]
    return {"count": len(sizes), "size": sum(sizes)}


@recorded.delete(f"{_OWNER}/<any(record,voicemail):kind>")
def delete_range(section: str, owner: Any, kind: str) -> tuple[str, int]:
    """Deletes the items in the list of the same range."""
    span = Span.asked(kind)
    condition, key = _reach(section, owner)
    bounds = span.moments(kind)
    if faults.on("range-delete-takes-all"):
        bounds = Span(None, None).moments(kind)
    within, bounds = _within(bounds)
    database().run(
        f"DELETE FROM item WHERE kind = ? AND {condition} AND {within}", kind, key, *bounds
    )
    return "", 204


# --- single items and their files


@recorded.get(f"{_OWNER}/<any(record,voicemail):kind>/<call:uuid>")
@recorded.get(f"{_OWNER}/<any(fax):kind>/<dashed:uuid>")
def file_of(section: str, owner: Any, kind: str, uuid: str) -> Response:
    return _file(_item(kind, uuid, *_reach(section, owner)))


@recorded.get("/client/<client_id>/record/<call:uuid>/download")
def file_again(client_id: int | None, uuid: str) -> Response:
    """The file of a client's record at its other address."""
    return file_of("client", client_id, "record", uuid)


@recorded.delete(f"{_OWNER}/<any(record,voicemail):kind>/<call:uuid>")
@recorded.delete(f"{_OWNER}/<any(fax):kind>/<dashed:uuid>")
def delete_item(section: str, owner: Any, kind: str, uuid: str) -> tuple[str, int]:
    """Deletes an item and its file."""
    found = _item(kind, uuid, *_reach(section, owner))
    database().run("DELETE FROM item WHERE kind = ? AND key = ?", kind, found["key"])
    return "", 204


@recorded.get(f"{_OWNER}/record/<call:uuid>/storage_url")
def url_of(section: str, owner: Any, uuid: str) -> Item:
    """The URL of the recording, which needs no token."""
    found = _item("record", uuid, *_reach(section, owner))
    return {"record_url": record_url(found["file"], found["key"])}


@storage.get("/storage/<signature>/<file>/<uuid>")
def stored_file(signature: str, file: str, uuid: str) -> Response:
    """The recording for anyone with its URL."""
    found = database().row("SELECT * FROM item WHERE kind = 'record' AND key = ?", uuid)
    good = hmac.compare_digest(signature.encode(), _signature(file, uuid).encode())
    if good and faults.on("file-stays"):
        return Response(_content(file), mimetype="audio/mpeg")
    if found is None or not good:
        raise Refusal(404, "There is no such file")
    return _part(_file(found))


def _part(answer: Response) -> Response:
    """The bytes of a single Range, if one is requested; 304 for whoever has the file."""
    answer.headers["Accept-Ranges"] = "bytes"
    answer.add_etag()
    tag = answer.get_etag()[0]
    if request.if_none_match.contains(tag or ""):
        answer.status_code = 304
        answer.set_data(b"")
        return answer
    asked = re.fullmatch("bytes=([0-9]*)-([0-9]*)", request.headers.get("Range", ""))
    other = request.headers.get("If-Range", answer.headers["ETag"]) != answer.headers["ETag"]
    if asked is None or other or asked[0] == "bytes=-" or request.method == "HEAD":
        return answer
    content, (first, last) = answer.get_data(), asked.groups()
    size = len(content)
    start = int(first) if first else max(0, size - int(last))
    end = min(int(last), size - 1) if first and last else size - 1
    if first and last and int(last) < int(first):
        return answer
    if start >= size:
        answer.status_code = 416
        answer.headers["Content-Range"] = f"bytes */{size}"
        answer.set_data(b"")
        return answer
    answer.status_code = 206
    answer.headers["Content-Range"] = f"bytes {start}-{end}/{size}"
    answer.set_data(content[start : end + 1])
    return answer


def _item(kind: str, key: str, condition: str, owner: int) -> Row:
    stored = key.lower() if kind == "fax" else key.upper()
    found = database().row(
        f"SELECT * FROM item WHERE kind = ? AND key = ? AND {condition}", kind, stored, owner
    )
    if found is None:
        raise missing(kind)
    return found


def _file(item: Row) -> Response:
    answer = Response(_content(item["file"]), mimetype=_MEDIA_TYPES[item["kind"]])
    name = item["file_name"]
    plain = "".join(one if one.isascii() else "_" for one in name)
    full = "" if plain == name else f"; filename*=UTF-8''{quote(name)}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{plain}"{full}'
    return answer


def _content(file: str) -> bytes:
    folder: Path = current_app.config["FILES"]
    return (folder / file).read_bytes()


def record_url(file: str, key: str) -> str:
    """The signed URL of a recording."""
    # Without the Host header, which cannot be trusted.
    environment = request.environ
    host = f"{environment['SERVER_NAME']}:{environment['SERVER_PORT']}"
    return f"http://{host}/storage/{_signature(file, key)}/{file}/{key}"


def _signature(file: str, key: str) -> str:
    return hmac.new(_KEY, f"{file}/{key}".encode(), hashlib.sha256).hexdigest()
