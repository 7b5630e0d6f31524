"""Faults that are data alone: another document, requests or responses changed on their way."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from typing import Any

from ringme_contract.proof.fault import all_faults
from ringme_contract.proof.messages import Request, Response
from ringme_contract.proof.patch import after, before, patch
from ringme_contract.proof.site import Site

_BYTES: dict[str, Callable[[bytes], bytes]] = {
    "short": lambda body: body[:-1],
    "long": lambda body: body + b"\n",
    "reversed": lambda body: body[::-1],
    "without entities": lambda body: html.unescape(body.decode("utf-8")).encode("utf-8"),
}


@patch
def document(
    site: Site,
    at: list[str | int],
    set: dict[str, Any] | None = None,  # noqa: A002 - the word of the data file
    remove: list[str] | None = None,
) -> None:
    """Gives the node `at` of the mock's document other keys."""
    node: Any = site.document
    for part in at:
        node = node[part]
    node.update(set or {})
    for key in remove or []:
        del node[key]


@patch
def rename_path(site: Site, old: str, new: str) -> None:
    """Has the mock serve all paths that begin with `old` under `new` instead."""
    paths = site.document["paths"]
    site.document["paths"] = {
        new + path.removeprefix(old) if path.startswith(old) else path: item
        for path, item in paths.items()
    }


@after
def answer(
    _: Site, __: Request, response: Response, only: dict[str, Any] | None = None, **change: Any
) -> None:
    """Changes responses, or only those whose JSON has some values: see `_change_response`."""
    if _has(response.json, only or {}):
        _change_response(response, change)


@before
def request(_: Site, request: Request, **change: Any) -> None:
    """Changes requests: see `_change_query` and `_change_body` for how; drops `headers`."""
    _change_query(request, change)
    _change_body(request, change)
    gone = change.get("headers", [])
    request.headers = [(name, value) for name, value in request.headers if name not in gone]


def _change_query(request: Request, change: dict[str, Any]) -> None:
    """Takes query parameters away (`without`), and adds those that it lacks (`parameters`)."""
    kept = request.without(change.get("without", [])).query
    given = {key for key, _ in kept}
    added = change.get("parameters", {}).items()
    request.query = kept + [(key, str(value)) for key, value in added if key not in given]


def _change_body(request: Request, change: dict[str, Any]) -> None:
    """Adds `fields` that are not sent (if `when` is, where it is named), drops `nulls` of some.

    `empty` is the body in the place of an empty object.
    """
    fields = request.fields()
    if not fields and request.body != b"{}":
        return
    nulls = change.get("nulls", [])
    added = change.get("fields", {}) if change.get("when", "") in ("", *fields) else {}
    kept = {key: value for key, value in fields.items() if value is not None or key not in nulls}
    if {**added, **kept} != fields:
        request.set_body(json.dumps({**added, **kept}).encode("utf-8"))
    if not fields and "empty" in change:
        request.set_body(change["empty"].encode("utf-8"))


def _has(value: Any, wanted: dict[str, Any]) -> bool:
    return not wanted or (isinstance(value, dict) and wanted.items() <= value.items())


def _change_response(response: Response, change: dict[str, Any]) -> None:
    """Gives it another `status`, `body`, `headers`, changes its `bytes` or the objects of its JSON.

    Lists lose all but entries with one of the values of each key of `keep`. What a pattern finds in
    a header is rewritten by `rewrite`: `[pattern, replacement]`, or null for small letters.
    """
    response.status = change.get("status", response.status)
    value = response.json
    if isinstance(value, list):
        keep = change.get("keep", {})
        value = [one for one in value if all(one[key] in keep[key] for key in keep)]
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            _change_object(one, change)
    if "body" in change:
        response.body = change["body"].encode("utf-8")
    elif value is not None:
        response.set_json(value)
    if "bytes" in change:
        response.body = _BYTES[change["bytes"]](response.body)
    for name, text in change.get("headers", {}).items():
        if text is None:
            response.headers.pop(name, None)
        else:
            response.headers[name] = text
    for name, (pattern, replacement) in change.get("rewrite", {}).items():
        if name in response.headers:
            other = replacement if replacement is not None else lambda found: found[0].lower()
            response.headers[name] = re.sub(pattern, other, response.headers[name])


def _change_object(one: dict[str, Any], change: dict[str, Any]) -> None:
    """Changes keys of an object: `set`, `drop`, `append` to a text, `substitute` in one."""
    one.update(change.get("set", {}))
    for key in change.get("drop", []):
        one.pop(key, None)
    for key, suffix in change.get("append", {}).items():
        if isinstance(one.get(key), str):
            one[key] += suffix
    for key, (old, new) in change.get("substitute", {}).items():
        if isinstance(one.get(key), str):
            one[key] = one[key].replace(old, new)


@after
def plain_at(_: Site, __: Request, response: Response, size: int) -> None:
    """Leaves a response of this many bytes as it is, where it ought to be compressed."""
    if response.is_compressed and len(response.body) == size:
        del response.headers["content-encoding"]


@patch
def several(site: Site, faults: list[str]) -> None:
    """Puts several faults in at once."""
    for name in faults:
        site.put(all_faults()[name])
