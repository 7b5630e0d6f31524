"""Values that come back as they were sent, for every property that a request may set."""

from __future__ import annotations

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.settings import all_settings


@check("values-kept", layer="generic", isolated=True)
def a_new_entry_has_the_values_that_were_sent(kit: CheckContext) -> None:
    """Each kind of entry with every property set, some times over with other values."""
    for settings in all_settings(kit):
        made = [settings.make(**body) for body in settings.bodies(settings.creation)]
        for entry in made:
            settings.expect_read(entry)
        settings.expect_listed(made[-1])


@check("values-kept", layer="generic", isolated=True)
def an_update_shows_the_values_that_were_sent(kit: CheckContext) -> None:
    """All properties together, each value in turn, and then each property alone."""
    for settings in all_settings(kit):
        update = settings.operation("update")
        if update is None:
            continue
        entry = settings.make()
        settings.expect_listed(entry)
        bodies = settings.bodies(update)
        for body in (*bodies[1:], bodies[0]):
            entry = settings.put(update, entry, body)
            settings.expect_read(entry)
        settings.expect_listed(entry)
        for name, value in bodies[1 % len(bodies)].items():
            entry = settings.put(update, entry, {name: value})
        settings.expect_read(settings.put(update, entry, {}))
        settings.expect_listed(entry)
