"""Options of `serve` and their environment variables; errors for invalid values."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import httpx
import pytest
from click.testing import CliRunner

from cli.command import Command, finished, serving
from ringme_mock.cli import main, serve
from ringme_mock.http.sessions import Settings
from ringme_mock.server.options import SERVE_OPTIONS

FAULTS = """
- match: {operation: getCurrentUser}
  answer: {status: 503}
"""


@pytest.fixture
def fault_file(tmp_path: Path) -> Path:
    path = tmp_path / "faults.yaml"
    path.write_text(FAULTS, "utf-8")
    return path


@pytest.fixture(params=["option", "variable"])
def configured_mock(request: pytest.FixtureRequest, fault_file: Path) -> Iterator[Command]:
    """Return a mock with each option that the control interface can show."""
    values = {
        "latency": "1-2",
        "journal": "2",
        "max-sessions": "2",
        "max-entries": "1",
        "session-idle": "77",
        "faults": str(fault_file),
    }
    if request.param == "option":
        arguments = [text for name, value in values.items() for text in (f"--{name}", value)]
        variables = {}
    else:
        arguments = []
        variables = {
            f"RINGME_MOCK_{name.upper().replace('-', '_')}": value for name, value in values.items()
        }
    with serving(*arguments, **variables) as command:
        yield command


def test_options_and_variables_set_the_initial_state_of_sessions(configured_mock: Command) -> None:
    assert configured_mock.read("/__mock__/latency") == {"from": 1, "to": 2}
    assert [fault["answer"] for fault in configured_mock.read("/__mock__/faults")] == [
        {"status": 503}
    ]
    for _ in range(3):
        response = httpx.get(f"{configured_mock.url}/api/ver1.0/user/", trust_env=False)
        assert response.status_code == 503
    assert len(configured_mock.read("/__mock__/journal")) == 2
    response = httpx.post(
        f"{configured_mock.url}/__mock__/calls", json={"extension": 30}, trust_env=False
    )
    assert "exceed the limit of 1;" in response.json()["message"]
    for name in ("a", "b"):
        assert httpx.get(f"{configured_mock.url}/s/{name}/openapi.json", trust_env=False).is_success
    assert [one["name"] for one in configured_mock.read("/__mock__/sessions")] == ["default", "b"]


def test_same_seed_generates_the_same_call() -> None:
    found = []
    for _ in range(2):
        with serving("--seed", "5") as command:
            moment = {"extension": 30, "at": "2026-01-05 10:00:00"}
            response = httpx.post(f"{command.url}/__mock__/calls", json=moment, trust_env=False)
            assert response.is_success, response.text
            found.append(response.text)
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        ((), 403, "Only this machine"),
        (("--control-from-any",), 200, "read and change everything"),
        (("--no-control",), 404, "control interface is off"),
    ],
    ids=["loopback", "any", "off"],
)
def test_startup_warning_and_control_access_when_other_machines_may_connect(
    arguments: tuple[str, ...], status: int, words: str
) -> None:
    with serving("--host", "0.0.0.0", *arguments) as command:
        # As sent by a page whose host name resolves to this machine's address (DNS rebinding).
        foreign = {"Host": "mock.example"}
        url = f"{command.url}/__mock__/health"
        response = httpx.get(url, headers=foreign, trust_env=False)
        assert response.status_code == status, response.text
        shown = " ".join(" ".join(command.out).split())
    assert "Other machines can reach it" in shown
    assert words in shown


def test_no_startup_warning_when_bound_to_loopback() -> None:
    with serving() as command:
        assert "Other machines" not in "\n".join(command.out)


def failed_start(*arguments: str, **variables: str) -> tuple[int, str]:
    """Return the exit code and stderr of a command that ends before it serves."""
    result = CliRunner().invoke(main, ["serve", *arguments], env=variables)
    assert result.stdout == ""
    return result.exit_code, result.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--latency", "slow"), ["--latency", "200", "100-400", "slow"]),
        (("--latency", "400-100"), ["--latency", "400-100"]),
        (("--seed", "1.5"), ["--seed", "1.5"]),
        (("--journal", "-1"), ["--journal", "-1"]),
        (("--max-sessions", "0"), ["--max-sessions", "0"]),
        (("--max-entries", "0"), ["--max-entries", "0"]),
        (("--session-idle", "0"), ["--session-idle", "0", "a whole number of at least 1"]),
        (("--port", "many"), ["--port", "many", "a whole number from 0 to 65535"]),
        (("--statistics-seconds", "61"), ["--statistics-seconds", "a number from 0 to 60"]),
        (("--event-host", "http://a"), ["--event-host", "http://a", "such as"]),
        (("--sync", "always"), ["--sync always", "--state FILE"]),
        (("--log-format", "xml"), ["--log-format", "xml", "json"]),
        (("--no-control", "--control-from-any"), ["--no-control", "--control-from-any"]),
        (("--tls-key", "key.pem"), ["--tls-key", "--tls-certificate"]),
        (
            ("--tls-ca", "ca.pem", "--tls-certificate", "c.pem", "--tls-key", "k.pem"),
            ["--tls-ca", "--tls-certificate"],
        ),
        (("more",), ["more"]),
        (("--nonsense",), ["--nonsense"]),
        (("--port", "65536"), ["--port", "65536"]),
        (("--log-level", "loud"), ["--log-level", "loud"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_invalid_option_value_is_a_one_line_error(
    arguments: tuple[str, ...], words: list[str]
) -> None:
    code, shown = failed_start(*arguments)
    assert code == 2
    assert len(shown.splitlines()) == 1
    for word in (*words, "serve --help"):
        assert word in shown


def test_kubernetes_service_variable_is_ignored_and_choices_are_case_insensitive(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    variables = {
        "LOG_LEVEL": "INFO",
        "LOG_FORMAT": "Json",
        "VALIDATE_RESPONSES": "TRUE",
        "NO_CONTROL": "Off",
        "PORT": "tcp://10.0.0.7:8080",
    }
    for name, value in variables.items():
        monkeypatch.setenv(f"RINGME_MOCK_{name}", value)
    read = serve.make_context("serve", []).params
    assert read["log_level"] == "info"
    assert read["log_format"] == "json"
    assert read["validate_responses"] is True
    assert read["no_control"] is False
    assert read["port"] == 8080


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--allow-origin", "app.test"),
        ("--allow-origin", "https://app.test/path"),
        ("--allow-origin", "https://*.app.test"),
        ("--allow-host", "https://app.test"),
        ("--allow-host", "app.test:8080"),
        ("--public-url", "mock.test"),
        ("--public-url", "ftp://mock.test"),
        ("--public-url", "https://mock.test/?a=b"),
        ("--tls-name", "a b"),
    ],
)
def test_invalid_origin_host_or_url_is_refused_with_an_example(option: str, value: str) -> None:
    code, shown = failed_start(option, value)
    assert (code, len(shown.splitlines())) == (2, 1)
    for word in (option, repr(value), "such as"):
        assert word in shown


def test_error_names_the_invalid_variable() -> None:
    code, shown = failed_start(RINGME_MOCK_JOURNAL="many")
    assert (code, len(shown.splitlines())) == (2, 1)
    assert "RINGME_MOCK_JOURNAL" in shown
    assert "many" in shown


def test_faults_file_errors_are_listed_one_per_line(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("- answer: {status: 9000}\n- answer: {status: 503}\n- 5\n", "utf-8")
    command = finished("serve", "--port", "0", "--faults", str(path))
    assert command.process.returncode == 2
    assert command.err == [
        f"ringme-mock: {path}: fault 1: answer.status: must be at most 599",
        f"ringme-mock: {path}: fault 3: must be a mapping of names to values",
    ]


def test_help_shows_the_environment_variable_of_each_option() -> None:
    shown = " ".join(" ".join(finished("serve", "--help").out).split())
    for option in SERVE_OPTIONS:
        name = option.opts[0]
        variable = "RINGME_MOCK_" + name.removeprefix("--").upper().replace("-", "_")
        assert f"{name} " in shown
        assert variable in shown
        assert option.envvar == variable


def test_option_defaults_equal_those_of_settings() -> None:
    context = click.Context(main)
    values = {option.name: option.get_default(context) for option in SERVE_OPTIONS}
    settings = Settings()
    assert values["max_sessions"] == settings.max_sessions
    assert values["session_idle"] == settings.idle
    assert values["max_entries"] == settings.max_entries
    assert values["journal"] == settings.journal_size
