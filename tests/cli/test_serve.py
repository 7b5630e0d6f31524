"""`ringme-mock serve`: its output, its addresses, and its end."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from contextlib import suppress

import pytest

from cli.command import (
    finished,
    port_in_use,
    printed_commands,
    run_in_shell,
    serving,
    startup_error,
)
from ringme_mock import __version__
from ringme_spec.document import read_yaml
from ringme_spec.paths import FIXTURES


def test_printed_curl_commands_list_the_groups() -> None:
    groups = read_yaml(FIXTURES / "extension_group.yaml")["entries"]
    with serving() as command:
        shown = run_in_shell(printed_commands(command))
    assert shown == sorted(
        (group for group in groups if group["client_id"] == 12), key=lambda group: group["id"]
    )


def test_start_prints_nothing_on_stderr() -> None:
    with serving() as command:
        command.read("/openapi.json")
        command.end()
    assert command.err == []


def test_command_line_does_not_import_httpx() -> None:
    code = "import sys, ringme_mock.cli; print('httpx' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"


def test_version_option_prints_the_package_version() -> None:
    command = finished("--version")
    assert (command.process.returncode, command.err) == (0, [])
    assert __version__ in command.out[0]


@pytest.mark.parametrize("arguments", [("--help",), ("serve", "--help")])
def test_help_shows_an_example_command(arguments: tuple[str, ...]) -> None:
    command = finished(*arguments)
    assert (command.process.returncode, command.err) == (0, [])
    assert re.search(r"Example:\s+ringme-mock serve --port \d+", "\n".join(command.out))


def test_port_is_read_from_its_environment_variable() -> None:
    with port_in_use() as port:
        assert f"port {port}" in startup_error(RINGME_MOCK_PORT=str(port))


def test_option_overrides_its_environment_variable() -> None:
    with port_in_use() as port, serving("--port", "0", RINGME_MOCK_PORT=str(port)) as command:
        assert command.address[1] != port


REQUEST = b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n"
HALF = b"POST /oauth/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\na"


@pytest.mark.parametrize(
    ("sent", "number"),
    [
        (None, signal.SIGINT), (b"", signal.SIGINT), (HALF, signal.SIGINT),
        (REQUEST, signal.SIGINT), (REQUEST, signal.SIGTERM),
    ],
    ids=["nobody", "silent", "half a request", "kept alive", "kept alive, SIGTERM"],
)  # fmt: skip
def test_signal_stops_the_mock_despite_open_connections(
    sent: bytes | None, number: signal.Signals
) -> None:
    with serving() as command, socket.socket() as client:
        if sent is not None:
            client.connect(command.address)
            client.sendall(sent)
        if sent == REQUEST:
            assert client.recv(100).startswith(b"HTTP/1.1 200")
        # Connections are accepted in order, so the one above was accepted when this one is.
        command.read("/openapi.json")
        command.end(number)
    assert "Traceback" not in "\n".join(command.err)
    expected = [0] if number == signal.SIGINT else [0, -number]
    assert command.process.returncode in expected


def test_ctrl_c_stops_the_mock_as_soon_as_it_prints_its_url() -> None:
    with serving() as command:
        command.end()
    assert "Traceback" not in "\n".join(command.err)
    assert command.process.returncode == 0, command.err


def can_connect(host: str, port: int) -> bool:
    with suppress(OSError), socket.create_connection((host, port), timeout=2):
        return True
    return False


def test_only_loopback_is_bound_by_default() -> None:
    with serving() as command:
        assert command.address[0] == "127.0.0.1"
        assert can_connect(*command.address)
        assert not can_connect("127.0.0.2", command.address[1])


def test_host_0_0_0_0_binds_all_addresses_and_printed_commands_work() -> None:
    with serving("--host", "0.0.0.0") as command:
        assert run_in_shell(printed_commands(command))
        assert can_connect("127.0.0.2", command.address[1])


def test_ipv6_host_is_bound_and_printed_commands_work() -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    with serving("--host", "::1") as command:
        assert command.url.startswith("http://[::1]:")
        assert run_in_shell(printed_commands(command))
