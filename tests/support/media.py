"""The operations of the document with its examples filled in, and recorded items."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from ringme_spec.document import read_yaml
from ringme_spec.paths import FIXTURES, SPEC
from support.server import API, Api

Item = dict[str, Any]

# What tells items of one moment apart.
KEY = {
    "record": "record_uuid",
    "voicemail": "record_uuid",
    "fax": "uuid",
    "reg_status_log": "short_ext_name",
}
# No longer than any list may reach; together they hold all items of the fixtures.
WINDOWS = (
    ("2016-06-01 00:00:00", "2016-07-31 23:59:59"),
    ("2016-04-01 00:00:00", "2016-05-31 23:59:59"),
    ("2016-02-01 00:00:00", "2016-03-31 23:59:59"),
    ("2015-12-01 00:00:00", "2016-01-31 23:59:59"),
)

_DOCUMENT = read_yaml(SPEC)


@dataclass(frozen=True)
class Operation:
    """One operation below /api/ver1.0; `path` is the template behind that."""

    id: str
    method: str
    path: str
    collection: str
    action: str
    parameters: tuple[dict[str, Any], ...]
    body: Item | None

    def __str__(self) -> str:
        return self.id

    @property
    def level(self) -> str:
        """The collection that the first parameter of the path addresses; empty if it has none."""
        inside = [one for one in self.parameters if one["in"] == "path"]
        return str(inside[0]["x-collection"]) if inside else ""

    def at(self, owner: object = None, item: object = None) -> str:
        """The path with what is given for its first and last parameter, else the examples."""
        examples = {one["name"]: one["example"] for one in self.parameters if one["in"] == "path"}
        names = re.findall(r"\{([^}]+)\}", self.path)
        if owner is not None:
            examples[names[0]] = owner
        if item is not None:
            examples[names[-1]] = item
        return self.path.format(**examples)


def _resolve(node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        target: Any = _DOCUMENT
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def _read(path: str, method: str, node: dict[str, Any]) -> Operation:
    content = node.get("requestBody", {}).get("content", {}).get("application/json")
    return Operation(
        id=node["operationId"],
        method=method.upper(),
        path=path.removeprefix(API),
        collection=node["x-resource"]["collection"],
        action=node["x-resource"]["action"],
        parameters=tuple(_resolve(one) for one in node.get("parameters", [])),
        body=_resolve(content["schema"])["example"] if content else None,
    )


OPERATIONS = tuple(
    _read(path, method, node)
    for path, item in _DOCUMENT["paths"].items()
    for method, node in item.items()
    if path.startswith(API)
)
MEDIA_LISTS = tuple(one for one in OPERATIONS if one.action == "list" and one.collection in KEY)


def operation(name: str) -> Operation:
    """The operation with this id."""
    return next(one for one in OPERATIONS if one.id == name)


def media_list(level: str, collection: str) -> Operation:
    """The list of recorded items of one kind at one level."""
    return next(one for one in MEDIA_LISTS if (one.level, one.collection) == (level, collection))


def whole(api: Api, listed: Operation, owner: object = None) -> list[Item]:
    """All items of a list, newest first."""
    return [
        item
        for start, end in WINDOWS
        for item in api.read(listed.at(owner), start_datetime=start, end_datetime=end)
    ]


def fixture_items(collection: str) -> list[Item]:
    """The items as the fixture file has them."""
    content = read_yaml(FIXTURES / f"{collection}.yaml")
    return [{**content.get("defaults", {}), **entry} for entry in content["entries"]]
