"""The servers of a comparison: how each is started, asked, and begun anew."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ringme_bench.asking import ask, ask_json
from ringme_bench.material import Material
from ringme_bench.process import ServerProcess, free_port, running
from ringme_bench.request import Request, json_request
from ringme_spec.paths import SPEC

GET, LIST, POST = "get", "list", "post"
KINDS = {GET: "GET one", LIST: "list page of 30", POST: "POST"}
PAGE = 30
NEW_GROUP = {"name": "New group of internal numbers"}
API = "/api/ver1.0"
_EXTENSION = 30
_TOKEN = "token"
_SNAPSHOT = "bench"
_CLIENT = 12
_FORM = (("Content-Type", "application/x-www-form-urlencoded"),)
_CREDENTIALS = (
    b"grant_type=client_credentials&client_id=c1200000000000000000000000000001"
    b"&client_secret=c0ffee01c0ffee01c0ffee01c0ffee01"
)
TOKEN_REQUEST = Request("POST", "/oauth/token", 200, _FORM, _CREDENTIALS)


@dataclass(frozen=True)
class Server:
    """One server of a comparison.

    `command` has the {port} and {folder} to be filled in. `first` is the request whose answer ends
    the start; `prepare` makes it ready and gives what to ask by kind; `reset` takes back what the
    requests of a round did, `describe` says what it is for a reader of the results. An `optional`
    one that fails does not end the comparison.
    """

    name: str
    describe: str
    command: tuple[str, ...]
    first: Request
    prepare: Callable[[ServerProcess], dict[str, Request]]
    reset: Callable[[ServerProcess], None] = field(default=lambda process: None)
    environment: Mapping[str, str] = field(default_factory=dict)
    version: str | None = None
    optional: bool = False


def api_requests(token: str) -> dict[str, Request]:
    """What is asked, by kind."""
    base = f"{API}/client/@me"
    return {
        GET: json_request("GET", f"{base}/extension/{_EXTENSION}", 200, token=token),
        LIST: json_request("GET", f"{base}/extension/?page=1&per_page={PAGE}", 200, token=token),
        POST: json_request("POST", f"{base}/extension_group/", 201, NEW_GROUP, token),
    }


def new_token(port: int) -> str:
    """A token of the mock for a user who may do everything."""
    token: str = ask_json(port, TOKEN_REQUEST)["access_token"]
    return token


def _prepare_mock(process: ServerProcess) -> dict[str, Request]:
    bulk = {"client": _CLIENT, "extensions": PAGE, "seed": 1}
    ask(process.port, json_request("POST", "/__mock__/bulk", 201, bulk))
    ask(process.port, json_request("PUT", f"/__mock__/snapshots/{_SNAPSHOT}", 204))
    return api_requests(new_token(process.port))


def _reset_mock(process: ServerProcess) -> None:
    body = {"snapshot": _SNAPSHOT, "keep": ["tokens"]}
    ask(process.port, json_request("POST", "/__mock__/reset", 204, body))


def _python(module: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", module, *arguments)


def _constant(process: ServerProcess) -> dict[str, Request]:
    return api_requests(_TOKEN)


def _reset_floor(process: ServerProcess) -> None:
    ask(process.port, Request("POST", "/reset", 200))


MOCK = Server(
    "mock",
    "the mock with everything on: token, rights, validation, state, rate limits, journal",
    _python("ringme_mock", "serve", "--port", "{port}"),
    TOKEN_REQUEST,
    _prepare_mock,
    _reset_mock,
)
FLOOR = Server(
    "floor",
    "hand-written ASGI with orjson: no token, no rights, no validation",
    _python("ringme_bench.floor", "{port}", "{folder}/material.json"),
    api_requests(_TOKEN)[GET],
    _constant,
    _reset_floor,
)
STOCK = Server(
    "connexion",
    "stock Connexion AsyncApp on the same document: token, validation; constant answers, no state",
    _python("ringme_bench.stock", "{port}", "{folder}/material.json", str(SPEC)),
    api_requests(_TOKEN)[GET],
    _constant,
)


def take_material(folder: Path) -> Material:
    """The entries of the mock that all servers answer with, also written to `folder`."""
    port = free_port()
    command = [part.format(port=port) for part in MOCK.command]
    with running(command, port, folder / "material.log", folder) as process:
        process.await_answer(MOCK.first)
        asked = MOCK.prepare(process)
        material = Material(*(ask_json(port, asked[kind]) for kind in KINDS))
    material.write(folder / "material.json")
    return material
