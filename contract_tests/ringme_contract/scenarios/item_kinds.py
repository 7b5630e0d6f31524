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

# So many items of numbers that there are, are left to other checks.
_SPARED = 3
RECORD, VOICEMAIL, FAX, LOG = KINDS = ("record", "voicemail", "fax", "reg_status_log")


@dataclass(frozen=True)
class Section:
    """The part of the API that belongs to one owner: the client, a group or a number."""

    owner: str
    key: Any = None

    def keys(self, kit: CheckContext) -> dict[str, Any]:
        """The key in a path, by collection: without one that of the caller's own client."""
        return {self.owner: self.key or kit.roles.own_client}

    def __str__(self) -> str:
        return f"{self.owner} {self.key or 'of the caller'}"


CLIENT = Section("client")


class Items:
    """The recorded items of one kind that the client has in the target's range."""

    def __init__(self, kit: CheckContext, name: str) -> None:
        self.kit, self.name, self.rule = kit, name, kit.contract.collections[name]
        self.key, self.missing, self.range = self.rule.key, self.rule.missing, self.rule.range
        self.time = self.range.property if self.range else ""
        # Sorts items of the same moment.
        self._tie = self.rule.order[1]
        self.size = self.rule.content.size if self.rule.content else ""

    def __str__(self) -> str:
        return f"{self.name} items"

    def path(self, section: Section, key: object = None, action: str = "") -> str:
        return self.kit.path(self.name, key, action, **section.keys(self.kit))

    def read(self, section: Section = CLIENT, **query: object) -> list[Item]:
        """The list of a section; in the target's range unless another is given."""
        query = {**self.kit.range_query, **query}
        found: list[Item] = self.kit.client.read(self.path(section), **query)
        return found

    def read_some(self, section: Section = CLIENT) -> list[Item]:
        """The list of a section. Raises NotReached if it is empty."""
        found = self.read(section)
        self.kit.need(found, f"there are no {self} of {section} in the target's range")
        return found

    def stats(self, section: Section, **query: object) -> Any:
        query = {**self.kit.range_query, **query}
        return self.kit.client.read(self.path(section, action="stats"), **query)

    def sums(self, items: list[Item]) -> dict[str, int]:
        return {"count": len(items), "size": sum(one[self.size] for one in items)}

    def moment(self, item: Item) -> datetime:
        return read_datetime(item[self.time])

    def is_of(self, item: Item, number: Item) -> bool:
        """It belongs to a number; the log tells the number without its prefix."""
        if "extension_id" in item:
            return bool(item["extension_id"] == number["id"])
        return bool(item[self._tie] == number["name"].rpartition("*")[2])

    def sort_key(self, item: Item) -> tuple[datetime, str]:
        return self.moment(item), item[self._tie]

    def numbers(self) -> list[tuple[Item, list[Item]]]:
        """The client's numbers that have items, each with them; those with most items first."""
        items = self.kit.factory.items.of_client(self.name)
        found = [
            (number, own)
            for number in self.kit.client.read(self.kit.path("extension"))
            if (own := [one for one in items if self.is_of(one, number)])
        ]
        self.kit.need(found, f"no number of the client has {self} in the target's range")
        return sorted(found, key=lambda pair: -len(pair[1]))

    def has_more_than_spared(self) -> bool:
        """True if a check may delete another item and still leave enough to other checks."""
        return sum(len(items) for _, items in self.numbers()) > _SPARED

    def tied_numbers(self) -> tuple[Item, Item]:
        """Two numbers of the client with an item each of the very same moment."""
        numbers = self.numbers()
        for index, (number, items) in enumerate(numbers):
            moments = {self.moment(one) for one in items}
            for other, its_items in numbers[index + 1 :]:
                if any(self.moment(one) in moments for one in its_items):
                    return number, other
        raise NotReached(f"no two numbers of the client have {self} of the same moment")

    def expect_lists(self, shown: dict[Section, list[Item]], what: str) -> None:
        """Fails the check unless each section shows these items."""

        def look(section: Section) -> None:
            self.kit.expect_equal(f"{section}: {what}", self.read(section), shown[section])

        self.kit.map(look, shown)


def offered(kit: CheckContext, kinds: tuple[str, ...] = KINDS) -> list[Items]:
    """Those of some kinds that the target has a list of. Raises NotOffered without any."""
    found = [Items(kit, one) for one in kinds if next(kit.path.all(one, "list"), None)]
    kit.need_offered(found, f"the target lacks {', '.join(kinds)}")
    return found


def of_each_kind(
    *kinds: str,
) -> Callable[[Callable[[CheckContext, Items], None]], CheckFunction]:
    """Makes a check of one kind one of all; a kind without items does not keep from the next."""

    def decorate(function: Callable[[CheckContext, Items], None]) -> CheckFunction:
        @wraps(function)
        def check_each(kit: CheckContext) -> None:
            lacking = []
            for items in offered(kit, kinds or KINDS):
                try:
                    function(kit, items)
                except NotReached as reason:
                    lacking.append(str(reason))
            if lacking:
                raise NotReached("; ".join(lacking))

        return check_each

    return decorate


def between(start: datetime, end: datetime) -> dict[str, str]:
    return {"start_datetime": write_datetime(start), "end_datetime": write_datetime(end)}


def group_of(kit: CheckContext, *numbers: Item) -> Section:
    """The section of a new group with these numbers in it, which go back after the check."""
    section = section_of(kit.new_group()["id"])
    for number in numbers:
        kit.place(number["id"], section.key)
    return section


def section_of(group: Any) -> Section:
    return Section("extension_group", group)


def section_of_number(number: Item) -> Section:
    return Section("extension", number["id"])


def fetch(kit: CheckContext, url: str, **headers: str) -> httpx.Response:
    """The response of a URL of a recording to somebody without a token."""
    response = kit.transport.send("anonymous", "GET", url, headers=headers)
    # The document has no such path, so there is nothing to check the response against.
    kit.transport.exchanges[-1].problems.clear()
    return response
