"""Every operation of the API as a request that succeeds, from the document's examples."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx

from ringme_spec.contract import read_contract
from ringme_spec.operations import Operation
from ringme_spec.paths import SPEC
from support.server import API, Api

CONTRACT = read_contract(SPEC)
DOCUMENT = CONTRACT.document
OPERATIONS = tuple(one for one in CONTRACT.operations.values() if one.path.startswith(API))

Outcome = tuple[int, str | None]


# Instead of a value: removes the key.
REMOVED = object()


def changed_document(place: tuple[str | int, ...], key: str | int, value: Any) -> dict[str, Any]:
    """A copy of the document with one value of a node changed."""
    # Through JSON, so that no part is shared.
    document: dict[str, Any] = json.loads(json.dumps(DOCUMENT))
    node: Any = document
    for part in place:
        node = node[part]
    if value is REMOVED:
        del node[key]
    else:
        node[key] = value
    return document


def param_id(value: object) -> str:
    """A test id for a value that may be long or unprintable."""
    return value.id if isinstance(value, Operation) else ascii(value)[:40]


def path_of(operation: Operation, values: Mapping[str, object] | None = None) -> str:
    """The path with these values, and examples for the rest."""
    path = operation.path
    for one in operation.path_parameters:
        value = (values or {}).get(one.name, one.example)
        path = path.replace(f"{{{one.name}}}", quote(str(value), safe="@"))
    return path


def path_in(operation: Operation, *values: object) -> str:
    """The path below that of the API, with values for its first parameters, else examples."""
    path = path_of(operation, dict(zip(operation.path_names, values, strict=False)))
    return path.removeprefix(API)


def query_of(operation: Operation) -> dict[str, Any]:
    return {one.name: one.example for one in operation.query_parameters}


def body_of(operation: Operation) -> dict[str, Any] | None:
    return operation.body.schema["example"] if operation.body else None


def send(
    api: Api,
    operation: Operation,
    values: Mapping[str, object] | None = None,
    query: Mapping[str, object] | None = None,
) -> httpx.Response:
    """Sends the request; values and query replace the examples."""
    body = body_of(operation)
    arguments: dict[str, Any] = {} if body is None else {"json": body}
    given = query_of(operation) if query is None else query
    return api.request(operation.method, path_of(operation, values), params=given, **arguments)


def outcome(response: httpx.Response) -> Outcome:
    """The status of a response, and the error code of an error, if any."""
    code = response.status_code
    return code, response.json().get("status") if code >= 400 else None


def accepted(response: httpx.Response, status: int = 200) -> Any:
    """The JSON of a response that must have this status."""
    assert response.status_code == status, f"{response.status_code}: {response.text}"
    return response.json() if response.content else None
