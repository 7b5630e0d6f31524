"""Connection to the target: TLS, proxies and other hosts; one line if it fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.command import serving
from ringme_contract.check_context import CheckContext
from support.hostile_servers import Call, hostile_server
from support.kit_command import (
    mock_target,
    own_check,
    reads_user,
    replace_checks,
    ringme_contract,
)
from support.odd_servers import refused_url
from support.server import RunningMock

GOOD = own_check("me", reads_user, writes=False)
_VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def _one_check(monkeypatch: pytest.MonkeyPatch) -> None:
    replace_checks(monkeypatch, GOOD)
    for name in _VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def one_line(*arguments: str) -> str:
    """Return the only line of output of a run that cannot begin."""
    done = ringme_contract("check", *arguments, "--rule", "me", "--timeout", "5s")
    assert done.exit_code == 2, done.output
    (line,) = done.output.splitlines()
    return line


def through_proxy(folder: Path) -> tuple[str, ...]:
    """Return arguments for a target that is not this machine."""
    return ("http://target.invalid", "--target", mock_target(folder))


def test_ca_option_makes_a_certificate_trusted(tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    with serving("--tls", "--tls-ca", str(authority)) as command:
        message = one_line(command.url)
        assert "its certificate is not trusted" in message
        assert "--ca FILE adds a CA certificate to trust" in message
        done = ringme_contract("check", command.url, "--rule", "me", "--ca", str(authority))
        assert done.exit_code == 0, done.output


def test_ca_file_without_a_certificate_is_an_error(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_text("")
    url = "https://127.0.0.1:1"
    assert "empty.pem: contains no PEM certificate" in one_line(url, "--ca", str(empty))
    assert "none.pem: cannot be read" in one_line(url, "--ca", str(tmp_path / "none.pem"))


def test_proxy_of_the_environment_is_used(
    mock: RunningMock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def pass_on(call: Call) -> None:
        assert call.target.startswith("http://target.invalid/")
        call.target = call.target.removeprefix("http://target.invalid")
        call.pass_through()

    with hostile_server(mock.url, pass_on) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url.replace("://", "://me:pa55word@"))
        done = ringme_contract("check", *through_proxy(tmp_path), "--rule", "me")
        assert done.exit_code == 0, done.output
        before = proxy.requests
        assert ringme_contract("check", mock.url, "--rule", "me").exit_code == 0
        assert proxy.requests == before


def test_error_for_an_unreachable_proxy_hides_its_password(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    proxy = refused_url()
    monkeypatch.setenv("HTTP_PROXY", proxy.replace("://", "://me:pa55word@"))
    message = one_line(*through_proxy(tmp_path))
    assert f"through the proxy {proxy.replace('://', '://***@')}" in message
    monkeypatch.setenv("NO_PROXY", "target.invalid")
    assert "proxy" not in one_line(*through_proxy(tmp_path))


@pytest.mark.parametrize(
    ("proxy", "message"),
    [
        ("ftp://proxy.invalid", "must begin with http://, https:// or socks5://"),
        ("socks5://proxy.invalid", "for SOCKS the Python package socksio is needed"),
        ("http://proxy.invalid:99999", "is not a URL"),
    ],
)
def test_unsupported_proxy_is_an_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, proxy: str, message: str
) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    assert message in one_line(*through_proxy(tmp_path))


def test_urls_of_hosts_outside_of_the_target_file_are_not_followed(
    mock: RunningMock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def follows(kit: CheckContext) -> None:
        kit.transport.send("anonymous", "GET", f"{other.url}/file")

    replace_checks(monkeypatch, own_check("me", follows, writes=False))
    with hostile_server("", lambda call: call.respond_json("404 No", {"message": ""})) as other:
        host = other.url.removeprefix("http://")
        arguments = ("check", mock.url, "--rule", "me", "--target")
        done = ringme_contract(*arguments, mock_target(tmp_path))
        assert done.exit_code == 3
        assert f"a URL leads to {host}, which is not the target" in done.output
        assert other.requests == 0
        hosts = ("delete_recorded_items", f'file_hosts = ["{host}"]\ndelete_recorded_items')
        assert ringme_contract(*arguments, mock_target(tmp_path, hosts)).exit_code == 0
        assert other.requests == 1
