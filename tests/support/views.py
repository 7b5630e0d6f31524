"""Views of the whole state over HTTP, and one good request to each operation of the document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from ringme_spec.document import read_yaml
from ringme_spec.paths import FIXTURES, SPEC
from support.server import API, LOGIN, OTHER_LOGIN, SECRETS, Api, RunningMock

DOCUMENT: dict[str, Any] = read_yaml(SPEC)
METHODS = ("get", "post", "put", "delete")
MEDIA = ("record", "voicemail", "fax", "reg_status_log")
# No list may reach further than about two months. Together these hold all items of the fixtures.
WINDOWS = (
    {"start_datetime": "2015-12-01 00:00:00", "end_datetime": "2016-01-31 23:59:59"},
    {"start_datetime": "2016-02-01 00:00:00", "end_datetime": "2016-03-31 23:59:59"},
    {"start_datetime": "2016-04-01 00:00:00", "end_datetime": "2016-05-31 23:59:59"},
    {"start_datetime": "2016-06-01 00:00:00", "end_datetime": "2016-07-31 23:59:59"},
)
CLIENTS = {12: "client-admin", 13: "other-admin"}


def brief(value: object) -> str:
    """A test id for a value that may be long or unprintable."""
    return value.id if isinstance(value, Example) else ascii(value)[:40]


def accepted(response: httpx.Response, status: int = 200) -> Any:
    """The JSON of an answer that must have this status."""
    assert response.status_code == status, f"{response.status_code}: {response.text}"
    return response.json() if response.content else None


def refused(
    response: httpx.Response, status: int, word: str | None = None, field: str = ""
) -> None:
    """Holds that a request was refused with this status and word, and that it names the field."""
    assert response.status_code == status, f"{response.status_code}: {response.text}"
    body = response.json()
    assert body.get("status") == word, body
    assert field in body["message"], body


def items(api: Api, level: str) -> dict[str, list[Any]]:
    """All recorded items and the registration log of a client, group or number, by kind."""
    return {
        kind: [
            item
            for window in WINDOWS
            for item in api.read(f"{level}/{kind}/", order="asc", **window)
        ]
        for kind in MEDIA
    }


def members(api: Api, group: int) -> list[int]:
    """The ids of the numbers in a group."""
    return [one["id"] for one in api.read(f"/extension_group/{group}/extension/")]


def snapshot(mock: RunningMock) -> dict[str, Any]:
    """Every list of clients 12 and 13 and of their groups, and whose passwords work.

    The lists of single numbers are parts of those of the client, and are left out.
    """
    view: dict[str, Any] = {"logins": dict(_logins(mock))}
    for client, login in CLIENTS.items():
        api = mock.as_user(login)
        for name in ("extension_group", "extension", "user/extension_group"):
            view[f"{client} {name}"] = api.read(f"/client/{client}/{name}/")
        view[f"{client} items"] = items(api, f"/client/{client}")
        for group in [one["id"] for one in view[f"{client} extension_group"]]:
            view[f"members of {group}"] = members(api, group)
            view[f"items of {group}"] = items(api, f"/extension_group/{group}")
    return view


def log_in(
    mock: RunningMock, login: str, password: str, application: str = LOGIN
) -> httpx.Response:
    """What a user gets who logs in through an application."""
    return mock.request_token(
        grant_type="password",
        client_id=application,
        client_secret=SECRETS[application],
        username=login,
        password=password,
    )


def session(mock: RunningMock, login: str, password: str) -> Api:
    """A client with the token of a user of client 12 who logged in."""
    return Api(mock, accepted(log_in(mock, login, password))["access_token"])


def _logins(mock: RunningMock) -> Iterator[tuple[str, int]]:
    """What each user of the fixtures gets who logs in."""
    for user in users():
        application = OTHER_LOGIN if user["login"].startswith("other-") else LOGIN
        yield user["login"], log_in(mock, user["login"], user["password"], application).status_code


def users() -> list[dict[str, Any]]:
    """The users of the fixtures."""
    content = read_yaml(FIXTURES / "user.yaml")
    return [{**content["defaults"], **entry} for entry in content["entries"]]


@dataclass(frozen=True)
class Example:
    """A request to one operation, made of the examples in the document."""

    id: str
    method: str
    template: str
    path: str
    query: dict[str, Any]
    body: Any

    def send(self, api: Api) -> httpx.Response:
        """Makes the request."""
        arguments = {} if self.body is None else {"json": self.body}
        return api.request(self.method, self.path, params=self.query, **arguments)


def examples(*methods: str, under: str = "", **values: Any) -> list[Example]:
    """A request to each API operation of these methods (all: none given) below a path.

    `values` takes the place of the document's examples for path parameters.
    """
    return [
        _example(path, method, node, values)
        for path, operations in DOCUMENT["paths"].items()
        for method, node in operations.items()
        if method in (methods or METHODS) and path.startswith(API + under)
    ]


def _example(path: str, method: str, node: dict[str, Any], values: dict[str, Any]) -> Example:
    template = path
    query = {}
    for reference in node.get("parameters", []):
        parameter = _resolve(reference)
        name = parameter["name"]
        if parameter["in"] == "path":
            path = path.replace(f"{{{name}}}", str(values.get(name, parameter["example"])))
        elif parameter.get("required"):
            query[name] = parameter["example"]
    body = None
    if "requestBody" in node:
        body = _resolve(node["requestBody"]["content"]["application/json"]["schema"])["example"]
    return Example(node["operationId"], method.upper(), template, path, query, body)


def _resolve(node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        target: Any = DOCUMENT
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node
