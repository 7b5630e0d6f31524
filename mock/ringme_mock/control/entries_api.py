"""Entries of a collection, with counts of related ones; changes of users and applications."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from starlette.responses import Response

from ringme_mock.control.control_context import ControlContext
from ringme_mock.errors import ApiError, invalid, missing
from ringme_mock.store.collection import Collection, Entry, Key
from ringme_mock.store.store import Query, Store
from ringme_spec.collections import CollectionRule


async def list_entries(context: ControlContext) -> Response:
    """List a page of matching entries. Raises the 404 for an unknown collection or owner."""
    store, query = context.state.store, context.query
    collection = _collection(store, context.path["collection"], 404)
    owner = _owner(store, collection.rule, query)
    counted = [_collection(store, name, 400).rule for name in _names(query.get("count", ""))]
    for rule in counted:
        _check_owner(rule, collection.rule.name, "count")
    text = query.get("text", "").casefold()
    keep = _search(collection.rule, text, _names(query.get("properties", ""))) if text else None
    wanted = Query(descending=query["order"] == "desc", keep=keep)

    def read(store: Store) -> dict[str, Any]:
        found = store.find(collection.rule.name, wanted, owner)
        total = store.size(collection.rule.name, owner)
        if keep is not None:
            kept = list(found)
            found, total = iter(kept), len(kept)
        page = list(islice(found, query["offset"], query["offset"] + query["limit"]))
        counts = _counts(store, collection.rule, page, counted)
        return {"total": total, "entries": page, "counts": counts}

    # In a thread, as it goes through all entries and must not block the API.
    is_long = keep is not None or collection.rule.has_made_entries
    page = await asyncio.to_thread(read, store.copy()) if is_long else read(store)
    return context.response(page)


async def change_user(context: ControlContext) -> Response:
    """Block or unblock a user. Raises the 404 for an unknown one."""
    users = context.state.store["user"]
    user = users.by_unique(context.path["login"])
    if user is None:
        raise ApiError(404, f"No such user: {context.path['login'][:64]}")
    changed = users.update(user[users.rule.key], {"status": context.body["status"]})
    return context.response({"login": changed["login"], "status": changed["status"]})


async def change_application(context: ControlContext) -> Response:
    """Set redirect URIs. Raises the 404 for an unknown application, the 400 for a bad URI."""
    applications = context.state.store["application"]
    found = applications.get(context.path["client_id"])
    if found is None:
        raise ApiError(404, f"No such application: {context.path['client_id'][:64]}")
    schemas = context.mock.contract.schemas
    allowed = schemas.properties(applications.rule.stored)
    for name, value in context.body.items():
        for field, reason in schemas.compile(allowed[name]).problems(value, name):
            raise invalid(f"{field}: {reason}")
    changed = applications.update(found[applications.rule.key], context.body)
    return context.response({name: changed[name] for name in context.operation.response_properties})


def _collection(store: Store, name: str, status: int) -> Collection:
    found = store.collections.get(name)
    if found is None:
        known = ", ".join(store.collections)
        raise ApiError(status, f"No such collection: {name[:64]}; known collections: {known}")
    return found


def _owner(store: Store, rule: CollectionRule, query: dict[str, Any]) -> tuple[str, Key] | None:
    """Read the owner in the query; its key is None for entries without an owner."""
    if "owner" not in query:
        if "owner_id" in query:
            raise invalid("owner: is missing")
        return None
    owner = _collection(store, query["owner"], 400)
    _check_owner(rule, owner.rule.name, "owner")
    if "owner_id" not in query:
        return owner.rule.name, None
    given = query["owner_id"]
    is_number = given.isascii() and given.isdecimal() and len(given) < 20
    for key in (int(given) if is_number else given, given):
        if owner.get(key) is not None:
            return owner.rule.name, key
    raise missing(owner.rule)


def _check_owner(rule: CollectionRule, owner: str, field: str) -> None:
    if owner not in rule.within:
        raise invalid(f"{field}: entries of {rule.name} belong to no {owner}")


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _search(rule: CollectionRule, text: str, names: list[str]) -> Callable[[Entry], bool]:
    """Make a filter: the text is part of one of these properties (of any), or is the key."""

    def fits(entry: Entry) -> bool:
        values: Iterable[Any] = map(entry.get, names) if names else entry.values()
        found = any(isinstance(one, str) and text in one.casefold() for one in values)
        return found or str(entry[rule.key]).casefold() == text

    return fits


def _counts(
    store: Store, rule: CollectionRule, page: list[Entry], counted: list[CollectionRule]
) -> dict[str, dict[str, int | None]]:
    name, key = rule.name, rule.key
    return {
        str(entry[key]): {one.name: store.size(one.name, (name, entry[key])) for one in counted}
        for entry in page
        if counted
    }
