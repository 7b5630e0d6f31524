"""Host names that the mock accepts, and the URL that it gives to clients."""

from __future__ import annotations

import httpx
import pytest

from cli.command import Command, serving
from ringme_mock import MockServer
from support.control import Control

USER = "/api/ver1.0/user/"
LIST = "/api/ver1.0/client/@me/extension_group/"


def get(command: Command, host: str, path: str = USER) -> httpx.Response:
    url = command.url.replace("https:", "http:") + path
    return httpx.get(url, headers={"Host": host}, trust_env=False)


def test_mock_on_loopback_refuses_foreign_host_names() -> None:
    options = ("--allow-host", "Mock.Test", "--public-url", "https://public.test:8443/telephony")
    with serving(*options, "--log-level", "info") as command:
        for host in (
            "localhost",
            "a.localhost:1",
            "127.0.0.1",
            "[::1]:80",
            "192.0.2.7",
            "10.1.2.3:1",
        ):
            assert get(command, host).status_code == 401, host
        for host in ("mock.test", "MOCK.test.:9000", "public.test"):
            assert get(command, host).status_code == 401, host
        for host in (
            "evil.example",
            "mock.test.evil.example",
            "localhost.evil.example",
            "2130706433",
        ):
            for path in (USER, "/docs/", "/s/new" + USER):
                response = get(command, host, path)
                assert (response.status_code, response.json()["status"]) == (403, "host_refused")
                assert f"--allow-host {host}" in response.json()["message"]
        assert [one["name"] for one in command.read("/__mock__/sessions")] == ["default"]
        refused = [one for one in command.read("/__mock__/journal") if one["status"] == 403]
        assert "--allow-host evil.example" in refused[0]["reason"]
    assert any("(Host: evil.example is not a name" in line for line in command.err)


@pytest.mark.parametrize("arguments", [("--host", "0.0.0.0"), ("--allow-host", "*")])
def test_any_host_name_is_accepted_when_other_machines_may_connect(
    arguments: tuple[str, ...],
) -> None:
    with serving(*arguments) as command:
        assert get(command, "service.internal").status_code == 401


def test_links_begin_with_the_public_url_with_and_without_its_path_prefix() -> None:
    public = "https://mock.test/telephony"
    with MockServer(public_url=public) as server, Control(server) as control:
        for prefix in ("", "/telephony"):
            for session in ("", "/s/tab"):
                document = control.http.get(f"{prefix}{session}/openapi.json").json()
                assert document["servers"] == [{"url": public + session}]
                docs = control.http.get(f"{prefix}{session}/docs")
                assert docs.headers["location"] == f"/telephony{session}/docs/"
            assert control.http.get(f"{prefix}{LIST}", headers=control.token()).status_code == 200
        uuid = control.done("POST", "calls", {"extension": 31})["record_uuid"]
        response = control.get(f"/client/@me/record/{uuid}/storage_url/", control.token())
        (url, *_) = response.json().values()
        assert url.startswith(f"{public}/storage/record/")
        home = control.http.get("/")
        assert 'href="/telephony/__mock__/page/assets/' in home.text
        assert control.http.get("/telephony/__mock__/health").status_code == 200
        assert control.done("GET", "sessions")[1]["url"] == f"{public}/s/tab"


def test_page_at_the_public_url_may_use_the_control_interface() -> None:
    with MockServer(public_url="https://mock.test") as server, Control(server) as control:
        response = control.http.post("/__mock__/reset", headers={"Origin": "https://mock.test"})
        assert response.status_code == 204
