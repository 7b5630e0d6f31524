"""States of any size: one client with many call records, or with many groups."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

from ringme_mock.store.store import Store

CLIENT = 12
GROUP = 5
# As many on each day, whatever their number: the list of a day is then as long for each.
A_DAY = 100
_STEP = timedelta(days=1) / A_DAY
_NUMBERS = 100
_MEMBERS = 10
_FIRST_NUMBER = 100_000
# One of the ten that are in GROUP.
MEMBER = _FIRST_NUMBER
_FIRST = datetime(2000, 1, 1)


def first_day(number: int) -> datetime:
    """The begin of the day with this number, counted from 0."""
    return _FIRST + timedelta(days=number)


def with_records(seed: Store, count: int) -> Store:
    """A copy of a store, and in it so many more call records on a hundred numbers, ten in GROUP."""
    store = seed.copy()
    pattern = next(store["extension"].entries())
    numbers = range(_FIRST_NUMBER, _FIRST_NUMBER + _NUMBERS)
    store["extension"].insert_many(
        {
            **pattern,
            "id": number,
            "name": f"000*{number}",
            "client_id": CLIENT,
            "extension_group_id": GROUP if number % _MEMBERS == 0 else None,
        }
        for number in numbers
    )
    store["record"].insert_many(_records(next(seed["record"].entries()), count))
    return store


def new_record(pattern: dict[str, Any], place: int, random: Random) -> dict[str, Any]:
    """A record on one of the numbers, its place in time counted from 0."""
    number = _FIRST_NUMBER + place * 7 % _NUMBERS
    begin = _FIRST + place * _STEP
    caller = f"7999{random.randrange(10**7):07d}"
    seconds = random.randrange(5, 600)
    return {
        **pattern,
        "record_uuid": f"{number}-{random.getrandbits(128):032X}",
        "extension_id": number,
        "extension_name": f"000*{number}@sip.ringme.ru",
        "client_owner_id": CLIENT,
        "init_time_gmt": str(begin),
        "start_time_gmt": str(begin + timedelta(seconds=4)),
        "hangup_time_gmt": str(begin + timedelta(seconds=4 + seconds)),
        "duration": seconds,
        "from_username": caller,
        "from_screen_name": caller,
        "ani_number": caller,
        "call_uuid": f"{random.getrandbits(128):032X}",
        "file_name": f"{begin:%Y-%m-%d_%H-%M-%S}_{caller}_{number}.mp3",
    }


def _records(pattern: dict[str, Any], count: int) -> Iterator[dict[str, Any]]:
    random = Random(count)
    for place in range(count):
        yield new_record(pattern, place, random)


def with_groups(seed: Store, count: int) -> Store:
    """A copy of a store, and in it so many more groups of one client."""
    store = seed.copy()
    groups = store["extension_group"]
    first = groups.new_key()
    groups.insert_many(
        {"id": number, "name": f"Department {number}", "client_id": CLIENT, "extra_params": None}
        for number in range(first, first + count)
    )
    return store
