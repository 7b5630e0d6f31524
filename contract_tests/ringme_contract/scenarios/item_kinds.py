"""Kinds of recorded items, and groups of a check's own that have some."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any

import httpx

from ringme_contract.check import CheckFunction
from ringme_contract.check_context import CheckContext
from ringme_contract.datetime_texts import read_datetime, write_datetime
from ringme_contract.entries.factories import Item
from ringme_contract.verdict import NotReached
from ringme_spec.collections import RangeRule

# So many items of numbers that there are, are left to other checks.
_SPARED = 3
KindCheck = Callable[["CheckContext", "Kind"], None]


@dataclass(frozen=True)
class Section:
    """The part of the API that belongs to one owner: the client, a group or a number."""

    owner: str
    key: Any = None

    def path(self, kit: CheckContext, kind: Kind, key: object = None, action: str = "") -> str:
        return kit.path(kind.name, key, action, **self.keys(kit))

    def keys(self, kit: CheckContext) -> dict[str, Any]:
        """The key in a path, by collection: without one that of the caller's own client."""
        return {self.owner: self.key or kit.roles.own_client}

    def __str__(self) -> str:
        return f"{self.owner} {self.key or 'of the caller'}"


CLIENT = Section("client")


@dataclass(frozen=True)
class Kind:
    """One kind of recorded item, and the names of its properties.

    `key` is the id (None for the log, whose entries have none), `tie` what sorts items of the
    same moment.
    """

    name: str
    capability: str
    plural: str
    time: str
    key: str | None
    tie: str
    size: str | None

    def moment(self, item: Item) -> datetime:
        return read_datetime(item[self.time])

    def range(self, kit: CheckContext) -> RangeRule | None:
        return kit.contract.collections[self.name].range

    def is_of(self, item: Item, extension: Item) -> bool:
        """It belongs to a number; the log tells the number without its prefix."""
        if self.key is None:
            return bool(item[self.tie] == extension["name"].rpartition("*")[2])
        return bool(item["extension_id"] == extension["id"])

    def sort_key(self, item: Item) -> tuple[datetime, str]:
        return self.moment(item), item[self.tie]


RECORD = Kind(
    "record", "record", "call records", "init_time_gmt", "record_uuid", "record_uuid",
    "record_file_size",
)  # fmt: skip
VOICEMAIL = Kind(
    "voicemail", "voicemail", "voicemails", "init_time_gmt", "record_uuid", "record_uuid",
    "record_file_size",
)  # fmt: skip
FAX = Kind(
    "fax", "fax", "faxes", "datetime", "uuid", "uuid", "file_size",
)  # fmt: skip
LOG = Kind(
    "reg_status_log", "registration_log", "entries of the registration log", "date_gmt", None,
    "short_ext_name", None,
)  # fmt: skip
KINDS = (RECORD, VOICEMAIL, FAX, LOG)


def offered(kit: CheckContext, kinds: tuple[Kind, ...] = KINDS) -> list[Kind]:
    """Those of some kinds that the target does not declare as lacking, of which there is one."""
    found = [kind for kind in kinds if kind.capability not in kit.target.off]
    kit.need_offered(found, f"the target lacks {', '.join(kind.plural for kind in kinds)}")
    return found


def of_each_kind(kinds: tuple[Kind, ...] = KINDS) -> Callable[[KindCheck], CheckFunction]:
    """Makes a check of one kind one of all; a kind without items does not keep from the next."""

    def decorate(function: KindCheck) -> CheckFunction:
        @wraps(function)
        def check_each(kit: CheckContext) -> None:
            lacking = []
            for kind in offered(kit, kinds):
                try:
                    function(kit, kind)
                except NotReached as reason:
                    lacking.append(str(reason))
            if lacking:
                raise NotReached("; ".join(lacking))

        return check_each

    return decorate


def read(kit: CheckContext, section: Section, kind: Kind, **query: object) -> list[Item]:
    """A list of a section; in the target's range unless another is given."""
    query = {**kit.range_query, **query}
    found: list[Item] = kit.client.read(section.path(kit, kind), **query)
    return found


def expect_lists(
    kit: CheckContext, kind: Kind, shown: dict[Section, list[Item]], what: str
) -> None:
    """Fails the check unless each section shows these items."""
    kit.map(
        lambda one: kit.expect_equal(f"{one[0]}: {what}", read(kit, one[0], kind), one[1]),
        shown.items(),
    )


def between(start: datetime, end: datetime) -> dict[str, str]:
    return {"start_datetime": write_datetime(start), "end_datetime": write_datetime(end)}


def numbers_with(kit: CheckContext, kind: Kind) -> list[tuple[Item, list[Item]]]:
    """The client's numbers that have items, each with them; those with most items first."""
    items = kit.factory.items.of_client(kind.name)
    found = [
        (number, own)
        for number in kit.client.read(kit.path("extension"))
        if (own := [one for one in items if kind.is_of(one, number)])
    ]
    kit.need(found, f"no number of the client has {kind.plural} in the target's range")
    return sorted(found, key=lambda pair: -len(pair[1]))


def has_more_than_spared(kit: CheckContext, kind: Kind) -> bool:
    """True if a check may delete another item and still leave enough to other checks."""
    return sum(len(items) for _, items in numbers_with(kit, kind)) > _SPARED


def tied_numbers(kit: CheckContext, kind: Kind) -> tuple[Item, Item]:
    """Two numbers of the client with an item each of the very same moment."""
    numbers = numbers_with(kit, kind)
    for index, (number, items) in enumerate(numbers):
        moments = {kind.moment(one) for one in items}
        for other, its_items in numbers[index + 1 :]:
            if any(kind.moment(one) in moments for one in its_items):
                return number, other
    raise NotReached(f"no two numbers of the client have {kind.plural} of the same moment")


def group_of(kit: CheckContext, *numbers: Item) -> int:
    """A new group with these numbers in it, which go back after the check."""
    group: int = kit.new_group()["id"]
    for number in numbers:
        kit.place(number["id"], group)
    return group


def section_of(group: int) -> Section:
    return Section("extension_group", group)


def section_of_number(number: Item) -> Section:
    return Section("extension", number["id"])


def fetch(kit: CheckContext, url: str) -> httpx.Response:
    """The response of a URL of a recording to somebody without a token."""
    response = kit.transport.send("anonymous", "GET", url)
    # The document has no such path, so there is nothing to check the response against.
    kit.transport.exchanges[-1].problems.clear()
    return response
