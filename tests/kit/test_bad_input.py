"""Invalid options and odd servers: one clear line, the right exit code, never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from ringme_contract.http.no_response import Unreachable
from ringme_contract.target import MOCK
from support.kit_command import (
    makes_group,
    mock_target,
    own_check,
    reads_user,
    replace_checks,
    ringme_contract,
)
from support.odd_servers import (
    ConnectionHandler,
    closing,
    not_http,
    odd_server,
    refused_url,
    responding,
    short_body,
    silent,
)
from support.server import RunningMock

GOOD = own_check("me", reads_user, writes=False)
MAKING = own_check("group-create", makes_group)


@pytest.fixture(autouse=True)
def _no_github(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "no target: give a URL"),
        (["https://api.example.com"], "`ringme-contract init target.toml` writes one"),
        (["http://127.0.0.1:99999"], "is not a URL"),
        (["http://[::1"], "is not a URL"),
        (["http://"], "names no host"),
        (["127.0.0.1:8080"], "a URL begins with http://"),
        (["http://127.0.0.1:1/api/ver1.0"], "give what comes before /api/ver1.0"),
        (["http://127.0.0.1:1/s/x/oauth/token/"], "the kit adds /api/ver1.0 and /oauth/token"),
        (["http://127.0.0.1:1/?x=1"], "give what comes before /api/ver1.0"),
        (["http://127.0.0.1:1", "--nonsense"], "No such option '--nonsense'"),
        (["http://127.0.0.1:1", "--jobs", "0"], "'0' is not a whole number from 1 to 64"),
        (["http://127.0.0.1:1", "--timeout", "0"], "is too short; give a time such as 30s"),
        (["http://127.0.0.1:1", "--docs", "nourl"], "'nourl' is not a URL, such as https://docs."),
        (["http://127.0.0.1:1", "--replay-dir", __file__], "is a file, not a folder"),
        (["http://127.0.0.1:1", "--rule", "grup-create"], "no rule 'grup-create'; nearest: group-"),
        (
            ["http://127.0.0.1:1", "--rule", "no:xyz"],
            "no rule 'xyz'; `ringme-contract rules` lists",
        ),
        (
            ["http://127.0.0.1:1", "--layer", "nonsense"],
            "no layer 'nonsense'; layers: schema,",
        ),
        (["http://127.0.0.1:1", "--wait", "soon"], "is not a duration"),
        (["http://127.0.0.1:1", "--document", "none.yaml"], "file not found"),
        (["http://127.0.0.1:1", "--target", "none.toml"], "none.toml: cannot be read"),
        (["http://127.0.0.1:1", "--expect", "none.toml"], "none.toml: cannot be read"),
    ],
)
def test_invalid_options_are_a_one_line_error(arguments: list[str], message: str) -> None:
    done = ringme_contract("check", *arguments)
    assert done.exit_code == 2
    assert message in done.output
    assert "Traceback" not in done.output


def test_unwritable_report_is_an_error_before_the_run(mock: RunningMock, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = ringme_contract("check", mock.url, "--report-dir", str(tmp_path / "file" / "reports"))
    assert done.exit_code == 2
    assert "cannot be written" in done.output


@pytest.mark.parametrize(
    ("command", "behaviour", "message"),
    [
        ("check", silent, "no response in time"),
        ("doctor", silent, "no response in time"),
        ("check", closing, "the connection was closed"),
        ("sweep", closing, "the connection was closed"),
        ("check", short_body, "the connection was closed before the response was complete"),
        ("check", not_http, "cannot be reached|http"),
    ],
)
def test_server_without_a_valid_response_is_a_one_line_error(
    command: str, behaviour: ConnectionHandler, message: str
) -> None:
    with odd_server(behaviour) as url:
        done = ringme_contract(command, url, "--timeout", "300ms")
    assert done.exit_code == 2, done.output
    assert any(part in done.output for part in message.split("|"))
    assert "Traceback" not in done.output
    assert len(done.output.splitlines()) == 1


@pytest.mark.parametrize("command", ["check", "doctor", "sweep"])
def test_refused_connection_is_an_error(command: str) -> None:
    done = ringme_contract(command, refused_url())
    assert done.exit_code == 2
    assert "refused" in done.output


def test_unknown_host_is_an_error() -> None:
    done = ringme_contract("check", "http://nowhere.invalid", "--target", str(MOCK))
    assert done.exit_code == 2
    assert "cannot be reached" in done.output


@pytest.mark.parametrize(
    ("behaviour", "message"),
    [
        (responding("200 OK", b"<html>", "Content-Type: text/html"), "with text/html and not JSON"),
        (
            responding("404 Not Found", b"<html>", "Content-Type: text/html"),
            "text/html and not JSON",
        ),
        (responding("301 Moved", b"", "Location: https://b.example"), "a redirect to https://b.ex"),
        (responding("401 Unauthorized", b'{"error": "invalid_client"}'), "status 401 invalid_clie"),
        (responding("500 Oops", b"[1]"), "status 500"),
    ],
    ids=["html", "html 404", "redirect", "always 401", "500"],
)
def test_server_of_another_kind_is_a_one_line_error(
    behaviour: ConnectionHandler, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_checks(monkeypatch, GOOD, MAKING)
    with odd_server(behaviour) as url:
        done = ringme_contract("check", url)
    assert done.exit_code == 2, done.output
    assert any(part in done.output for part in message.split("|")), done.output
    assert len(done.output.splitlines()) == 1


def test_wrong_secrets_end_the_run_only_if_no_identity_gets_a_token(
    mock: RunningMock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    replace_checks(monkeypatch, GOOD)
    target = mock_target(tmp_path, ("mock-sales-lead", "wrong"))
    done = ringme_contract("check", mock.url, "--rule", "me", "--target", target)
    assert done.exit_code == 0
    assert "note: " in done.output
    assert "identities.group gets no token: POST /oauth/token: status 401" in done.output
    target = mock_target(tmp_path, ('client_secret = "', 'client_secret = "00'))
    done = ringme_contract("check", mock.url, "--rule", "me", "--target", target)
    assert done.exit_code == 2
    assert "status 401 invalid_client (none of 8 identities gets a token)" in done.output


def test_unreachable_target_ends_the_run(
    mock: RunningMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def goes_away(kit: object) -> None:
        raise Unreachable("GET /: gone")

    replace_checks(monkeypatch, own_check("me", goes_away), GOOD)
    done = ringme_contract("check", mock.url, "--rule", "me")
    assert done.exit_code == 3
    assert "not reached: me: no response: GET /: gone" in done.output
