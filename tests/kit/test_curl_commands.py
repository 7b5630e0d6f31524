"""curl commands of a report send the request that they are shown with."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from ringme_contract.check_context import CheckContext
from ringme_contract.http.transport import Transport
from ringme_contract.target import MOCK, load_target
from ringme_spec.contract import read_contract
from ringme_spec.paths import SPEC
from support.hostile_servers import Call, hostile_server

TOKEN = "tokenQ7vT2mK9w"
CONTRACT = read_contract(SPEC)
# Headers in which two HTTP clients may differ.
_OWN = ("user-agent", "accept", "accept-encoding", "connection", "host")
_JSON = {"Content-Type": "application/json"}
_KNOWN = {"Authorization": f"Bearer {TOKEN}"}
REQUESTS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "a GET": ("GET", "/a", {"headers": _KNOWN}),
    "a query": ("GET", "/a", {"params": {"x": "a b&c'd\"", "type[]": ["{1}", "é"]}}),
    "a token in the query": ("GET", f"/a?access_token={TOKEN}&x=1", {}),
    "a token that was made up": ("GET", "/a", {"headers": {"Authorization": "Bearer 000000000"}}),
    "a token of another sort": ("GET", "/a", {"headers": {"Authorization": "basic x"}}),
    "odd paths": ("GET", "/a/../b//c/%2F%2e./[x]{y}", {}),
    "JSON": ("POST", "/a", {"json": {"name": "it's $HOME `x` \\n é 📞"}, "headers": _KNOWN}),
    "a form with secrets": (
        "POST", "/oauth/token",
        {"data": {"client_secret": "c0ffee-secret", "password": "pa55-word"}},
    ),
    "JSON with a secret": ("PUT", "/a", {"json": {"name": "x", "password": "pa55-word"}}),
    "a body without a type": ("POST", "/a", {"content": b"x"}),
    "an empty type": ("POST", "/a", {"content": b"x", "headers": {"Content-Type": ""}}),
    "bytes": ("PUT", "/a", {"content": gzip.compress(b"{}"), "headers": {"X-Odd": "1"}}),
    "NUL": ("PUT", "/a", {"content": b'"\0%d\\"', "headers": _JSON}),
    "a megabyte": ("POST", "/a", {"content": b'{"a":"' + b"x" * 2**20 + b'"}', "headers": _JSON}),
    "a body of a GET": ("GET", "/a", {"content": b"{}", "headers": _JSON}),
    "a DELETE": ("DELETE", "/a", {"headers": {**_KNOWN, "Accept": "text/html", "X-Odd": "a: b"}}),
    "a method of nobody": ("PATCH", "/a", {"json": {}}),
    "another host": ("GET", "/a", {"headers": {"Host": "other.example"}}),
    "an empty POST": ("POST", "/a", {}),
}  # fmt: skip


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
@pytest.mark.parametrize("name", REQUESTS)
def test_curl_command_sends_the_same_request(name: str, tmp_path: Path) -> None:
    method, path, arguments = REQUESTS[name]
    came: list[tuple[str, str, dict[str, str], bytes]] = []

    def note(call: Call) -> None:
        came.append((call.method, call.target, call.headers, call.body))
        call.respond_json("200 OK", {})

    with hostile_server("", note) as server:
        target = load_target(MOCK, server.url)
        transport = Transport(target, CONTRACT)
        for secret in (TOKEN, "c0ffee-secret", "pa55-word"):
            transport.redaction.learn(secret)
        CheckContext(target, CONTRACT, transport)
        transport.send("client", method, path, **arguments)
        line = transport.exchanges[-1].curl()
        transport.close()
        secrets = {
            "TOKEN": TOKEN, "ACCESS_TOKEN": TOKEN,
            "CLIENT_SECRET": "c0ffee-secret", "PASSWORD": "pa55-word",
        }  # fmt: skip
        for secret in secrets.values():
            assert secret not in line
        script = tmp_path / "line.sh"
        script.write_text(line)
        environment = {**os.environ, **secrets, "NO_PROXY": "127.0.0.1"}
        done = subprocess.run(["bash", str(script)], env=environment, capture_output=True)
    assert done.returncode == 0, (line[:500], done.stderr)
    sent, again = came
    assert again[:2] == sent[:2]
    assert again[3] == sent[3]
    own = set(arguments.get("headers", {}))
    for one in (sent[2], again[2]):
        for left in _OWN:
            if left.title() not in own:
                one.pop(left, None)
    assert again[2] == sent[2]
