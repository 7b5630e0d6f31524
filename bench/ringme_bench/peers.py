"""Other mock servers, those that are there."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

from ringme_bench.material import Material
from ringme_bench.process import BENCH, ServerProcess, filled_in
from ringme_bench.request import Request
from ringme_bench.servers import GET, KINDS, LIST, POST, Server, api_requests
from ringme_spec.document import read_yaml
from ringme_spec.paths import SPEC

_PEERS = Path(__file__).with_name("peers.yaml")
_MOCKOON = Path(__file__).with_name("mockoon.json")
_FILES = ("document", "database", "stubs", "crud")
_OPERATIONS = {GET: "getExtension", LIST: "listExtensions", POST: "createExtensionGroup"}
_JSON = "application/json"
_TOKEN = "token"


def find_peers(
    folders: Iterable[Path], folder: Path, material: Material
) -> tuple[list[Server], list[str]]:
    """The peers that are there, and the names of those that are not.

    They are looked for in the node_modules of this project and of `folders`, beside the interpreter
    and on PATH. What they read is written to `folder`.
    """
    # As absolute paths: the servers run in another folder.
    bins = [one.absolute() / "node_modules" / ".bin" for one in (BENCH.parent, *folders)]
    beside = Path(sys.executable).parent
    path = os.pathsep.join([*map(str, (*bins, beside)), os.environ.get("PATH", "")])
    found, missing = [], []
    # Each in a folder of its own: some peers begin anew when anything beside their file changes.
    files = {name: folder / name / f"{name}.json" for name in _FILES}
    _write(files, material)
    for entry in yaml.safe_load(_PEERS.read_text(encoding="utf-8"))["peers"]:
        program = shutil.which(entry["program"], path=path)
        if program is None:
            missing.append(entry["name"])
        else:
            found.append(_peer(entry, program, files, material))
    return found, missing


def _peer(
    entry: dict[str, Any], program: str, files: dict[str, Path], material: Material
) -> Server:
    requests = api_requests(_TOKEN)
    for kind, changes in entry.get("requests", {}).items():
        requests[kind] = replace(requests[kind], **changes)
    # The port is known later only.
    command = filled_in(entry["command"], {**files, "port": "{port}", "folder": "{folder}"})
    return Server(
        entry["name"],
        entry["describe"],
        (program, *command),
        requests[GET],
        lambda process: requests,
        _restart(requests[GET], files, material) if entry.get("restart") else lambda process: None,
        entry.get("environment", {}),
        version(entry["distribution"]) if "distribution" in entry else _npm_version(Path(program)),
        optional=True,
    )


def _npm_version(program: Path) -> str | None:
    """The version of the package in node_modules that a program belongs to, if it does."""
    for folder in program.resolve().parents:
        # A package lies in node_modules itself, or in the folder of a scope there.
        if "node_modules" in (folder.parent.name, folder.parent.parent.name):
            path = folder / "package.json"
            if path.exists():
                found: str = json.loads(path.read_text(encoding="utf-8"))["version"]
                return found
    return None


def _restart(
    first: Request, files: dict[str, Path], material: Material
) -> Callable[[ServerProcess], None]:
    def restart(process: ServerProcess) -> None:
        process.end()
        _write_database(files, material)
        process.start()
        process.await_answer(first)

    return restart


def _write(files: dict[str, Path], material: Material) -> None:
    for path in files.values():
        path.parent.mkdir()
    answers = dict(zip(KINDS, asdict(material).values(), strict=True))
    files["document"].write_text(json.dumps(_document(answers)), encoding="utf-8")
    _write_database(files, material)
    mappings = files["stubs"].parent / "mappings"
    mappings.mkdir()
    for kind, request in api_requests(_TOKEN).items():
        text = json.dumps(_stub(request, answers[kind]))
        (mappings / f"{kind}.json").write_text(text, encoding="utf-8")


def _write_database(files: dict[str, Path], material: Material) -> None:
    database = {"extension": material.extensions, "extension_group": [material.group]}
    files["database"].write_text(json.dumps(database), encoding="utf-8")
    crud = json.loads(_MOCKOON.read_text(encoding="utf-8"))
    for bucket in crud["data"]:
        bucket["value"] = json.dumps(database[bucket["name"]])
    files["crud"].write_text(json.dumps(crud), encoding="utf-8")


def _document(answers: dict[str, Any]) -> dict[str, Any]:
    """The document with the answers as the examples of their operations."""
    document: dict[str, Any] = read_yaml(SPEC)
    operations = {
        node["operationId"]: node for item in document["paths"].values() for node in item.values()
    }
    for kind, request in api_requests(_TOKEN).items():
        responses = operations[_OPERATIONS[kind]]["responses"]
        name = responses[str(request.status)]["$ref"].rpartition("/")[2]
        shared = document["components"]["responses"][name]
        media = {**shared["content"][_JSON], "example": answers[kind]}
        # Of the headers a peer would make values up, and complain of them.
        responses[str(request.status)] = {
            "description": shared["description"],
            "content": {_JSON: media},
        }
    return document


def _stub(request: Request, answer: Any) -> dict[str, Any]:
    return {
        "request": {"method": request.method, "url": request.path},
        "response": {
            "status": request.status,
            "jsonBody": answer,
            "headers": {"Content-Type": _JSON},
        },
    }
