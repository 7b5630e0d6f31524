"""HAProxy in front of two mocks, as in the recipe: each session stays at one of them."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from cli.command import serving
from ringme_spec.paths import EXAMPLES
from support.tools import require_programs

_CONFIGURATION = EXAMPLES / "haproxy" / "sessions.cfg"
_RECORDS = "/api/ver1.0/extension/31/record"
NAMES = [f"test-{number}" for number in range(20)]


@contextmanager
def balanced(folder: Path, mocks: list[str]) -> Iterator[httpx.Client]:
    """Run HAProxy in front of mocks at these URLs; yield a client of it."""
    require_programs("haproxy")
    text = _CONFIGURATION.read_text("utf-8")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        # HAProxy takes over a listening socket, so there is no need to wait for its start.
        places = [f"fd@{listening.fileno()}", *(url.removeprefix("http://") for url in mocks)]
        for port, place in zip((8080, 8081, 8082), places, strict=True):
            assert f" 127.0.0.1:{port}" in text
            text = text.replace(f" 127.0.0.1:{port}", f" {place}")
        configuration = folder / "haproxy.cfg"
        configuration.write_text(text, "utf-8")
        command = ["haproxy", "-db", "-f", str(configuration)]
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        with (
            subprocess.Popen(command, pass_fds=[listening.fileno()]) as process,
            httpx.Client(base_url=url, trust_env=False) as http,
        ):
            try:
                yield http
            finally:
                process.terminate()


def sessions(mock: str) -> set[str]:
    found = httpx.get(f"{mock}/__mock__/sessions", trust_env=False).json()
    return {one["name"] for one in found} - {"default"}


@pytest.fixture(scope="module")
def balanced_mocks(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[httpx.Client, str, str]]:
    """Return a client of the load balancer, and the URLs of the mocks behind it."""
    with (
        serving("--control-from-any") as one,
        serving("--control-from-any") as two,
        balanced(tmp_path_factory.mktemp("haproxy"), [one.url, two.url]) as http,
    ):
        yield http, one.url, two.url


def test_sessions_are_distributed_and_each_stays_at_one_mock(
    balanced_mocks: tuple[httpx.Client, str, str],
) -> None:
    http, *mocks = balanced_mocks
    for name in NAMES:
        session = {"X-Mock-Session": name}
        made = http.post("/__mock__/tokens", json={"login": "client-admin"}, headers=session)
        bearer = {"Authorization": f"Bearer {made.json()['access_token']}"}
        # A token is valid only in its session, whether the path or the header selects that.
        for path, headers in ((f"/s/{name}", bearer), ("", {**bearer, **session})):
            assert http.get(f"{path}/api/ver1.0/user/", headers=headers).status_code == 200
        assert http.get("/api/ver1.0/user/", headers=bearer).status_code == 401
    at_one, at_two = map(sessions, mocks)
    assert at_one
    assert at_two
    assert not at_one & at_two
    assert at_one | at_two == set(NAMES)


def test_storage_urls_lead_through_the_balancer_to_the_session(
    balanced_mocks: tuple[httpx.Client, str, str],
) -> None:
    http = balanced_mocks[0]
    for name in NAMES[:6]:
        session = {"X-Mock-Session": name}
        made = http.post("/__mock__/calls", json={"extension": 31}, headers=session).json()
        token = http.post("/__mock__/tokens", json={"login": "client-admin"}, headers=session)
        headers = {**session, "Authorization": f"Bearer {token.json()['access_token']}"}
        path = f"{_RECORDS}/{made['record_uuid']}/storage_url/"
        url = http.get(path, headers=headers).json()["record_url"]
        assert url.startswith(str(http.base_url))
        # Browsers follow the URL without a session header.
        assert len(http.get(url).content) == made["record_file_size"]
