"""Requests as curl commands and JavaScript, with any content.

Needs Node.js.
"""

from __future__ import annotations

import json
import shlex
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

import ringme_mock.ui
from support.browser import require_node
from support.timeouts import TIMEOUT

pytestmark = pytest.mark.browser

MODULE = Path(ringme_mock.ui.__file__).parent / "page" / "snippets.js"
BASE = "http://127.0.0.1:8080/s/mine"
PROGRAM = """
const { curlOf, snippetsOf } = await import(process.argv[1]);
const [given, base] = [JSON.parse(process.argv[2]), process.argv[3]];
const fetched = [];
const fetch = async (...sent) => fetched.push(sent);
const isEntry = given.path.startsWith("/");
const shown = isEntry ? snippetsOf(given, base) : { curl: curlOf(given, base) };
const code = `return (async () => { ${shown.fetch} })()`;
if (shown.fetch) await new Function("fetch", "token", code)(fetch, "t0ken");
const [url, options = {}] = fetched[0] ?? [];
const sent = { ...options, body: options.body && `${options.body}` };
console.log(JSON.stringify({ ...shown, url, options: sent }));
"""
HOSTILE = [
    'It\'s <b>new</b> $HOME `id` \\ "quoted"',
    "</script><script>alert(1)</script>",
    "a\nb\x1b[31mc\x00d\u2028e",
    "%20 & ? # ü",
]


def snippets(given: dict[str, Any]) -> dict[str, Any]:
    node = [require_node(), "--input-type=module", "-e", PROGRAM]
    done = subprocess.run(
        [*node, MODULE.as_uri(), json.dumps(given), BASE],
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT,
    )
    assert done.returncode == 0, done.stderr
    shown: dict[str, Any] = json.loads(done.stdout)
    return shown


def entry(**more: Any) -> dict[str, Any]:
    """Return an entry of the journal."""
    made: dict[str, Any] = {"method": "GET", "path": "/api/ver1.0/user/", "query": {}, "body": None}
    return {**made, "headers": {"authorization": "Bearer ***"}, **more}


def test_snippet_of_a_request_without_a_body() -> None:
    shown = snippets(entry())
    url = f"{BASE}/api/ver1.0/user/"
    assert shlex.split(shown["curl"]) == ["curl", url, "-H", "Authorization: Bearer $TOKEN"]
    assert '"Authorization: Bearer $TOKEN"' in shown["curl"]
    assert shown["fetch"] == (
        f'await fetch("{url}", {{headers: {{"Authorization": `Bearer ${{token}}`}}}})'
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_snippets_send_json_unchanged(text: str) -> None:
    body = {text: [text, 1, None]}
    headers = {"content-type": "application/json; charset=utf-8"}
    shown = snippets(entry(method="POST", body=body, headers=headers))
    command = shlex.split(shown["curl"])
    assert command[:3] == ["curl", "-X", "POST"]
    assert json.loads(command[-1]) == body
    assert json.loads(shown["options"]["body"]) == body
    assert shown["options"]["method"] == "POST"
    assert not any(ord(one) < 32 for one in shown["curl"])


@pytest.mark.parametrize("text", HOSTILE)
def test_snippets_send_forms_and_queries_unchanged(text: str) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    body = {"grant_type": "password", text: ["1", text]}
    query = {"x": ["1", "2"], text: text}
    shown = snippets(entry(method="POST", query=query, body=body, headers=headers))
    wanted = [("grant_type", "password"), (text, "1"), (text, text)]
    command = shlex.split(shown["curl"])
    for sent in (command[-1], shown["options"]["body"]):
        assert parse_qsl(sent, keep_blank_values=True) == wanted
    for url in (command[3], shown["url"]):
        pairs = parse_qsl(urlsplit(url).query, keep_blank_values=True)
        assert pairs == [("x", "1"), ("x", "2"), (text, text)]


@pytest.mark.parametrize("text", HOSTILE)
def test_curl_snippet_quotes_any_path_as_one_argument(text: str) -> None:
    command = shlex.split(snippets(entry(path=f"/{text}", headers={}))["curl"])
    assert len(command) == 2
    assert command[1].startswith(f"{BASE}/")
    assert not any(ord(one) <= 32 for one in command[1])


def test_curl_snippet_of_a_head_request_has_the_head_option() -> None:
    assert snippets(entry(method="HEAD", headers={}))["curl"].startswith("curl --head ")


@pytest.mark.parametrize("text", HOSTILE)
def test_actions_of_the_page_are_shown_as_curl_commands(text: str) -> None:
    body = {"name": text}
    shown = snippets({"method": "PUT", "path": "__mock__/users/x", "body": body})
    command = shlex.split(shown["curl"])
    assert command[:4] == ["curl", "-X", "PUT", f"{BASE}/__mock__/users/x"]
    assert json.loads(command[-1]) == body
    api = {"method": "PUT", "path": "api/ver1.0/x", "body": body, "login": text}
    token, _, command_of_api = snippets(api)["curl"].partition("\n")
    assert token.startswith("TOKEN=$(curl -s -X POST ")
    assert json.loads(shlex.split(command_of_api)[-1]) == body


def test_curl_snippet_of_a_download_saves_the_file() -> None:
    path = "__mock__/journal/har?verdict=refused"
    command = shlex.split(snippets({"path": path, "saves": True})["curl"])
    assert command == ["curl", f"{BASE}/{path}", "-OJ"]
