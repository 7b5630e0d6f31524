"""MockServer and the pytest fixture, in tests of programs that use the API."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from ringme_mock import ControlError, MockServer, asgi_app
from ringme_spec.errors import ConfigError

USER = "/api/ver1.0/user/"
pytest_plugins = ["pytester"]


def get_user(mock: MockServer, token: str, path: str = USER) -> httpx.Response:
    return httpx.get(mock.url + path, headers={"Authorization": f"Bearer {token}"})


def test_server_runs_during_its_with_block() -> None:
    with MockServer() as mock:
        url = mock.url
        assert get_user(mock, mock.token_for("group_user")).json()["login"] == "sales-lead"
    with pytest.raises(httpx.ConnectError):
        httpx.get(url + USER)


def test_two_servers_have_separate_states() -> None:
    with MockServer() as one, MockServer() as two:
        token = one.token_for("client_user")
        assert get_user(one, token).status_code == 200
        assert get_user(two, token).status_code == 401


def test_session_has_its_own_url_and_state() -> None:
    with MockServer() as mock:
        headers = {"Authorization": f"Bearer {mock.token_for('client_user')}"}
        assert httpx.get(mock.session_url("default") + USER, headers=headers).status_code == 200
        assert httpx.get(mock.session_url("another") + USER, headers=headers).status_code == 401


def test_tests_can_read_the_journal_and_reset_the_state() -> None:
    with MockServer() as mock:
        token = mock.token_for("client-admin")
        get_user(mock, token)
        get_user(mock, token)
        assert mock.count(operation="getCurrentUser", login="client-admin") == 2
        assert [entry["status"] for entry in mock.journal(operation="getCurrentUser")] == [200, 200]
        mock.reset(keep=("tokens",))
        assert mock.journal() == []
        assert get_user(mock, token).status_code == 200
        mock.reset()
        assert get_user(mock, token).status_code == 401


def test_tests_can_advance_the_clock_and_add_faults() -> None:
    with MockServer() as mock:
        token = mock.token_for("client-admin")
        fault = mock.add_fault(answer={"status": 503}, times=1)
        assert [get_user(mock, token).status_code for _ in range(2)] == [503, 200]
        mock.control("DELETE", f"faults/{fault}")
        mock.advance(3600)
        assert get_user(mock, token).status_code == 401
        with pytest.raises(ControlError, match="nobody; known: client-admin"):
            mock.token_for("nobody")
        with pytest.raises(ControlError, match=r"match\.operation"):
            mock.add_fault(match={"operation": "nope"}, connection="drop")


def test_state_file_keeps_the_state_across_restarts(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    mock = MockServer(state=path)
    with mock:
        token = mock.token_for("client-admin")
        mock.control("PUT", "snapshots/before")
        with pytest.raises(ConfigError, match="in use by another mock"):
            MockServer(state=path).start()
    with mock:
        assert get_user(mock, token).status_code == 200
    with pytest.raises(ConfigError, match="another --max-entries"):
        MockServer(state=path, max_entries=100).start()

    async def start_again() -> Any:
        with MockServer(state=path) as again:
            return again.control("GET", "snapshots")

    assert asyncio.run(start_again()) == ["before"]


def test_server_that_cannot_start_releases_its_state_file(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    with MockServer() as other, pytest.raises(ConfigError, match="cannot listen"):
        MockServer(state=path, port=int(other.url.rpartition(":")[2])).start()
    with MockServer(state=path) as mock:
        assert mock.control("GET", "health")["status"] == "ok"


def test_error_for_a_server_not_started_says_how_to_start() -> None:
    with pytest.raises(ControlError, match="with MockServer"):
        MockServer().url  # noqa: B018 - asking is the test


def test_error_for_a_server_that_cannot_start_names_the_cause(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="folder not found"):
        MockServer(fixtures=tmp_path / "nowhere")
    with pytest.raises(ValueError, match="must be milliseconds like 200"):
        MockServer(latency="slow")


def test_asgi_client_needs_no_server() -> None:
    app = asgi_app()

    async def get() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://mock") as client:
            token = (await client.post("/__mock__/tokens", json={"login": "group_user"})).json()
            headers = {"Authorization": f"Bearer {token['access_token']}"}
            return await client.get(USER, headers=headers)

    assert asyncio.run(get()).json()["login"] == "sales-lead"


def test_pytest_fixture_takes_options_and_resets_the_state_for_each_test(
    pytester: pytest.Pytester,
) -> None:
    pytester.makeconftest(
        "import pytest\n"
        "@pytest.fixture(scope='session')\n"
        "def ringme_mock_options():\n"
        "    return {'today': True, 'seed': 1}\n"
    )
    pytester.makepyfile(
        """
        import httpx

        def groups(ringme_mock, method, **body):
            headers = {"Authorization": f"Bearer {ringme_mock.token_for('client_user')}"}
            path = "/api/ver1.0/client/@me/extension_group/"
            return httpx.request(method, ringme_mock.url + path, headers=headers, **body)

        def test_one(ringme_mock):
            assert ringme_mock.app.sessions.settings.today
            groups(ringme_mock, "POST", json={"name": "New"})
            assert len(groups(ringme_mock, "GET").json()) == 5
            assert ringme_mock.count(operation="createExtensionGroup") == 1

        def test_two(ringme_mock):
            assert len(groups(ringme_mock, "GET").json()) == 4
        """
    )
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=2)


def test_pytest_run_without_the_fixture_does_not_import_the_mock() -> None:
    code = (
        "import sys, ringme_mock.pytest_plugin\n"
        "print([name for name in sys.modules if name.startswith(('connexion', 'uvicorn'))])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
