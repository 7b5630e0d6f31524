"""All that shows recorded items, before and after a step."""

from __future__ import annotations

from ringme_contract.entries.factories import Item
from ringme_contract.entries.operation_paths import fill
from ringme_contract.scenarios.item_kinds import (
    CLIENT,
    RECORD,
    Items,
    Section,
    fetch,
    group_of,
    section_of_number,
)


class ItemViews:
    """All that shows the items of one kind of numbers, which are put into a new group."""

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
        """Reads the item's file, which has to be there, and where else it can be fetched."""
        client, key = self._kit.client, item[self._items.key]
        for path in (self._items.path(self.group, key), *self._addresses(key)):
            self._kit.expect(client.get(path), 200)
        if self._items.name == RECORD and "storage_url" not in self._kit.target.off:
            url = client.read(self._items.path(CLIENT, key, "storage_url"))["record_url"]
            self._kit.expect(fetch(self._kit, url), 200)
            self._urls[key] = url

    def expect(self, step: str, gone: list[Item]) -> None:
        """Every list is as it was but for these items, and so are statistics and files."""
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

    def _addresses(self, key: str) -> list[str]:
        """Where the client has the file."""
        keys = {**CLIENT.keys(self._kit), self._items.name: key}
        found = self._kit.path.alike(self._items.name, "download", keys)
        return [fill(one, keys) for one in found]

    def _expect_no_file(self, key: str) -> None:
        client, items = self._kit.client, self._items
        path = items.path(self.group, key)
        paths = [path, *self._addresses(key)]
        if key in self._urls:
            paths += [items.path(one, key, "storage_url") for one in (CLIENT, self.group)]
            status = fetch(self._kit, self._urls[key]).status_code
            self._kit.expect_true("the URL of a deleted file serves nothing", status >= 400, status)
        for response in (*map(client.get, paths), client.delete(path)):
            self._kit.expect(response, 404, items.missing)
