"""Requests at the same moment: each has the effect that it has alone."""

from __future__ import annotations

from functools import partial

import httpx

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.factories import Item
from ringme_contract.settings import Settings, all_settings

_TWENTY = 20
_SAME = 4
_ROUNDS = 3


def _create_at_once(settings: Settings, bodies: list[Item]) -> list[httpx.Response]:
    client, path = settings.kit.caller("client"), settings.path(settings.creation)
    return settings.kit.at_once([partial(client.post, path, one) for one in bodies])


@check("at-once", layer="generic")
def what_is_created_at_once_is_all_there(kit: CheckContext) -> None:
    """Twenty entries of each kind: each as it was sent, under an id of its own, in its lists."""
    for settings in all_settings(kit):
        bodies, made = settings.new_bodies(_TWENTY), []
        for body, response in zip(bodies, _create_at_once(settings, bodies), strict=True):
            entry = kit.expect(response, settings.creation.status).json()
            sent = {name: body[name] for name in settings.free(settings.creation) if name in body}
            kit.expect_properties(f"one of {_TWENTY} new {settings.rule.name}", entry, sent)
            made.append(entry)
        keys = {one[settings.rule.key] for one in made}
        kit.expect_equal(
            f"how many ids {_TWENTY} new {settings.rule.name} have", len(keys), _TWENTY
        )
        settings.expect_listed(*made)


@check("at-once", layer="generic")
def of_one_unique_value_one_entry_is_made(kit: CheckContext) -> None:
    """Several creations at once with the same value: one succeeds, the others are 400."""
    for settings in all_settings(kit):
        if settings.rule.unique is None:
            continue
        for _ in range(_ROUNDS):
            responses = _create_at_once(settings, settings.new_bodies(1) * _SAME)
            statuses = sorted(one.status_code for one in responses)
            what = f"{_SAME} new {settings.rule.name} of one {settings.rule.unique.property}"
            expected = [settings.creation.status, *[400] * (_SAME - 1)]
            kit.expect_equal(f"the statuses of {what}", statuses, expected)


@check("at-once", layer="generic")
def updates_at_once_all_hold(kit: CheckContext) -> None:
    """An update of each property alone, all of one entry at the same moment."""
    client = kit.caller("client")
    for settings in all_settings(kit):
        update = settings.operation("update")
        if update is None:
            continue
        entry = settings.make()
        path = settings.path(update, entry)
        for body in settings.bodies(update)[:_ROUNDS]:
            needed = update.json_body.required_properties if update.json_body else ()
            same = {name: body[name] for name in needed}
            parts = [{**same, name: value} for name, value in body.items()]
            for response in kit.at_once([partial(client.put, path, one) for one in parts]):
                kit.expect(response, update.status)
            entry = {**entry, **body}
            settings.expect_read(entry)


@check("at-once", layer="generic")
def reads_at_once_show_each_its_own(kit: CheckContext) -> None:
    """Several entries of each kind, each of them read alone at the same moment."""
    client = kit.caller("client")
    for settings in all_settings(kit):
        reading = settings.operation("read")
        if reading is None:
            continue
        entries = [settings.make() for _ in range(_SAME)] * _ROUNDS
        paths = [settings.path(reading, one) for one in entries]
        responses = kit.at_once([partial(client.get, one) for one in paths])
        for response, entry in zip(responses, entries, strict=True):
            got = kit.expect(response, reading.status).json()
            kit.expect_properties(f"one {settings.rule.name} among others", got, entry)
