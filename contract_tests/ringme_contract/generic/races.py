"""Concurrent requests: each has the same effect as alone."""

from __future__ import annotations

from functools import partial
from itertools import islice

import httpx

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.collection_entries import Entries, all_entries
from ringme_contract.entries.factories import Item

_TWENTY = 20
_SAME = 4
_ROUNDS = 3


def _create_at_once(entries: Entries, bodies: list[Item]) -> list[httpx.Response]:
    path = entries.path("create")
    return entries.kit.at_once([partial(entries.caller.post, path, one) for one in bodies])


@check("at-once")
def what_is_created_at_once_is_all_there(kit: CheckContext) -> None:
    """Twenty entries of each kind: each as it was sent, with a unique id, in its lists."""
    for entries in all_entries(kit):
        bodies, made = entries.new_bodies(_TWENTY), []
        numbering = entries.rule.numbering
        for body, response in zip(bodies, _create_at_once(entries, bodies), strict=True):
            entry = kit.expect(response, entries.creation.status).json()
            sent = entries.shown(body)
            if numbering:
                del sent[numbering.property]
            kit.expect_properties(f"one of {_TWENTY} new {entries.name}", entry, sent)
            made.append(entry)
        keys = {entries.key(one) for one in made}
        kit.expect_equal(
            f"number of different ids of {_TWENTY} new {entries.name}", len(keys), _TWENTY
        )
        entries.expect_listed(*made)


@check("at-once")
def of_one_unique_value_one_entry_is_made(kit: CheckContext) -> None:
    """Several concurrent creations with the same value: one succeeds, the others are a 400."""
    for entries in all_entries(kit):
        if entries.rule.unique is None:
            continue
        for _ in range(_ROUNDS):
            responses = _create_at_once(entries, entries.new_bodies(1) * _SAME)
            statuses = sorted(one.status_code for one in responses)
            what = f"{_SAME} new {entries.name} of one {entries.rule.unique.property}"
            expected = [entries.creation.status, *[400] * (_SAME - 1)]
            kit.expect_equal(f"the statuses of {what}", statuses, expected)


@check("at-once")
def updates_at_once_all_hold(kit: CheckContext) -> None:
    """Concurrent updates of one entry, each of another property."""
    for entries in all_entries(kit):
        update = entries.operation("update")
        if update is None:
            continue
        entry = entries.make()
        path = entries.path("update", entry)
        for body in islice(entries.bodies(update), _ROUNDS):
            same = {name: body[name] for name in update.needed}
            parts = [{**same, name: value} for name, value in body.items()]
            for response in kit.at_once([partial(entries.caller.put, path, one) for one in parts]):
                kit.expect(response, update.status)
            entry = {**entry, **entries.shown(body)}
            entries.expect_read(entry)


@check("at-once")
def reads_at_once_show_each_its_own(kit: CheckContext) -> None:
    """Several entries of each kind, read concurrently."""
    for entries in all_entries(kit):
        reading = entries.operation("read")
        if reading is None:
            continue
        made = [entries.make() for _ in range(_SAME)] * _ROUNDS
        paths = [entries.path("read", one) for one in made]
        responses = kit.at_once([partial(entries.caller.get, one) for one in paths])
        for response, entry in zip(responses, made, strict=True):
            got = kit.expect(response, reading.status).json()
            kit.expect_properties(f"one {entries.name} among others", got, entry)
