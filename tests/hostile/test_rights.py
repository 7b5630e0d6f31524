"""What an attacker finds out, and what a page of another site can do: nothing."""

from __future__ import annotations

import ast
import io
import math
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

import ringme_mock
from ringme_mock import MockServer
from ringme_mock.control.app import interface
from ringme_mock.handlers import token as token_endpoint
from ringme_mock.tokens import Tokens, _random

SOURCE = Path(ringme_mock.__file__).parent
EVIL = "https://evil.example"
FAX = "/storage/fax/4b95953c-302d-4742-89b1-1c422a845b77"
# What a browser opens, and what it loads from there.
OPENED = [
    "/", "/docs/", "/docs/swagger-ui-bundle.js", "/reference/", "/openapi.json", "/favicon.ico",
    "/docs/no-such-page", "/__mock__/openapi.json", "/__mock__/health", "/s/one/docs/",
]  # fmt: skip


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    with MockServer() as server:
        yield server


@pytest.fixture
def http(server: MockServer) -> Iterator[httpx.Client]:
    server.reset()
    with httpx.Client(base_url=server.url, trust_env=False, timeout=10) as http:
        yield http


def test_secrets_are_compared_in_a_time_that_tells_nothing(
    http: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = []

    class Digest:
        @staticmethod
        def compare_digest(one: bytes, other: bytes) -> bool:
            compared.append(one)
            return one == other

    monkeypatch.setattr(token_endpoint, "hmac", Digest)
    form = {
        "grant_type": "password", "username": "client-admin", "password": "mock-client-admin",
        "client_id": "c1200000000000000000000000000003", "client_secret": "c0ffee03" * 4,
    }  # fmt: skip
    assert http.post("/oauth/token", data=form).status_code == 200
    assert compared == [b"c0ffee03" * 4, b"mock-client-admin"]


def test_no_secret_is_compared_in_another_way() -> None:
    """Every `==` of the token endpoint and of the token store is about something else."""
    for name in ("handlers/token.py", "tokens.py", "security.py"):
        for node in ast.walk(ast.parse((SOURCE / name).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq):
                text = ast.unparse(node)
                assert not any(word in text for word in ("secret", "password", "token ==")), text


def test_tokens_cannot_be_guessed() -> None:
    assert 30 * math.log2(62) > 128
    tokens = [_random(30) for _ in range(2000)]
    assert len(set(tokens)) == len(tokens)
    letters = "".join(tokens)
    counts = [letters.count(letter) for letter in set(letters)]
    assert len(counts) == 62
    # Sixty thousand letters: each about 968 times, give or take five standard deviations.
    assert min(counts) > 810
    assert max(counts) < 1130


def test_tokens_come_from_the_system_and_not_from_the_seed() -> None:
    tree = ast.parse((SOURCE / "tokens.py").read_text(encoding="utf-8"))
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import)
                for name in node.names}  # fmt: skip
    assert "secrets" in imported
    assert "random" not in imported
    with MockServer(seed=1) as one, MockServer(seed=1) as other:
        assert one.token_for("client-admin") != other.token_for("client-admin")
    assert Tokens.issue.__module__ == "ringme_mock.tokens"


def test_no_get_of_the_control_interface_changes_anything(http: httpx.Client) -> None:
    def everything() -> list[object]:
        paths = ("state", "snapshots", "clock", "faults", "latency", "identities")
        return [http.get(f"/__mock__/{path}").json() for path in paths]

    http.put("/__mock__/clock", json={"now": "2016-04-21 12:00:00", "frozen": True})
    before = everything()
    for path in interface().document["paths"]:
        if "stream" in path:
            continue
        filled = path.replace("{name}", "x").replace("{id}", "1")
        query = {"login": "client-admin", "format": "json", "_method": "DELETE"}
        for method in ("GET", "HEAD", "OPTIONS"):
            http.request(method, filled, params=query, headers={"X-HTTP-Method-Override": "DELETE"})
    assert everything() == before


@pytest.mark.parametrize("origin", [EVIL, "null", "http://127.0.0.1.evil.example", "http://[::1"])
def test_a_page_of_another_site_controls_nothing(http: httpx.Client, origin: str) -> None:
    for path, item in interface().document["paths"].items():
        filled = path.replace("{name}", "x").replace("{id}", "1")
        for method in sorted(item.keys() & {"get", "post", "put", "delete"}):
            answer = http.request(method, filled, headers={"Origin": origin}, json={})
            assert answer.status_code == 403, (method, path)
            assert "access-control-allow-origin" not in answer.headers


def test_a_name_that_leads_here_is_no_way_in(http: httpx.Client) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "0x7f.1"):
        answer = http.get("/__mock__/identities", headers={"Host": host})
        assert answer.status_code == 403, host


def test_a_form_of_another_site_gets_nothing_done(http: httpx.Client) -> None:
    """What a page can send without asking first: three media types, and always its origin."""
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        headers = {"Content-Type": kind, "Origin": EVIL}
        answer = http.post(
            "/__mock__/tokens", content=b'{"login": "client-admin"}', headers=headers
        )
        assert answer.status_code == 403
        # Even where a program leaves the origin out, that is no JSON.
        del headers["Origin"]
        answer = http.post(
            "/__mock__/tokens", content=b'{"login": "client-admin"}', headers=headers
        )
        assert answer.status_code == 415


@pytest.mark.parametrize("path", OPENED)
def test_whatever_a_browser_opens_says_what_may_be_done_with_it(
    http: httpx.Client, path: str
) -> None:
    headers = http.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] in ("same-origin", "no-referrer")
    if not path.endswith(".js"):
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy or "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy or "frame-ancestors 'self'" in policy


def test_swagger_ui_may_load_and_ask_nothing_foreign(http: httpx.Client) -> None:
    policy = http.get("/docs/").headers["content-security-policy"]
    for part in policy.split("; "):
        name, *sources = part.split(" ")
        assert set(sources) <= {"'self'", "'none'", "'unsafe-inline'", "data:"}, name
        assert "'unsafe-inline'" not in sources or name in ("script-src", "style-src")


def archive_with(http: httpx.Client, content: bytes) -> bytes:
    """The state as an archive, with other bytes in all of its files."""
    exported = http.get("/__mock__/state", params={"format": "zip"}).content
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(exported)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            found = old.read(name)
            if name.startswith("files/"):
                found = content.ljust(len(found), b" ")[: len(found)]
            new.writestr(name, found)
    return buffer.getvalue()


def test_a_file_that_a_browser_would_run_is_given_out_as_a_download(http: httpx.Client) -> None:
    content = archive_with(http, b"<script>alert(1)</script>")
    answer = http.put(
        "/__mock__/state", content=content, headers={"Content-Type": "application/zip"}
    )
    assert answer.status_code == 204, answer.text
    stored = http.get(FAX)
    assert stored.content.startswith(b"<script>")
    assert stored.headers["content-type"] == "application/pdf"
    assert stored.headers["content-disposition"].startswith("attachment; ")
    assert stored.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "name",
    [
        'x"; filename="y.html',
        "x\r\nSet-Cookie: a=b",
        "../../x",
        "a/b",
        "\u202etxt.exe",
        "\x00",
        "%0d",
    ],
)
def test_the_name_of_a_file_stays_a_name(http: httpx.Client, name: str) -> None:
    state = http.get("/__mock__/state").json()
    for entry in state["record"]["entries"]:
        entry["file_name"] = name
    if http.put("/__mock__/state", json=state).status_code != 204:
        return
    key = state["record"]["entries"][0]["record_uuid"]
    answer = http.get(f"/storage/record/{key}")
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    shown = answer.headers["content-disposition"]
    assert shown.count('"') == 2
    assert shown.isascii()
    assert shown.isprintable()


@pytest.mark.parametrize(
    "path",
    [
        "/storage/fax/../../etc/passwd",
        "/storage/fax/%2e%2e%2f",
        "/docs/%2e%2e/%2e%2e/x",
        "/docs/..%2f..%2fx",
        "/reference/..%2f..%2fx",
        "/s/..%2f/x",
    ],
)
def test_no_path_leads_out(http: httpx.Client, path: str) -> None:
    assert http.get(path).status_code in (400, 404)
