"""Views of a client, to be compared before and after a step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from ringme_contract.caller import Caller, readers
from ringme_contract.check_context import CheckContext
from ringme_contract.entries.factories import Item
from ringme_contract.lists import list_path, lists_with, read_list
from ringme_contract.verdict import NotReached

# Users of the target that are neither blocked nor have a low rate limit.
USERS_OF_TARGET = (
    "client",
    "client_read_only",
    "other_client",
    "group",
    "group_read_only",
    "sibling_group",
    "extension",
)
# Collections whose items have the id of their number.
ITEMS = ("record", "voicemail", "fax")
_NUMBER = "extension_id"

# The number that a report can show, with the lists read after them.
_AT_ONCE = 8

View = dict[str, list[Item]]


def client_view(kit: CheckContext, ranged: bool | None = None) -> View:
    """The lists of the client by path: all, those with a range, or those without."""
    lists = lists_with(kit, owner="client", ranged=ranged)
    found = kit.map(lambda one: read_list(kit, kit.client, one), lists)
    return dict(zip(map(list_path, lists), found, strict=True))


def settings_view(kit: CheckContext) -> View:
    """The client's lists without a range, by path."""
    return client_view(kit, ranged=False)


def expect_same_view(kit: CheckContext, step: str, after: View, before: View) -> None:
    for path, was in before.items():
        now = after[path]
        if now != was:
            kit.fail(
                f"{step} changes {path}",
                [one for one in was if one not in now] or f"the order of {len(was)} entries",
                [one for one in now if one not in was] or f"{len(now)} entries",
            )


def member_ids(kit: CheckContext, group: int) -> list[int]:
    members = kit.client.read(kit.path("extension", extension_group=group))
    return sorted(one["id"] for one in members)


def own_id(kit: CheckContext, identity: str, owner: str) -> int:
    """The id of the `owner` (client, extension_group, extension) that a user is confined to."""
    found = kit.caller(identity).read(kit.me)[f"{owner}_id"]
    if not isinstance(found, int):
        raise NotReached(f"the identity {identity} is not a user of a single {owner}")
    return found


def plain(kit: CheckContext, extension: Item) -> Item:
    """A number without additional properties of the implementation."""
    names = kit.factory.creation("extension").response_properties
    return {name: extension[name] for name in names}


def expect_no_change(
    kit: CheckContext,
    attempts: Iterable[tuple[str, Callable[[], object]]],
    look: Callable[[CheckContext], View] = settings_view,
) -> None:
    """Makes requests that are refused, a few concurrently, and compares the view after these.

    A change made by one of them would not be undone by another.
    """
    before, left = look(kit), list(attempts)
    while left:
        some, left = left[:_AT_ONCE], left[_AT_ONCE:]
        kit.map(lambda one: one[1](), some)
        others = f", or one of {len(some) - 1} requests beside it," if len(some) > 1 else ""
        expect_same_view(kit, f"{some[0][0]}{others}", look(kit), before)


def expect_shown(kit: CheckContext, collection: str, thing: Item) -> None:
    """Fails unless an entry of the client has these values, alone and in the list."""
    listing, path = kit.path(collection), kit.path(collection, thing["id"])
    alone, listed = kit.map(kit.client.read, (path, listing))
    same_id = [one for one in listed if one["id"] == thing["id"]]
    if collection == "extension":
        alone, thing, *same_id = (plain(kit, one) for one in (alone, thing, *same_id))
    kit.expect_equal(path, alone, thing)
    kit.expect_equal(f"{listing}, its entries of id {thing['id']},", same_id, [thing])


def expect_gone(kit: CheckContext, collection: str, key: int, word: str) -> None:
    """Fails unless an entry of the client is 404 for every method and not in the list."""
    client, listing, path = kit.client, kit.path(collection), kit.path(collection, key)
    kit.expect(client.get(path), 404, word)
    kit.expect(client.put(path, {}), 404, word)
    kit.expect(client.delete(path), 404, word)
    for caller in readers(kit):
        kit.expect(caller.get(path), 404, word)
        same_id = [one for one in caller.read(listing) if one["id"] == key]
        kit.expect_equal(f"{listing} without id {key}", same_id, [])


def expect_reach(kit: CheckContext, caller: Caller, owner: str, key: object, status: int) -> None:
    word = {200: None, 403: "access_denied", 404: f"{owner}_not_found"}[status]
    kit.map(
        lambda one: kit.expect(caller.get(one[0], **one[1]), status, word), reads(kit, owner, key)
    )


def reads(kit: CheckContext, owner: str, key: object = None) -> list[tuple[str, dict[str, str]]]:
    """Path and query of every GET in an owner's section that needs no id of an item."""
    return [
        (list_path(one, key), kit.range_query if one.ranged else {})
        for one in kit.operations
        if one.action in ("list", "stats") and one.section == owner
    ]


def item_ids(
    kit: CheckContext, caller: Caller, owner: str, key: object = None
) -> dict[str, list[str]]:
    """The ids of the recorded items in an owner's lists, by collection, in order."""
    lists = [one for one in lists_with(kit, owner=owner) if one.collection.name in ITEMS]
    found = kit.map(lambda one: read_list(kit, caller, one, key), lists)
    return {
        one.collection.name: [_id(item) for item in items]
        for one, items in zip(lists, found, strict=True)
    }


def _of_client(kit: CheckContext) -> dict[str, list[Item]]:
    offered = [name for name in ITEMS if name not in kit.target.off]
    return {name: kit.factory.items.of_client(name) for name in offered}


def number_item_ids(kit: CheckContext, number: int) -> dict[str, list[str]]:
    return {
        name: [_id(one) for one in items if one[_NUMBER] == number]
        for name, items in _of_client(kit).items()
    }


def _id(item: Item) -> str:
    return str(item.get("record_uuid") or item["uuid"])


def busy_number(kit: CheckContext) -> Item:
    """The number of the client with the fewest recorded items in the range, but at least one."""
    kit.need_offered(not kit.target.off.issuperset(ITEMS), f"the target lacks {', '.join(ITEMS)}")
    counts = Counter(one[_NUMBER] for items in _of_client(kit).values() for one in items)
    found = [one for one in kit.factory.read("extension") if counts[one["id"]]]
    kit.need(found, "no number of the client has recorded items in the target's range")
    return dict(min(found, key=lambda one: counts[one["id"]]))


def never_used(kit: CheckContext, collection: str, identity: str = "client") -> int:
    """An id that no entry of the client has, and no other entry is likely to have."""
    ids: list[int] = [one["id"] for one in kit.factory.read(collection, identity)]
    return max(2**40, *ids) + kit.random.randrange(1, 10**9) if ids else 2**40
