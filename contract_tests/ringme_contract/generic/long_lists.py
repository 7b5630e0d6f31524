"""Lists that are longer than any page a server may cut them into by itself."""

from __future__ import annotations

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.collection_entries import Entries, all_entries
from ringme_contract.entries.factories import Item

# More than the pages that servers cut unasked have.
_MANY = 101
_SIZES = (50, 100, 1000)


@check("paging", layer="generic")
def a_list_longer_than_a_page_comes_whole(kit: CheckContext) -> None:
    """Lists of all owners with many more entries; in pages of some sizes they are the same."""
    for entries in all_entries(kit):
        lists = list(kit.path.all(entries.name, "list"))
        made = _create_many(entries, _MANY)
        keys = {entries.key(one) for one in made}
        for path in entries.lists(made[0]):
            whole = entries.caller.entries(path)
            missing = keys - {entries.key(one) for one in whole}
            kit.expect_equal(f"how many new entries {path} lacks", len(missing), 0)
            for size in _SIZES:
                pages = [
                    entries.caller.entries(path, page=page, per_page=size)
                    for page in range(1, -(-len(whole) // size) + 1)
                ]
                laid = [entry for page in pages for entry in page]
                kit.expect_equal(f"{path} in pages of {size}", laid, whole)
            usual = lists[0].default_page_size or len(whole)
            for page in range(1, -(-len(whole) // usual) + 1):
                part = whole[(page - 1) * usual : page * usual]
                kit.expect_equal(
                    f"page {page} alone of {path}", entries.caller.entries(path, page=page), part
                )


def _create_many(entries: Entries, count: int) -> list[Item]:
    kit, path = entries.kit, entries.path("create")

    def create(body: Item) -> Item:
        response = entries.caller.post(path, body)
        entry: Item = kit.expect(response, entries.creation.status).json()
        return entry

    return kit.map(create, entries.new_bodies(count))
