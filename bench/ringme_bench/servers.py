"""Servers of a comparison, by servers.yaml: our own, and other mocks."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

from ringme_bench.http_client import Client, Request, json_request, token_request
from ringme_bench.process import BENCH, ServerProcess

_HERE = Path(__file__).parent
# The requests of a comparison by kind: get, list and post.
KINDS: dict[str, Any] = yaml.safe_load((_HERE / "requests.yaml").read_text("utf-8"))["comparison"]
_DESCRIBED: dict[str, Any] = yaml.safe_load((_HERE / "servers.yaml").read_text("utf-8"))
_JSON = "application/json"


def api_requests(token: str = "any") -> dict[str, Request]:
    return {
        kind: json_request(*one["request"], Authorization=f"Bearer {token}")
        for kind, one in KINDS.items()
    }


@dataclass(frozen=True)
class Server:
    """Server of a comparison; the comparison goes on if an `optional` one fails.

    The response to `first` ends its start, and `prepare` makes it ready for its requests. `restore`
    renews the files of a server that has to be restarted for each round.
    """

    name: str
    describe: str
    command: Sequence[str]
    first: Request
    requests: Mapping[str, Request] = field(default_factory=api_requests)
    prepare: Sequence[Request] = ()
    reset: Request | None = None
    restore: Callable[[], None] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    version: str | None = None
    optional: bool = False


def read_server(entry: Mapping[str, Any], first: Request | None = None, **more: Any) -> Server:
    """Make a server from an entry of servers.yaml; `more` adds values."""
    requests = api_requests()
    for kind, changes in entry.get("requests", {}).items():
        requests[kind] = replace(requests[kind], **changes)
    return Server(
        entry["name"],
        entry["describe"],
        entry["command"],
        first or requests["get"],
        requests,
        [json_request(*one) for one in entry.get("prepare", ())],
        json_request(*entry["reset"]) if "reset" in entry else None,
        environment=entry.get("environment", {}),
        **more,
    )


FLOOR, STOCK = map(read_server, _DESCRIBED["own"][:2])
MOCK = read_server(_DESCRIBED["own"][2], token_request())


def record_responses(folder: Path) -> dict[str, Any]:
    """Return the mock's responses by kind, and write them to the folder for other servers."""
    with ServerProcess(MOCK.command, folder) as process:
        process.start(MOCK.first)
        requests = prepare(MOCK, process.port)
        client = Client(process.port)
        found = {kind: json.loads(client.send(one)) for kind, one in requests.items()}
    _write(folder, "responses", found)
    return found


def prepare(server: Server, port: int) -> Mapping[str, Request]:
    """Prepare a server, and return its requests; those of the mock need a token of its own."""
    client = Client(port)
    for request in server.prepare:
        client.send(request)
    return api_requests(client.login()) if server.first == token_request() else server.requests


def find_peers(
    folders: Iterable[Path], folder: Path, responses: dict[str, Any]
) -> tuple[list[Server], list[str]]:
    """Return the peers that are installed, and the names of those that are not.

    They are searched in node_modules of this project and of `folders`, beside the interpreter and
    on PATH. The files that they read are written to `folder`.
    """
    # As absolute paths, since the servers run in another folder.
    bins = [one.absolute() / "node_modules" / ".bin" for one in (BENCH.parent, *folders)]
    python_folder = Path(sys.executable).parent
    path = os.pathsep.join([*map(str, (*bins, python_folder)), os.environ.get("PATH", "")])
    _write_files(folder, responses)
    restore = partial(_write_database, folder, responses)
    found, missing = [], []
    for entry in _DESCRIBED["peers"]:
        program = shutil.which(entry["program"], path=path)
        if program is None:
            missing.append(entry["name"])
            continue
        package = entry.get("distribution")
        server = read_server(
            {**entry, "command": [program, *entry["command"]]},
            restore=restore if entry.get("restart") else None,
            version=version(package) if package else npm_version(Path(program)),
            optional=True,
        )
        found.append(server)
    return found, missing


def npm_version(program: Path) -> str | None:
    """Return the version of the package in node_modules that a program belongs to, if any."""
    for folder in program.resolve().parents:
        # A package is in node_modules itself, or in the folder of a scope there.
        is_package = "node_modules" in (folder.parent.name, folder.parent.parent.name)
        if is_package and (path := folder / "package.json").exists():
            return str(json.loads(path.read_text("utf-8"))["version"])
    return None


def _write_files(folder: Path, responses: dict[str, Any]) -> None:
    _write(folder, "document/document", _document(responses))
    _write_database(folder, responses)
    for kind, request in api_requests().items():
        response = {"status": request.status, "headers": {"Content-Type": _JSON}}
        matched = {"method": request.method, "url": request.path}
        stub = {"request": matched, "response": {**response, "jsonBody": responses[kind]}}
        _write(folder, f"stubs/mappings/{kind}", stub)


def _write_database(folder: Path, responses: dict[str, Any]) -> None:
    database = {"extension": responses["list"], "extension_group": [responses["post"]]}
    _write(folder, "database/database", database)
    crud = json.loads((_HERE / "mockoon.json").read_text("utf-8"))
    for bucket in crud["data"]:
        bucket["value"] = json.dumps(database[bucket["name"]])
    _write(folder, "crud/crud", crud)


def _write(folder: Path, name: str, content: Any) -> None:
    # Each in a folder of its own, as some peers restart when a neighbouring file changes.
    path = folder / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), "utf-8")


def _document(responses: dict[str, Any]) -> dict[str, Any]:
    """Return the OpenAPI document with the responses as examples of their operations."""
    text = (BENCH.parent / "openapi.yaml").read_text("utf-8")
    document: dict[str, Any] = yaml.load(text, yaml.CSafeLoader)
    operations = {
        node["operationId"]: node for item in document["paths"].values() for node in item.values()
    }
    for kind, request in api_requests().items():
        status = str(request.status)
        documented = operations[KINDS[kind]["operation"]]["responses"]
        shared = document["components"]["responses"][documented[status]["$ref"].rpartition("/")[2]]
        content = {_JSON: {**shared["content"][_JSON], "example": responses[kind]}}
        # Without headers, as a peer would make up values for them, and reject these.
        documented[status] = {"description": shared["description"], "content": content}
    return document
