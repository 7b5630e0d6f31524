"""Faults in the document, in reading requests and in writing responses."""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from ringme_contract.proof.fault import after, all_faults, before, patch
from ringme_contract.proof.messages import Request, Response, refusal
from ringme_contract.proof.mock import Mock

if TYPE_CHECKING:
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
    """Changes keys of the node `at` of the mock's document."""
    node: Any = site.document
    for part in at:
        node = node[part]
    node.update(set or {})
    for key in remove or []:
        del node[key]


@patch
def rename_path(site: Site, old: str, new: str) -> None:
    """Serves all paths that begin with `old` under `new` instead."""
    paths = site.document["paths"]
    site.document["paths"] = {
        new + path.removeprefix(old) if path.startswith(old) else path: item
        for path, item in paths.items()
    }


@after
def answer(
    _: Mock, __: Request, response: Response, only: dict[str, Any] | None = None, **change: Any
) -> None:
    """Changes responses, or only those whose JSON has some values: see `_change_response`."""
    value = response.json
    if not only or (isinstance(value, dict) and only.items() <= value.items()):
        _change_response(response, change)


@before
def request(_: Mock, request: Request, **change: Any) -> None:
    """Changes requests: see `_change_query` and `_change_body`; drops `headers`."""
    _change_query(request, change)
    _change_body(request, change)
    gone = change.get("headers", [])
    request.headers = [(name, value) for name, value in request.headers if name not in gone]


def _change_query(request: Request, change: dict[str, Any]) -> None:
    """Removes query parameters (`without`), and adds missing ones (`parameters`)."""
    kept = request.without(change.get("without", [])).query
    given = {key for key, _ in kept}
    added = change.get("parameters", {}).items()
    request.query = kept + [(key, str(value)) for key, value in added if key not in given]


def _change_body(request: Request, change: dict[str, Any]) -> None:
    """Adds `fields`, drops `nulls` (only if `when` is sent); `empty` replaces `{}`."""
    fields = request.fields()
    if not fields and request.body != b"{}":
        return
    meant = change.get("when", "") in ("", *fields)
    nulls = change.get("nulls", []) if meant else []
    added = change.get("fields", {}) if meant else {}
    kept = {key: value for key, value in fields.items() if value is not None or key not in nulls}
    if {**added, **kept} != fields:
        request.set_body(json.dumps({**added, **kept}).encode("utf-8"))
    if not fields and "empty" in change:
        request.set_body(change["empty"].encode("utf-8"))


def _change_response(response: Response, change: dict[str, Any]) -> None:
    """Changes `status`, `body`, `headers`, `bytes`, or the objects of the JSON.

    `within` names the list in the object whose entries are meant. `keep` filters lists by the
    values of keys. `rewrite` replaces a pattern in a header: `[pattern,
    replacement]`, where null means lower case.
    """
    response.status = change.get("status", response.status)
    whole = value = response.json
    if "within" in change and isinstance(value, dict):
        value = value.get(change["within"])
    if isinstance(value, list):
        keep = change.get("keep", {})
        value = [one for one in value if all(one[key] in keep[key] for key in keep)]
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            _change_object(one, change)
    if "body" in change:
        response.body = change["body"].encode("utf-8")
    elif value is not None:
        response.set_json({**whole, change["within"]: value} if "within" in change else value)
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
def plain_at(_: Mock, __: Request, response: Response, size: int = 0) -> None:
    """Does not compress a response, or only one of this many bytes."""
    if response.is_compressed and size in (0, len(response.body)):
        del response.headers["content-encoding"]


@patch
def several(site: Site, faults: list[str]) -> None:
    """Puts in several faults at once."""
    for name in faults:
        site.put(all_faults()[name])


# --- reading of requests


@before
def rewritten(_: Mock, request: Request, part: str, pattern: str, replacement: str) -> None:
    """Replaces a pattern in a part of requests.

    `part` is path, raw_path, body, the name of a header, or query: there each parameter is a text
    `key=value`, which is dropped if it becomes empty.
    """

    def change(text: str) -> str:
        return re.sub(pattern, replacement, text)

    if part == "path":
        request.path = change(request.path)
    elif part == "raw_path":
        request.path = unquote(change(request.raw_path))
    elif part == "query":
        pairs = [change(f"{key}={value}").partition("=") for key, value in request.query]
        request.query = [(key, value) for key, _, value in pairs if key]
    elif part == "body":
        request.set_body(change(request.body.decode("latin-1")).encode("latin-1"))
    elif value := request.header(part):
        request.set_header(part, change(value))


@before
def refused(
    _: Mock,
    request: Request,
    part: str,
    pattern: str,
    status: int,
    error: dict[str, str] | None = None,
) -> Response | None:
    """Refuses requests with a pattern in a part of them.

    The parts are those of `rewritten`; escapes in a body are decoded. `error` is the body of the
    response.
    """
    if not any(re.search(pattern, one) for one in _texts(request, part)):
        return None
    response = refusal(status, f"{part}: is not good")
    if error:
        response.headers["cache-control"] = "no-store"
        response.set_json(error)
    return response


def _texts(request: Request, part: str) -> list[str]:
    if part == "path":
        return [request.path]
    if part == "query":
        return [f"{key}={value}" for key, value in request.query]
    if part != "body":
        return [request.header(part)]
    text = request.body.decode("utf-8", "replace")
    with suppress(ValueError, RecursionError):
        text += json.dumps(json.loads(text), ensure_ascii=False)
    return [text]


@before
def redirect_to_slash(_: Mock, request: Request) -> Response | None:
    """Redirects paths of collections without a slash at the end."""
    known = request.operation
    if known and known.path.endswith("/") and not request.path.endswith("/"):
        return Response(308, {"location": request.path + "/"})
    return None


@before
def unknown_keys_refused(_: Mock, request: Request) -> Response | None:
    """Refuses unknown query parameters."""
    if request.operation is None or request.action == "token":
        return None
    known = [one.name for one in request.operation.query_parameters]
    strange = [key for key, _ in request.query if key.partition("[")[0] not in known]
    return refusal(400, f"{strange[0]}: is not known") if strange else None


@before
def one_value_counts(_: Mock, request: Request, of: str, first: bool, least: int = 1) -> None:
    """Keeps one of several values of a list (`array`), or of other parameters (`single`).

    Only if at least this many parameters have several.
    """
    names = Counter(key.partition("[")[0] for key, _ in request.query)
    if sum(count > 1 for count in names.values()) < least:
        return
    known = request.operation.query_parameters if request.operation else ()
    arrays = {one.name for one in known if one.is_list}
    kept: dict[str, tuple[str, str]] = {}
    rest = []
    for key, value in request.query:
        name = key.partition("[")[0]
        if (name in arrays) != (of == "array"):
            rest.append((key, value))
        elif not first or name not in kept:
            kept[name] = (key, value)
    request.query = [*rest, *kept.values()]


@before
def overridden_method(_: Mock, request: Request) -> None:
    """Honours X-HTTP-Method-Override."""
    request.method = request.header("x-http-method-override").upper() or request.method


@before
def read_as(_: Mock, request: Request, encoding: str) -> None:
    """Reads a body that is not UTF-8 in another encoding; `detected` is any of Unicode's."""
    name = json.detect_encoding(request.body) if encoding == "detected" else encoding
    if request.action != "token" and not _is_utf_8(request.body):
        with suppress(UnicodeError):
            request.set_body(request.body.decode(name).encode("utf-8"))


def _is_utf_8(body: bytes) -> bool:
    try:
        return "\0" not in body.decode("utf-8")
    except UnicodeDecodeError:
        return False


@before
async def token_before_route(mock: Mock, request: Request) -> Response | None:
    """Responds 401 to unknown paths without a valid token."""
    if request.operation is None and await mock.caller(request) is None:
        return refusal(401, "Unauthorized")
    return None


@before
def body_at_most(_: Mock, request: Request, size: int) -> Response | None:
    """Refuses larger bodies."""
    too_large = len(request.body) > size
    return refusal(413, f"body: must have at most {size} bytes") if too_large else None
