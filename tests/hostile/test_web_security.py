"""Attackers and pages of other sites: they learn nothing, and can change nothing."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from hashlib import sha256

import httpx
import pytest

from hostile.wire import Wire
from ringme_mock import MockServer
from ringme_mock.actions import token_endpoint
from ringme_mock.control.middleware import interface

WRONG_USERS = [{"username": "nobody"}, {"password": "wrong"}]
WRONG_APPLICATIONS = [{"client_id": "none"}, {"client_secret": "wrong"}]
APPLICATION = {
    "grant_type": "client_credentials",
    "client_id": "c1200000000000000000000000000001",
    "client_secret": "c0ffee01c0ffee01c0ffee01c0ffee01",
}
EVIL = "https://evil.example"
FAX = "/storage/fax/4b95953c-302d-4742-89b1-1c422a845b77"
# Pages that a browser opens, and their files.
OPENED = [
    "/", "/docs/", "/docs/assets/scalar.js", "/reference/", "/openapi.json", "/favicon.ico",
    "/docs/no-such-page", "/__mock__/openapi.json", "/__mock__/health", "/s/one/docs/",
]  # fmt: skip


@pytest.fixture
def http(server: MockServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, trust_env=False) as http:
        yield http


def test_secrets_are_compared_in_constant_time(
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
    # Digests are compared, so that the time does not depend on a secret's length.
    assert compared == [sha256(b"c0ffee03" * 4).digest(), sha256(b"mock-client-admin").digest()]
    compared.clear()
    # An unknown user or application takes as many comparisons, and gets the same response.
    refused = [http.post("/oauth/token", data={**form, **other}) for other in WRONG_USERS]
    assert [len(compared), {response.text for response in refused}] == [4, {refused[0].text}]
    compared.clear()
    refused = [http.post("/oauth/token", data={**form, **other}) for other in WRONG_APPLICATIONS]
    assert [len(compared), {response.text for response in refused}] == [2, {refused[0].text}]


def test_tokens_do_not_depend_on_the_seed() -> None:
    with MockServer(seed=1) as one, MockServer(seed=1) as other:
        assert one.token_for("client-admin") != other.token_for("client-admin")


def test_control_interface_gets_have_no_side_effects(http: httpx.Client) -> None:
    def everything() -> list[object]:
        paths = ("state", "snapshots", "clock", "faults", "latency", "identities")
        return [http.get(f"/__mock__/{path}").json() for path in paths]

    http.put("/__mock__/clock", json={"now": "2016-04-21 12:00:00", "frozen": True})
    before = everything()
    for path in interface().contract.document["paths"]:
        if "stream" in path:
            continue
        filled = path.replace("{name}", "x").replace("{id}", "1")
        query = {"login": "client-admin", "format": "json", "_method": "DELETE"}
        for method in ("GET", "HEAD", "OPTIONS"):
            http.request(method, filled, params=query, headers={"X-HTTP-Method-Override": "DELETE"})
    assert everything() == before


@pytest.mark.parametrize("origin", [EVIL, "null", "http://127.0.0.1.evil.example", "http://[::1"])
def test_cross_site_page_cannot_use_the_control_interface(http: httpx.Client, origin: str) -> None:
    for path, item in interface().contract.document["paths"].items():
        filled = path.replace("{name}", "x").replace("{id}", "1")
        for method in sorted(item.keys() & {"get", "post", "put", "delete"}):
            response = http.request(method, filled, headers={"Origin": origin}, json={})
            assert response.status_code == 403, (method, path)
            assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": EVIL}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost:5173"}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({}, 200),
    ],
)
@pytest.mark.parametrize("by_path", [True, False])
def test_cross_site_page_cannot_create_a_session(
    http: httpx.Client, headers: dict[str, str], status: int, by_path: bool
) -> None:
    """The same holds for a session that only begins with its first accepted request."""
    path, name = "/oauth/token", "of-another"
    place = f"/s/{name}" if by_path else ""
    more = {} if by_path else {"X-Mock-Session": name}
    assert http.get(f"{place}/api/ver1.0/user/", headers=more).status_code == 401
    response = http.post(f"{place}{path}", headers={**headers, **more}, data=APPLICATION)
    assert response.status_code == status
    there = name in [one["name"] for one in http.get("/__mock__/sessions").json()]
    assert there == (status == 200)
    if there:
        assert http.delete(f"/__mock__/sessions/{name}").status_code == 204


def status_of(url: str, *lines: str) -> int:
    """Return the status of a request that no HTTP library would send."""
    with Wire(url) as wire:
        wire.send("\r\n".join([*lines, "Connection: close", "", ""]).encode())
        return wire.read_response().status


@pytest.mark.parametrize("path", ["/__mock__/identities", "/s/one/__mock__/identities"])
@pytest.mark.parametrize(
    ("expected", "lines"),
    [
        (200, ["Host: LocalHost"]),
        (200, ["Host: [::1]:80"]),
        (400, []),
        (403, ["Host:"]),
        (403, ["Host: evil.example"]),
        (403, ["Host: testserver"]),
        (403, ["Host: 0x7f.1"]),
        (403, ["Host: 127.0.0.1.evil.example"]),
        (400, ["Host: 127.0.0.1", "Host: evil.example"]),
        (400, ["Host: evil.example", "Host: 127.0.0.1"]),
        (403, ["Host: 127.0.0.1@evil.example"]),
        (403, ["Host: evil.example", "X-Forwarded-Host: 127.0.0.1"]),
        (403, ["Host: 127.0.0.1", "Origin:"]),
        (403, ["Host: 127.0.0.1", "Origin: http://127.0.0.1@evil.example"]),
        (403, ["Host: 127.0.0.1", "Origin: https://localhost.evil.example"]),
        # Added by a proxy on this machine for a client elsewhere.
        (403, ["Host: 127.0.0.1", "X-Forwarded-For: 192.0.2.7"]),
        (403, ["Host: 127.0.0.1", "X-Forwarded-For: 127.0.0.1, 192.0.2.7"]),
        (403, ["Host: 127.0.0.1", "X-Forwarded-For: 127.0.0.1", "X-Forwarded-For: 192.0.2.7"]),
        (403, ["Host: 127.0.0.1", 'Forwarded: for="[2001:db8::1]:4711";proto=http']),
        (403, ["Host: 127.0.0.1", "Forwarded: for=127.0.0.1, proto=http;FOR=192.0.2.7"]),
        (200, ["Host: 127.0.0.1", "X-Forwarded-For: 127.0.0.1, ::1"]),
        (200, ["Host: 127.0.0.1", "X-Forwarded-For: ::ffff:127.0.0.1"]),
        (200, ["Host: 127.0.0.1", "Forwarded: by=192.0.2.7;for=127.0.0.1:80"]),
    ],
)
def test_only_local_hosts_origins_and_forwarded_clients_are_allowed(
    server: MockServer, path: str, expected: int, lines: list[str]
) -> None:
    assert status_of(server.url, f"GET {path} HTTP/1.1", *lines) == expected


def test_absolute_request_target_does_not_bypass_the_host_check(server: MockServer) -> None:
    absolute = "GET http://127.0.0.1:1/__mock__/identities HTTP/1.1"
    assert status_of(server.url, absolute, "Host: evil.example") == 403
    assert status_of(server.url, absolute, "Host: 127.0.0.1") == 200


def test_forwarded_headers_do_not_change_generated_urls(http: httpx.Client) -> None:
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example"}
    document = http.get("/openapi.json", headers=headers).json()
    assert document["servers"] == [{"url": str(http.base_url).rstrip("/")}]


@pytest.mark.parametrize(
    "override", ["X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"]
)
def test_method_override_headers_are_ignored(http: httpx.Client, override: str) -> None:
    token = http.post("/__mock__/tokens", json={"login": "client-admin"}).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}", override: "DELETE"}
    for prefix in ("", "/s/one"):
        path = f"{prefix}/api/ver1.0/client/@me/extension_group/8"
        assert http.post(path, headers=headers).status_code == 405
        assert http.get(f"{prefix}/__mock__/health", headers=headers).status_code == 200


def test_control_interface_refuses_media_types_of_html_forms(http: httpx.Client) -> None:
    """These are the media types that a page can send without a preflight, even without Origin."""
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        headers = {"Content-Type": kind}
        response = http.post(
            "/__mock__/tokens", content=b'{"login": "client-admin"}', headers=headers
        )
        assert response.status_code == 415


@pytest.mark.parametrize("path", OPENED)
def test_pages_have_security_headers(http: httpx.Client, path: str) -> None:
    headers = http.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] in ("same-origin", "no-referrer")
    assert headers["cross-origin-resource-policy"] == "same-origin"
    if not path.endswith(".js"):
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy or "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy or "frame-ancestors 'self'" in policy


@pytest.mark.parametrize("page", ["", "api.html"])
def test_content_security_policy_of_the_documentation_allows_only_its_own_origin(
    http: httpx.Client, page: str
) -> None:
    policy = http.get(f"/docs/{page}").headers["content-security-policy"]
    for part in policy.split("; "):
        name, *sources = part.split(" ")
        assert set(sources) <= {"'self'", "'none'", "'unsafe-inline'", "data:", "blob:"}, name
        assert "'unsafe-inline'" not in sources or name == "style-src"


def archive_with(http: httpx.Client, content: bytes) -> bytes:
    exported = http.get("/__mock__/state", params={"format": "zip"}).content
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(exported)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            found = old.read(name)
            if name.startswith("files/"):
                found = content.ljust(len(found), b" ")[: len(found)]
            new.writestr(name, found)
    return buffer.getvalue()


def test_stored_file_with_a_script_is_sent_as_an_attachment(http: httpx.Client) -> None:
    content = archive_with(http, b"<script>alert(1)</script>")
    response = http.put(
        "/__mock__/state", content=content, headers={"Content-Type": "application/zip"}
    )
    assert response.status_code == 204, response.text
    stored = http.get(FAX)
    assert stored.content.startswith(b"<script>")
    assert stored.headers["content-type"] == "application/pdf"
    assert stored.headers["content-disposition"].startswith("attachment; ")
    assert stored.headers["x-content-type-options"] == "nosniff"
    assert stored.headers["content-security-policy"].endswith("; sandbox")


@pytest.mark.parametrize(
    "name",
    [
        'x"; filename="y.html', "x\r\nSet-Cookie: a=b", "../../x", "a/b", "\u202etxt.exe", "\x00",
        "%0d",
    ],
)  # fmt: skip
def test_file_name_cannot_inject_headers(http: httpx.Client, name: str) -> None:
    state = http.get("/__mock__/state").json()
    for entry in state["record"]["entries"]:
        entry["file_name"] = name
    assert http.put("/__mock__/state", json=state).status_code == 204
    key = state["record"]["entries"][0]["record_uuid"]
    response = http.get(f"/storage/record/{key}")
    assert response.status_code == 200
    assert "set-cookie" not in response.headers
    shown = response.headers["content-disposition"]
    assert shown.count('"') == 2
    assert shown.isascii()
    assert shown.isprintable()


@pytest.mark.parametrize(
    "path",
    [
        "/storage/fax/../../etc/passwd", "/storage/fax/%2e%2e%2f", "/docs/%2e%2e/%2e%2e/x",
        "/docs/..%2f..%2fx", "/reference/..%2f..%2fx", "/s/..%2f/x", "/s/%2e%2e/__mock__/health",
        "/s/a%5c..%5cb/__mock__/health", "/s/a%00/__mock__/health", "/s/<script>/__mock__/health",
        "/storage/fax/..%5c..%5cetc", "/storage/fax/x%00.pdf", "/storage/%2e%2e/user/101",
        "/__mock__/page/assets/..%2f..%2fstatic_files.py",
        "/__mock__/page/assets/x/%2e%2e%2fpage%2fmain.js", "/reference/..%5c..%5cx",
        "/reference/%00", "/docs/%00",
    ],
)  # fmt: skip
def test_path_traversal_is_refused(http: httpx.Client, path: str) -> None:
    assert http.get(path).status_code in (400, 404)
