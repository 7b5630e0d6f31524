"""Export of the journal as HAR 1.2, the format of browsers and HTTP tools."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from ringme_mock.actions.response import JSON
from ringme_mock.version import __version__

_FORM = "application/x-www-form-urlencoded"
_VERSION = "HTTP/1.1"
# Size of unknown length in HAR.
_UNKNOWN = -1
# Fields without a counterpart in HAR, where custom names begin with `_`.
_ADDED = ("verdict", "reason", "operation", "login")


def write_har(entries: list[dict[str, Any]], base_url: str) -> dict[str, Any]:
    """Make an archive of journal entries; their secrets are masked already."""
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "ringme-mock", "version": __version__},
            "entries": [_entry(one, base_url) for one in entries],
        }
    }


def _entry(entry: dict[str, Any], base_url: str) -> dict[str, Any]:
    milliseconds = entry["milliseconds"]
    added = {f"_{name}": entry[name] for name in _ADDED if entry[name] is not None}
    return {
        "startedDateTime": entry["time"],
        "time": milliseconds,
        "request": _request(entry, base_url),
        "response": _response(entry),
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
        **added,
    }


def _request(entry: dict[str, Any], base_url: str) -> dict[str, Any]:
    query = list(_pairs(entry["query"]))
    path = quote(entry["path"], safe="/@:*%")
    mark = "?" if query else ""
    request: dict[str, Any] = {
        "method": entry["method"],
        "url": f"{base_url}{path}{mark}{urlencode(query, safe='*@:')}",
        "queryString": [{"name": name, "value": value} for name, value in query],
        **_common(entry["headers"], entry["size"]),
    }
    if entry["body"] is not None:
        kind = entry["headers"].get("content-type", JSON)
        is_form = kind.partition(";")[0].strip().lower() == _FORM
        text = urlencode(list(_pairs(entry["body"])), safe="*") if is_form else _text(entry["body"])
        request["postData"] = {"mimeType": kind, "text": text}
    return request


def _response(entry: dict[str, Any]) -> dict[str, Any]:
    response, status = entry["response"], entry["status"] or 0
    known = {one.value: one.phrase for one in HTTPStatus}
    headers = response["headers"] if response else {}
    content: dict[str, Any] = {
        "size": response["size"] if response else 0,
        "mimeType": headers.get("content-type", ""),
    }
    if response and response["body"] is not None:
        body = response["body"]
        content["text"] = body if isinstance(body, str) else _text(body)
    return {
        "status": status,
        "statusText": known.get(status, ""),
        "content": content,
        "redirectURL": headers.get("location", ""),
        **_common(headers, content["size"]),
    }


def _common(headers: dict[str, str], size: int) -> dict[str, Any]:
    return {
        "httpVersion": _VERSION,
        "cookies": [],
        "headers": [{"name": name, "value": value} for name, value in headers.items()],
        "headersSize": _UNKNOWN,
        "bodySize": size,
    }


def _pairs(values: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield names with values; repeated names once for each value."""
    for name, value in values.items():
        for one in value if isinstance(value, list) else [value]:
            yield name, str(one)


def _text(value: Any) -> str:
    return orjson.dumps(value).decode()
