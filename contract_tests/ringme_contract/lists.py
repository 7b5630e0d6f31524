"""The lists of the API as the document describes them, and how the kit reads them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ringme_contract.check_context import API, Caller, CheckContext

Item = dict[str, Any]
_FORMAT = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True)
class ListOperation:
    """One operation that answers with a list.

    `path` is below the API, with its parameters in braces; `owner` is the collection of the
    first of them. `time` is the property that a range compares, None for a list without ranges;
    `order` the properties that it is sorted by; `number` the property of the number's id.
    """

    id: str
    path: str
    owner: str
    collection: str
    time: str | None
    order: tuple[str, ...]
    number: str | None
    filters: tuple[str, ...]

    def read(self, kit: CheckContext, caller: Caller, owner: object, **query: Any) -> list[Item]:
        """The whole list of one owner; with a range, that of the target unless said otherwise."""
        if self.time is not None:
            start, end = kit.target.range
            query = {"start_datetime": start, "end_datetime": end, **query}
        found: list[Item] = caller.read(re.sub(r"\{\w+\}", str(owner), self.path), **query)
        return found

    def moment(self, item: Item) -> datetime:
        """The time of an item, fraction and all."""
        return read_moment(item[self.time or ""])

    def sort_key(self, item: Item) -> tuple[Any, ...]:
        """What the item is sorted by, of that which an answer shows."""
        return tuple(item[name] for name in self.order if name in item)


def read_moment(text: str) -> datetime:
    """A date-time of the API, with a fraction or without."""
    whole, _, fraction = text.partition(".")
    return datetime.strptime(whole, _FORMAT) + timedelta(
        microseconds=int(fraction.ljust(6, "0")) if fraction else 0
    )


def write_moment(moment: datetime) -> str:
    """A moment as a request has it: whole seconds."""
    return moment.strftime(_FORMAT)


def list_operations(document: dict[str, Any]) -> list[ListOperation]:
    """All operations of a document whose `x-resource` says that they list a collection."""
    found = []
    for path, item in document["paths"].items():
        resource = item.get("get", {}).get("x-resource", {})
        if resource.get("action") != "list":
            continue
        rule = document["x-collections"][resource["collection"]]
        parameters = [resolve(document, node) for node in item["get"].get("parameters", [])]
        found.append(
            ListOperation(
                id=item["get"]["operationId"],
                path=path.removeprefix(API),
                owner=next(one["x-collection"] for one in parameters if "x-collection" in one),
                collection=resource["collection"],
                time=rule["range"]["property"] if "range" in rule else None,
                order=tuple(rule.get("order", [rule["key"]])),
                number=_number_property(rule),
                filters=tuple(one["name"] for one in parameters if "x-filter" in one),
            )
        )
    return found


def lists_with(
    kit: CheckContext,
    *,
    owner: str | None = None,
    collection: str | None = None,
    ranged: bool | None = None,
) -> list[ListOperation]:
    """The lists of the document of an owner, of a collection, and with a range or without."""
    return [
        one
        for one in list_operations(kit.document)
        if (owner is None or one.owner == owner)
        and (collection is None or one.collection == collection)
        and (ranged is None or (one.time is not None) == ranged)
        and _capability(one.collection) not in kit.target.off
    ]


def _capability(collection: str) -> str:
    return "registration_log" if collection == "reg_status_log" else collection


def _number_property(rule: dict[str, Any]) -> str | None:
    owner = rule.get("within", {}).get("extension")
    return owner if isinstance(owner, str) else None


def resolve(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """What a node of the document says, its `$ref` followed."""
    while "$ref" in node:
        target: Any = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node
