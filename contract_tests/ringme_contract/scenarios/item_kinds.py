"""Kinds of recorded items, groups with items, and all views of the items."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any

import httpx

from ringme_contract.check import CheckFunction
from ringme_contract.check_context import CheckContext
from ringme_contract.datetime_texts import read_datetime, write_datetime
from ringme_contract.entries.factories import Item
from ringme_contract.entries.operation_paths import fill
from ringme_contract.verdict import NotReached

# The number of items of existing numbers that are left to other checks.
_SPARED = 3
RECORD, VOICEMAIL, FAX, LOG = KINDS = ("record", "voicemail", "fax", "reg_status_log")


@dataclass(frozen=True)
class Section:
    """The part of the API that belongs to one owner: the client, a group or a number."""

    owner: str
    key: Any = None

    def keys(self, kit: CheckContext) -> dict[str, Any]:
        """The key in a path, by collection; without one, that of the caller's own client."""
        return {self.owner: self.key or kit.roles.own_client}

    def __str__(self) -> str:
        return f"{self.owner} {self.key or 'of the caller'}"


CLIENT = Section("client")


class Items:
    """The recorded items of one kind in the target's range, of the whole client."""

    def __init__(self, kit: CheckContext, name: str) -> None:
        self.kit, self.name, self.rule = kit, name, kit.contract.collections[name]
        self.key, self.missing, self.range = self.rule.key, self.rule.missing, self.rule.range
        self.time = self.range.property if self.range else ""
        # Sorts items of the same time.
        self._tie = self.rule.order[1]
        self.size = self.rule.content.size if self.rule.content else ""

    def __str__(self) -> str:
        return f"{self.name} items"

    def path(self, section: Section, key: object = None, action: str = "") -> str:
        return self.kit.path(self.name, key, action, **section.keys(self.kit))

    def read(self, section: Section = CLIENT, **query: object) -> list[Item]:
        """The list of a section; by default in the target's range."""
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
        """True if an item belongs to a number; the log has the name without its prefix."""
        if "extension_id" in item:
            return bool(item["extension_id"] == number["id"])
        return bool(item[self._tie] == number["name"].rpartition("*")[2])

    def sort_key(self, item: Item) -> tuple[datetime, str]:
        return self.moment(item), item[self._tie]

    def numbers(self) -> list[tuple[Item, list[Item]]]:
        """The client's numbers with their items; those with most items come first."""
        items = self.kit.factory.items.of_client(self.name)
        found = [
            (number, own)
            for number in self.kit.client.read(self.kit.path("extension"))
            if (own := [one for one in items if self.is_of(one, number)])
        ]
        self.kit.need(found, f"no number of the client has {self} in the target's range")
        return sorted(found, key=lambda pair: -len(pair[1]))

    def has_more_than_spared(self) -> bool:
        """True if a check may delete another item and leave enough for other checks."""
        return sum(len(items) for _, items in self.numbers()) > _SPARED

    def tied_numbers(self) -> tuple[Item, Item]:
        """Two numbers of the client that each have an item of the same time."""
        numbers = self.numbers()
        for index, (number, items) in enumerate(numbers):
            moments = {self.moment(one) for one in items}
            for other, its_items in numbers[index + 1 :]:
                if any(self.moment(one) in moments for one in its_items):
                    return number, other
        raise NotReached(f"no two numbers of the client have {self} of the same moment")

    def expect_lists(self, shown: dict[Section, list[Item]], what: str) -> None:

        def look(section: Section) -> None:
            self.kit.expect_equal(f"{section}: {what}", self.read(section), shown[section])

        self.kit.map(look, shown)


def offered(kit: CheckContext, kinds: tuple[str, ...] = KINDS) -> list[Items]:
    """The kinds that the target has a list of. Raises NotOffered without any."""
    found = [Items(kit, one) for one in kinds if next(kit.path.all(one, "list"), None)]
    kit.need_offered(found, f"the target lacks {', '.join(kinds)}")
    return found


def of_each_kind(
    *kinds: str,
) -> Callable[[Callable[[CheckContext, Items], None]], CheckFunction]:
    """Turns a check of one kind into a check of all; a kind without items does not stop it."""

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
    """The section of a new group with these numbers, which return after the check."""
    section = section_of(kit.new_group()["id"])
    for number in numbers:
        kit.place(number["id"], section.key)
    return section


def section_of(group: Any) -> Section:
    return Section("extension_group", group)


def section_of_number(number: Item) -> Section:
    return Section("extension", number["id"])


def group_then(item: Item) -> Any:
    """The group that the number of an item was in at its time, if any."""
    return item.get("extension_group_owner_id", item.get("extension_group_id"))


def strange_sections(kit: CheckContext) -> tuple[Section, Section]:
    """A group and a number of the check, which have no items."""
    return section_of(kit.new_group()["id"]), section_of_number(kit.new_extension())


def fetch(kit: CheckContext, url: str, **headers: str) -> httpx.Response:
    """The response of a recording's URL to a request without a token."""
    response = kit.transport.send("anonymous", "GET", url, headers=headers)
    # The document has no such path, so problems mean nothing.
    kit.transport.exchanges[-1].problems.clear()
    return response


class ItemViews:
    """All views of the items of one kind of some numbers, which are put into a new group."""

    def __init__(self, items: Items, *numbers: Item) -> None:
        self._kit, self._items = items.kit, items
        self.group = group_of(items.kit, *numbers)
        self._sections = (CLIENT, self.group, *map(section_of_number, numbers))
        self.lists = self._read()
        self._expect_sums("its numbers came", self.lists)
        self._urls: dict[str, str] = {}

    def section(self, owner: str) -> Section:
        return next(one for one in self._sections if one.owner == owner)

    def _read(self) -> dict[Section, list[Item]]:
        found = self._kit.map(self._items.read, self._sections)
        return dict(zip(self._sections, found, strict=True))

    def remember(self, item: Item) -> None:
        """Reads the item's file, which must exist, and its URL."""
        client, key = self._kit.client, item[self._items.key]
        its_own = [one for one, shown in self.lists.items() if item in shown]
        for path in self._addresses(key, "download", its_own):
            self._kit.expect(client.get(path), 200)
        if self._items.name == RECORD and "storage_url" not in self._kit.target.off:
            url = client.read(self._items.path(CLIENT, key, "storage_url"))["record_url"]
            self._kit.expect(fetch(self._kit, url), 200)
            self._urls[key] = url

    def expect(self, step: str, gone: list[Item]) -> None:
        """Fails unless only these items are missing in lists, statistics and files."""
        key = self._items.key
        keys = [item[key] for item in gone]
        after = self._read()
        for section, before in self.lists.items():
            left = [one for one in before if one[key] not in keys]
            if after[section] != left:
                self._kit.fail(
                    f"after {step} the {self._items} of {section} are not those from before"
                    f" without {', '.join(keys) or 'any change'}",
                    [one[key] for one in left],
                    [one[key] for one in after[section]],
                )
        self._expect_sums(step, after)
        for item in gone:
            self._expect_no_file(item[key])

    def _expect_sums(self, step: str, lists: dict[Section, list[Item]]) -> None:
        for section, items in lists.items():
            if self._kit.path.find(self._items.name, "stats", (section.owner,)):
                got, sums = self._items.stats(section), self._items.sums(items)
                self._kit.expect_properties(f"statistics of {section} after {step}", got, sums)

    def _addresses(self, key: str, action: str, sections: Iterable[Section]) -> list[str]:
        """The paths of the file or its URL for the client, below these sections."""
        name, path = self._items.name, self._kit.path
        owners = [{**one.keys(self._kit), name: key} for one in sections]
        return [fill(one, keys) for keys in owners for one in path.alike(name, action, keys)]

    def _expect_no_file(self, key: str) -> None:
        client, items = self._kit.client, self._items
        paths = self._addresses(key, "download", self._sections)
        if key in self._urls:
            paths += self._addresses(key, "storage_url", self._sections)
            status = fetch(self._kit, self._urls[key]).status_code
            self._kit.expect_true("the URL of a deleted file serves nothing", status >= 400, status)
        for response in (*map(client.get, paths), client.delete(items.path(self.group, key))):
            self._kit.expect(response, 404, items.missing)
