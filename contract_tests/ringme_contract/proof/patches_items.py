"""Faults in recorded items: deleting them, and their files."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from ringme_contract.proof.interception import Answered, Asked
from ringme_contract.proof.site import Site, patch
from ringme_mock.actions import Action, listing, media
from ringme_mock.actions.context import Call
from ringme_mock.actions.response import Reply
from ringme_mock.http import storage
from ringme_mock.store.store import Query


@patch
def range_deleted(site: Site, how: str) -> None:
    """Deleting a range takes too much, or leaves something."""

    def make(_: Action) -> Action:
        def delete_range(call: Call) -> Reply:
            rule = call.operation.collection
            query: Query = listing.list_query(call)
            owner = call.owner
            if how == "no end":
                query = replace(query, end=None)
            if how == "no start":
                query = replace(query, start=None)
            if how == "whole client" and owner:
                group = call.state.store["extension_group"].get(owner[1])
                owner = ("client", group["client_id"]) if group else None
            found = list(call.state.store.find(rule.name, query, owner))
            for entry in found[:-1] if how == "all but one" else found:
                call.state.store.delete(rule.name, entry[rule.key])
            return call.reply()

        return delete_range

    site.action("delete_range", make)


@patch
def deleted_in_group_alone(site: Site, collection: str) -> None:
    """A deleted item leaves the lists of the group; those of client and number keep it."""
    gone: set[str] = set()

    def make_delete(original: Action) -> Action:
        def delete(call: Call) -> Reply:
            if call.operation.collection.name == collection:
                gone.add(call.entry[call.operation.collection.key])
                return call.reply()
            return original(call)

        return delete

    def make_list(original: Action) -> Action:
        def show(call: Call) -> Reply:
            reply = original(call)
            if call.operation.collection.name == collection and "extension_group" in call.owners:
                key = call.operation.collection.key
                return call.reply([one for one in json.loads(reply.body) if one[key] not in gone])
            return reply

        return show

    def before(asked: Asked) -> None:
        alone = asked.action in ("download", "delete", "storage_url")
        if alone and "/extension_group/" in asked.path:
            for key in gone:
                asked.path = asked.path.replace(key, "gone")

    site.before(before)
    site.action("delete", make_delete)
    site.action("list", make_list)


@patch
def files_outlive_items(site: Site) -> None:
    """The file of a deleted record can still be fetched."""
    files: dict[str, Answered] = {}

    def after(asked: Asked, answered: Answered) -> None:
        if asked.action == "download":
            if answered.status == 200:
                files[asked.path] = Answered(200, dict(answered.headers), answered.body)
            elif answered.status == 404 and asked.path in files:
                answered.status = 200
                answered.headers, answered.body = (
                    dict(files[asked.path].headers),
                    files[asked.path].body,
                )

    site.after(after)


@patch
def storage_outlives_items(site: Site) -> None:
    """The URL of a deleted record still serves its bytes."""
    files: dict[str, Answered] = {}

    def after(asked: Asked, answered: Answered) -> None:
        if asked.path.startswith(media.STORAGE_PATH):
            if answered.status == 200:
                files[asked.path] = Answered(200, dict(answered.headers), answered.body)
            elif asked.path in files:
                answered.status, answered.body = 200, files[asked.path].body

    site.after(after)


@patch
def voicemail_goes_along(site: Site) -> None:
    """Deleting one item deletes the next one of the group as well."""

    def make(original: Action) -> Action:
        def delete(call: Call) -> Reply:
            rule = call.operation.collection
            owner = call.owner
            reply = original(call)
            if rule.range and owner:
                for entry in list(call.state.store.find(rule.name, Query(limit=1), owner)):
                    call.state.store.delete(rule.name, entry[rule.key])
            return reply

        return delete

    site.action("delete", make)


@patch
def file_bytes(site: Site, how: str, collection: str = "") -> None:
    """The bytes of a file are not those of the item."""

    def make(original: Any) -> Any:
        def file_reply(store: Any, rule: Any, entry: Any) -> Reply:
            reply: Reply = original(store, rule, entry)
            if collection and rule.name != collection:
                return reply
            body = {"short": reply.body[:-1], "empty": b"", "long": reply.body + b"\n"}[how]
            return replace(reply, body=body)

        return file_reply

    site.replace(media, "file_reply", make)


@patch
def storage_bytes(site: Site) -> None:
    """The URL of a record leads to other bytes than its file has."""

    def make(original: Any) -> Any:
        def file_reply(store: Any, rule: Any, entry: Any) -> Reply:
            reply: Reply = original(store, rule, entry)
            return replace(reply, body=reply.body[::-1])

        return file_reply

    site.replace(storage, "file_reply", make)
