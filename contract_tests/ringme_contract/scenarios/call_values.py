"""The values of a call, worked out from its legs (rule call-values)."""

from __future__ import annotations

from typing import Any

from ringme_contract.check_context import CheckContext
from ringme_contract.datetime_texts import read_datetime
from ringme_contract.entries.factories import Item

_OF_FIRST = (
    "init_time_gmt", "extension_id", "extension_name", "extension_type",
    "extension_group_owner_id", "client_owner_id", "from_username", "from_domain",
    "from_screen_name", "to_username", "to_domain", "did_number", "did_domain",
)  # fmt: skip
_PICKED_UP = ("answered", "voicemail")


def expect_values(kit: CheckContext, call: Item) -> None:
    """Fails unless a call with its legs shows what these make of it."""
    kit.expect_properties(f"call {call['call_uuid']}", call, values_of(call["cdr"]))


def values_of(legs: list[Item]) -> Item:
    """The properties of the call with these legs, which are in order."""
    first, last = legs[0], max(legs, key=lambda one: read_datetime(one["hangup_time_gmt"]))
    last_end = last["hangup_time_gmt"]
    taken = _first([one for one in legs if one["result"] in _PICKED_UP])
    phones = [one for one in legs if one["extension_type"] == "phone"]
    bridged = _first([one for one in phones if one["result"] == "answered"])
    found = {name: first[name] for name in _OF_FIRST}
    if first["flow"] != "transfer":
        found["flow"] = first["flow"]
    if bridged or taken:
        found["result"] = "bridged" if bridged else "answered"
    elif len([one for one in legs if one["hangup_time_gmt"] == last_end]) == 1:
        found["result"] = last["result"].replace("answered elsewhere", "not answered")
    start = taken["start_time_gmt"] if taken else None
    begin = bridged["start_time_gmt"] if bridged else None
    return {
        **found,
        "hangup_time_gmt": last_end,
        "start_time_gmt": start,
        "duration": _seconds(start, last_end) or 0,
        "bridged_time_gmt": begin,
        "bridged_username": bridged["dest_number"] if bridged else None,
        "bridged_domain": bridged["dest_domain"] if bridged else None,
        "bridged_duration": _seconds(begin, last_end),
    }


def _first(legs: list[Item]) -> Item | None:
    """The one that was picked up first."""
    found = [one for one in legs if one["start_time_gmt"] is not None]
    return min(found, key=lambda one: read_datetime(one["start_time_gmt"]), default=None)


def _seconds(since: Any, until: str) -> int | None:
    if since is None:
        return None
    length = read_datetime(until).replace(microsecond=0) - read_datetime(since)
    return max(0, int(length.total_seconds()))
