"""The operations of the document with its examples filled in, recorded items, and raw requests."""

from __future__ import annotations

import http.client
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from ringme_spec.document import read_yaml
from ringme_spec.paths import FIXTURES, SPEC
from support.server import API, Api, RunningMock

Item = dict[str, Any]

# What the contract compares and breaks ties by; the document must not be able to move either.
TIME = {
    "record": "init_time_gmt",
    "voicemail": "init_time_gmt",
    "fax": "datetime",
    "reg_status_log": "date_gmt",
}
KEY = {
    "record": "record_uuid",
    "voicemail": "record_uuid",
    "fax": "uuid",
    "reg_status_log": "short_ext_name",
}
OPTIONAL_RANGE = ("fax", "reg_status_log")
# No longer than any list may reach; together they hold all items of the fixtures.
WINDOWS = (
    ("2016-06-01 00:00:00", "2016-07-31 23:59:59"),
    ("2016-04-01 00:00:00", "2016-05-31 23:59:59"),
    ("2016-02-01 00:00:00", "2016-03-31 23:59:59"),
    ("2015-12-01 00:00:00", "2016-01-31 23:59:59"),
)
SPAN = {"start_datetime": WINDOWS[1][0], "end_datetime": WINDOWS[1][1]}

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

    @property
    def query(self) -> dict[str, Any]:
        """The required query parameters, by their examples."""
        return {
            one["name"]: one["example"]
            for one in self.parameters
            if one["in"] == "query" and one.get("required")
        }

    def has_role(self, role: str) -> bool:
        """Whether a query parameter plays this part."""
        return any(one.get("x-role") == role for one in self.parameters)

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


PATHS: dict[str, set[str]] = {
    path: {method.upper() for method in item} for path, item in _DOCUMENT["paths"].items()
}
OPERATIONS = tuple(
    _read(path, method, node)
    for path, item in _DOCUMENT["paths"].items()
    for method, node in item.items()
    if path.startswith(API)
)
MEDIA_LISTS = tuple(one for one in OPERATIONS if one.action == "list" and one.collection in TIME)
RANGED = tuple(one for one in OPERATIONS if one.has_role("range_start"))
PAGED = tuple(one for one in OPERATIONS if one.has_role("page"))
READS = tuple(one for one in OPERATIONS if one.method == "GET")


def operation(name: str) -> Operation:
    """The operation with this id."""
    return next(one for one in OPERATIONS if one.id == name)


def media_list(level: str, collection: str) -> Operation:
    """The list of recorded items of one kind at one level."""
    return next(one for one in MEDIA_LISTS if (one.level, one.collection) == (level, collection))


def moment(text: str) -> datetime:
    """The moment that a date-time of the API stands for, fraction included."""
    return datetime.fromisoformat(text)


def text(at: datetime) -> str:
    """A moment as a request writes it, to the second."""
    return at.strftime("%Y-%m-%d %H:%M:%S")


def time_of(collection: str, item: Item) -> datetime:
    """The moment that an item is listed by."""
    return moment(item[TIME[collection]])


def whole(api: Api, listed: Operation, owner: object = None) -> list[Item]:
    """All items of a list, newest first."""
    return [
        item
        for start, end in WINDOWS
        for item in api.read(listed.at(owner), start_datetime=start, end_datetime=end)
    ]


def all_media(api: Api) -> dict[str, list[Item]]:
    """All recorded items of a client by kind."""
    return {kind: whole(api, media_list("client", kind)) for kind in TIME}


def fixture_items(collection: str) -> list[Item]:
    """The items as the fixture file has them."""
    content = read_yaml(FIXTURES / f"{collection}.yaml")
    return [{**content.get("defaults", {}), **entry} for entry in content["entries"]]


def of_members(collection: str, items: list[Item], members: list[Item]) -> list[Item]:
    """The items of these numbers; the log knows a number by its digits alone."""
    if collection == "reg_status_log":
        numbers = {one["name"].rpartition("*")[2] for one in members}
        return [item for item in items if item["short_ext_name"] in numbers]
    ids = {one["id"] for one in members}
    return [item for item in items if item["extension_id"] in ids]


def send(api: Api, one: Operation, **query: Any) -> httpx.Response:
    """A request for an operation, filled in with the examples unless the query says otherwise."""
    arguments: dict[str, Any] = {} if one.body is None else {"json": one.body}
    return api.request(one.method, API + one.at(), params={**one.query, **query}, **arguments)


def send_raw(
    mock: RunningMock,
    method: str,
    target: str,
    token: str | None = None,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
) -> httpx.Response:
    """Sends a request target byte for byte; the answer must be as documented."""
    sent = {} if token is None else {"Authorization": f"Bearer {token}"}
    sent.update(headers or {})
    connection = http.client.HTTPConnection(urlsplit(mock.url).netloc, timeout=10)
    try:
        connection.request(method, target, body, sent)
        answer = connection.getresponse()
        response = httpx.Response(
            answer.status,
            headers=answer.getheaders(),
            content=answer.read(),
            request=httpx.Request(method, mock.url + target),
        )
    finally:
        connection.close()
    # An answer to HEAD has no body to hold against anything.
    if method != "HEAD":
        assert mock.conformance.problems(response) == []
    return response
