"""The end of a call: its legs become entries of the history, those with a record one of that."""

from __future__ import annotations

from mimetypes import MimeTypes
from random import Random

from ringme_mock.calls.call import Call
from ringme_mock.calls.facts import Facts, ended_facts
from ringme_mock.calls.schedule import Schedule
from ringme_mock.calls.views import show
from ringme_mock.store.quotas import check_quota
from ringme_mock.store.state import State
from ringme_mock.store.store import Store

LEGS, RECORDS = "leg", "record"
# Without the lists of the system: the same on every machine.
_MEDIA_TYPES = MimeTypes(filenames=())


def keep_call(state: State, call: Call, schedule: Schedule, random: Random) -> None:
    """Add the legs of a call that has ended. Raises the 400 of a collection that is full."""
    store = state.store
    for index, times in enumerate(schedule.legs):
        if times is None:
            continue
        facts, name = ended_facts(call, index, times), LEGS
        if times.answered is not None and call.legs[index].recorded:
            recording = _recording(store, facts, random)
            if recording is not None:
                facts, name = {**facts, **recording}, RECORDS
        if name not in store.collections:
            continue
        check_quota(state, name)
        collection = store[name]
        shown = show(facts, "record" if name == RECORDS else "ended")
        collection.insert({prop: shown.get(prop) for prop in collection.rule.properties})


def _recording(store: Store, facts: Facts, random: Random) -> Facts | None:
    """Choose a recording; None if there is none of its media type."""
    if RECORDS not in store.collections:
        return None
    content = store[RECORDS].rule.content
    files = sorted(
        name
        for name in store.files
        if content is not None and _MEDIA_TYPES.guess_type(name)[0] == content.media_type
    )
    if not files:
        return None
    chosen = random.choice(files)
    stamp = facts["began"].partition(".")[0].replace(" ", "_").replace(":", "-")
    parties = "_".join(
        str(one).rpartition("*")[2] for one in (facts["from_number"], facts["to_number"])
    )
    return {
        "recording": chosen,
        "bytes": len(store.files[chosen]),
        "download": f"{stamp}_{parties}.mp3",
    }
