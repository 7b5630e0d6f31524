"""All that shows recorded items, before and after a step."""

from __future__ import annotations

from ringme_contract.check_context import CheckContext
from ringme_contract.entries.factories import Item
from ringme_contract.scenarios.item_kinds import (
    CLIENT,
    RECORD,
    Kind,
    Section,
    fetch,
    read,
    section_of,
    section_of_number,
)


class ItemViews:
    """All that shows the items of one kind of numbers in a group of the check's own."""

    def __init__(self, kit: CheckContext, kind: Kind, group: int, *numbers: Item) -> None:
        self._kit = kit
        self._kind = kind
        self.group = section_of(group)
        self._sections = (CLIENT, self.group, *(section_of_number(one) for one in numbers))
        self.lists = self._read()
        self._expect_sums("its numbers came", self.lists[self.group])
        self._urls: dict[str, str] = {}

    def _read(self) -> dict[Section, list[Item]]:
        found = self._kit.map(lambda one: read(self._kit, one, self._kind), self._sections)
        return dict(zip(self._sections, found, strict=True))

    def remember(self, item: Item) -> None:
        """Reads the item's file, which has to be there, and where else it can be fetched."""
        client, key = self._kit.client, item[self._kind.key or ""]
        self._kit.expect(client.get(self.group.path(self._kit, self._kind, key)), 200)
        if self._kind is RECORD and "storage_url" not in self._kit.target.off:
            url = client.read(CLIENT.path(self._kit, RECORD, key, "storage_url"))["record_url"]
            self._kit.expect(fetch(self._kit, url), 200)
            self._urls[key] = url

    def expect(self, step: str, gone: list[Item]) -> None:
        """Every list is as it was but for these items, and so are statistics and files."""
        kind, key = self._kind, self._kind.key or ""
        keys = [item[key] for item in gone]
        after = self._read()
        for section, before in self.lists.items():
            left = [one for one in before if one[key] not in keys]
            if after[section] != left:
                self._kit.fail(
                    f"after {step} the {kind.plural} of {section} are not those from before without"
                    f" {', '.join(keys) or 'any change'}",
                    [one[key] for one in left],
                    [one[key] for one in after[section]],
                )
        self._expect_sums(step, after[self.group])
        for item in gone:
            self._expect_no_file(item[key])

    def _expect_sums(self, step: str, items: list[Item]) -> None:
        if self._kind is RECORD:
            sums = {"count": len(items), "size": sum(one["record_file_size"] for one in items)}
            path = self.group.path(self._kit, RECORD, action="stats")
            got = self._kit.client.read(path, **self._kit.range_query)
            self._kit.expect_properties(f"the statistics after {step}", got, sums)

    def _expect_no_file(self, key: str) -> None:
        client, kind = self._kit.client, self._kind
        word, path = f"{kind.name}_not_found", self.group.path(self._kit, kind, key)
        self._kit.expect(client.get(path), 404, word)
        self._kit.expect(client.delete(path), 404, word)
        if kind is RECORD:
            self._kit.expect(client.get(CLIENT.path(self._kit, kind, key)), 404, word)
        if key in self._urls:
            for section in (CLIENT, self.group):
                url = section.path(self._kit, kind, key, "storage_url")
                self._kit.expect(client.get(url), 404, word)
            status = fetch(self._kit, self._urls[key]).status_code
            self._kit.expect_true("the URL of a deleted file serves nothing", status >= 400, status)
