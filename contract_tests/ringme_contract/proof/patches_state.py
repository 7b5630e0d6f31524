"""Faults in what requests do to groups, numbers and users."""

from __future__ import annotations

from typing import Any

from ringme_contract.lists import Item
from ringme_contract.proof.messages import Request, Response, refusal
from ringme_contract.proof.patch import Shown, after, after_success, before, patch
from ringme_contract.proof.range_bounds import is_inside
from ringme_contract.proof.site import Site


@before
async def ids_used_again(site: Site, request: Request) -> None:
    """Gives a new entry an id that is one more than the highest in use."""
    state = await site.mock.state()
    if state[request.collection].pop("next_id", None) is not None:
        await site.mock.set_state(state)


@patch
def stale(site: Site, operations: list[str], until: list[str], when: str = "") -> None:
    """Responds from a cache that only some operations empty, updates if they send a key."""
    kept: dict[tuple[Any, ...], Response] = {}

    def before(request: Request) -> Response | None:
        sent = request.action != "update" or when in ("", *request.fields())
        if request.name in until and sent:
            kept.clear()
        found = kept.get((request.token, request.path, request.query_string))
        return found.copy() if found else None

    def after(request: Request, response: Response) -> None:
        if request.name in operations and response.status == 200:
            kept[request.token, request.path, request.query_string] = response.copy()

    site.before(before)
    site.after(after)


@after_success
async def stored(
    site: Site,
    request: Request,
    response: Response,
    keys: tuple[str, ...] = (),
    values: dict[str, Any] | None = None,
) -> None:
    """Stores keys of a body that are not to be set, or values that the response says, too."""
    made, values = response.json, values or {}
    sent = {key: value for key, value in request.fields().items() if key in keys}
    await site.mock.change(request.collection, made["id"], **sent, **values)
    response.set_json({**made, **{key: values[key] for key in values if key in made}})


@before
async def keys_shown(
    site: Site,
    request: Request,
    shown: Shown,
    keys: list[str] | None = None,
    known: tuple[str, ...] = (),
) -> Response:
    """Shows some `keys` of a body, or all but the `known` ones, as if they were stored."""
    response = await site.mock.send(request)
    if response.ok:
        sent = request.fields()
        chosen = keys if keys is not None else sent.keys() - {*known}
        found = {key: sent[key] for key in sent if key in chosen}
        shown.lay(request.collection, response.json["id"], found)
    return response


@patch
def still_listed(site: Site, deleted_by: str, lists: list[str]) -> None:
    """Leaves in some lists what was deleted."""
    shown = Shown(site)
    gone: list[Item] = []

    def after(request: Request, response: Response) -> None:
        if request.name == deleted_by and response.ok:
            # The digits of a key count in either case.
            key = request.collection, request.key.upper()
            gone.extend(
                one for (name, its), one in shown.entries.items() if (name, its.upper()) == key
            )
        elif request.name in lists and response.ok and not request.parameter("per_page"):
            left = [
                one for one in gone if _is_owned(request, one) and is_inside(site, request, one)
            ]
            response.set_json(response.json + left)

    site.after(after)


def _is_owned(request: Request, entry: Item) -> bool:
    """Tells if an entry is of the client, group or number of a list."""
    names = {"ext_group_id": "extension_group_id"}
    return all(
        str(entry.get(names.get(name, name), value)) == value or not value.isdecimal()
        for name, value in request.values.items()
    )


@before
async def not_let_go(
    site: Site, request: Request, shown: Shown, collection: str, key: str
) -> Response:
    """Shows what refers to a deleted entry as it was."""
    entries = await site.mock.entries(collection)
    response = await site.mock.send(request)
    for one in entries if response.ok else ():
        if str(one[key]) == request.key:
            shown.lay(collection, one["id"], {key: one[key]})
    return response


@before
async def taken(site: Site, request: Request, key: str, how: str) -> Response | None:
    """Refuses a value that another entry has: the `same`, or as the `start` of its own."""
    value = request.fields().get(key)
    for one in await site.mock.entries(request.collection) if value else ():
        same = one[key] == value if how == "same" else one[key].startswith(str(value))
        if same and str(one["id"]) != request.key:
            return refusal(400, f"{key}: is taken")
    return None


@patch
def never_free(site: Site, key: str, status: int, word: str = "", **which: Any) -> None:
    """Refuses a value for good that a request had, whose response had some `status`.

    With a `word`, that is the error of the token endpoint. See `Request.matches` for `which`.
    """
    used: set[str] = set()

    def before(request: Request) -> Response | None:
        if not request.matches(**which) or _value(request, key) not in used:
            return None
        if not word:
            return refusal(400, f"{key}: is taken")
        response = Response(401, {"cache-control": "no-store"})
        response.set_json({"error": word})
        return response

    def after(request: Request, response: Response) -> None:
        value = _value(request, key)
        if value and response.status == status and request.matches(**which):
            used.add(value)

    site.before(before)
    site.after(after)


def _value(request: Request, key: str) -> str:
    return str((request.fields() or request.form()).get(key) or "")


@after_success
def changed_by_reading(
    _: Site, request: Request, __: Response, shown: Shown, key: str, value: Any
) -> None:
    """Leaves a mark on what a GET shows."""
    shown.lay(request.collection, request.key, {key: value})


@after
async def applied_though_refused(
    site: Site,
    request: Request,
    _: Response,
    when: str,
    without: list[str],
    fields: Item | None = None,
) -> None:
    """Applies an update that is refused but for some keys (`when` one of them is sent)."""
    sent = request.fields()
    if when in sent:
        kept = {key: value for key, value in sent.items() if key not in without}
        await site.mock.send(request.with_fields({**kept, **(fields or {})}))
