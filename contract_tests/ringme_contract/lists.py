"""Lists of the API, found in the document and read in the time range of the target."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ringme_contract.caller import Caller
from ringme_contract.check_context import CheckContext
from ringme_contract.datetime_texts import read_datetime
from ringme_contract.entries.list_pages import all_pages
from ringme_contract.entries.operation_paths import fill
from ringme_contract.verdict import NotOffered
from ringme_spec.operations import Operation

Item = dict[str, Any]


def lists_with(
    kit: CheckContext,
    *,
    owner: str | None = None,
    collection: str | None = None,
    ranged: bool | None = None,
    paged: bool = False,
) -> list[Operation]:
    """The lists that the target offers, optionally of an owner or collection, ranged or paged.

    Raises NotOffered if the document has such lists and the target offers none of them.
    """
    known = [
        one
        for one in kit.contract.operations.values()
        if one.action == "list"
        and (owner is None or one.section == owner)
        and (collection is None or one.collection.name == collection)
        and (ranged is None or one.ranged == ranged)
        and (not paged or {"page", "page_size"} <= one.roles.keys())
    ]
    found = [one for one in known if kit.offers(one)]
    if known and not found:
        raise NotOffered(f"the target lacks {', '.join(one.id for one in known[:3])}")
    return found


def list_path(operation: Operation, owner: object = None) -> str:
    """The path of the list of an owner; of the caller itself if none is given."""
    return fill(operation, {} if owner is None else {str(operation.section): owner})


def read_list(
    kit: CheckContext, caller: Caller, operation: Operation, owner: object = None, **query: Any
) -> list[Item]:
    """The entries of the list of an owner; a range defaults to that of the target."""
    if operation.ranged:
        query = {**kit.range_query, **query}
    path = list_path(operation, owner)
    found: list[Item] = all_pages(operation, lambda more: caller.read(path, **query, **more), query)
    return found


def moment_of(operation: Operation, item: Item) -> datetime:
    """The time of an item that ranges are compared with, including its fraction."""
    rule = operation.collection.range
    return read_datetime(item[rule.property if rule else ""])


def sort_key(operation: Operation, item: Item) -> tuple[Any, ...]:
    """The properties that lists are sorted by, as far as responses show them."""
    return tuple(item[name] for name in operation.collection.order if name in item)
