"""Faults in how requests are read: paths, queries, headers, bodies, and what is checked first."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from urllib.parse import unquote

from ringme_contract.proof.messages import Request, Response, refusal
from ringme_contract.proof.patch import before
from ringme_contract.proof.site import Site


@before
def rewritten(_: Site, request: Request, part: str, pattern: str, replacement: str) -> None:
    """Replaces what a pattern finds in a part of requests.

    `part` is path, raw_path, body, the name of a header, or query: there each parameter is a text
    of its own, `key=value`, and counts for nothing if it becomes empty.
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
    _: Site,
    request: Request,
    part: str,
    pattern: str,
    status: int,
    error: dict[str, str] | None = None,
) -> Response | None:
    """Refuses requests where a pattern finds something in a part of them.

    The parts are those of `rewritten`; escapes in a body are read. `error` is the body of the
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
def redirect_to_slash(_: Site, request: Request) -> Response | None:
    """Redirects to the slash of a collection."""
    known = request.operation
    if known and known.path.endswith("/") and not request.path.endswith("/"):
        return Response(308, {"location": request.path + "/"})
    return None


@before
def unknown_keys_refused(_: Site, request: Request) -> Response | None:
    """Refuses query keys that the operation does not have."""
    if request.operation is None or request.action == "token":
        return None
    known = [one.name for one in request.operation.query_parameters]
    strange = [key for key, _ in request.query if key.partition("[")[0] not in known]
    return refusal(400, f"{strange[0]}: is not known") if strange else None


@before
def one_value_counts(_: Site, request: Request, of: str, first: bool) -> None:
    """Leaves one of several values of a list (`array`), or of what is none (`single`)."""
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
def overridden_method(_: Site, request: Request) -> None:
    """Honours X-HTTP-Method-Override."""
    request.method = request.header("x-http-method-override").upper() or request.method


@before
def read_as(_: Site, request: Request, encoding: str) -> None:
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
async def token_before_route(site: Site, request: Request) -> Response | None:
    """Responds 401 to unknown paths where there is no good token."""
    if request.operation is None and await site.mock.caller(request) is None:
        return refusal(401, "Unauthorized")
    return None


@before
def body_at_most(_: Site, request: Request, size: int) -> Response | None:
    """Refuses bodies of more bytes."""
    too_large = len(request.body) > size
    return refusal(413, f"body: must have at most {size} bytes") if too_large else None
