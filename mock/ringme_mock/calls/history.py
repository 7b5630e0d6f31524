"""History of calls: entries made of the legs of a call that has ended, and of their records."""

from __future__ import annotations

from ringme_mock.calls.call import Call
from ringme_mock.calls.facts import Facts, ended_facts, show
from ringme_mock.calls.schedule import Schedule
from ringme_mock.store.collection import Entry
from ringme_mock.store.made_files import is_makeable, made_size
from ringme_mock.store.quotas import check_quota
from ringme_mock.store.state import State
from ringme_mock.store.store import Store
from ringme_spec.collections import Content

LEGS, RECORDS = "leg", "record"


def keep_call(state: State, call: Call, schedule: Schedule, complete: bool) -> Call:
    """Add the legs of a call that has ended, and its records if it is `complete`.

    A record replaces the leg that was added before. Returns the call with the keys of its legs.
    Raises the 400 if a collection is full.
    """
    store = state.store
    recordings = _recordings(store)
    for index, times in enumerate(schedule.legs):
        if times is None:
            continue
        leg, facts = call.legs[index], ended_facts(call, index, times)
        if complete and times.talked and leg.recorded and recordings is not None:
            if leg.entry is not None and store[LEGS].get(leg.entry) is not None:
                store[LEGS].delete(leg.entry)
            _add(state, RECORDS, _record(facts, recordings))
        elif not call.listed and LEGS in store.collections:
            entry = _add(state, LEGS, show(facts, "ended"))
            call = call.with_leg(index, entry=entry[store[LEGS].rule.key])
    return call


def _add(state: State, name: str, shown: Entry) -> Entry:
    check_quota(state, name)
    collection = state.store[name]
    entry = {prop: shown.get(prop) for prop in collection.rule.properties}
    if collection.rule.sequence:
        collection.insert_new(entry)
    else:
        collection.insert(entry)
    return entry


def _recordings(store: Store) -> Content | None:
    """Return the content of records; None if there are none, or silence cannot be made for them."""
    if RECORDS not in store.collections:
        return None
    content = store[RECORDS].rule.content
    return content if content is not None and is_makeable(content) else None


def _record(facts: Facts, content: Content) -> Entry:
    """Make the record of a leg, with silence as long as the leg."""
    stamp = facts["began"].partition(".")[0].replace(" ", "_").replace(":", "-")
    parties = "_".join(
        str(one).rpartition("*")[2] for one in (facts["from_number"], facts["to_number"])
    )
    shown = show({**facts, "download": f"{stamp}_{parties}.mp3"}, "record")
    shown[content.size] = made_size(content, shown)
    return shown
