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
def told(request: pytest.FixtureRequest, fault_file: Path) -> Iterator[Command]:
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


def test_options_and_variables_set_what_sessions_begin_with(told: Command) -> None:
    assert told.read("/__mock__/latency") == {"from": 1, "to": 2}
    assert [fault["answer"] for fault in told.read("/__mock__/faults")] == [{"status": 503}]
    for _ in range(3):
        answer = httpx.get(f"{told.url}/api/ver1.0/user/", trust_env=False)
        assert answer.status_code == 503
    assert len(told.read("/__mock__/journal")) == 2
    answer = httpx.post(f"{told.url}/__mock__/calls", json={"extension": 30}, trust_env=False)
    assert "exceed the limit of 1;" in answer.json()["message"]
    for name in ("a", "b"):
        assert httpx.get(f"{told.url}/s/{name}/openapi.json", trust_env=False).is_success
    assert [one["name"] for one in told.read("/__mock__/sessions")] == ["default", "b"]


def test_the_same_seed_generates_the_same() -> None:
    found = []
    for _ in range(2):
        with serving("--seed", "5") as command:
            moment = {"extension": 30, "at": "2026-01-05 10:00:00"}
            answer = httpx.post(f"{command.url}/__mock__/calls", json=moment, trust_env=False)
            assert answer.is_success, answer.text
            found.append(answer.text)
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
def test_who_may_control_the_mock_and_what_a_start_for_others_warns_of(
    arguments: tuple[str, ...], status: int, words: str
) -> None:
    with serving("--host", "0.0.0.0", *arguments) as command:
        # As sent by a page whose host name resolves to this machine's address (DNS rebinding).
        foreign = {"Host": "mock.example"}
        url = f"{command.url}/__mock__/health"
        answer = httpx.get(url, headers=foreign, trust_env=False)
        assert answer.status_code == status, answer.text
        shown = " ".join(" ".join(command.out).split())
    assert "Other machines can reach it" in shown
    assert words in shown


def test_listening_for_this_machine_warns_of_nothing() -> None:
    with serving() as command:
        assert "Other machines" not in "\n".join(command.out)


def run(*arguments: str, **variables: str) -> tuple[int, str]:
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
def test_a_bad_value_is_refused_in_one_line(arguments: tuple[str, ...], words: list[str]) -> None:
    code, shown = run(*arguments)
    assert code == 2
    assert len(shown.splitlines()) == 1
    for word in (*words, "serve --help"):
        assert word in shown


def test_the_address_of_a_service_in_kubernetes_is_no_port_and_words_have_any_case(
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
def test_an_origin_host_or_url_that_is_none_is_refused_with_an_example(
    option: str, value: str
) -> None:
    code, shown = run(option, value)
    assert (code, len(shown.splitlines())) == (2, 1)
    for word in (option, repr(value), "such as"):
        assert word in shown


def test_a_bad_variable_is_refused_by_its_name() -> None:
    code, shown = run(RINGME_MOCK_JOURNAL="many")
    assert (code, len(shown.splitlines())) == (2, 1)
    assert "RINGME_MOCK_JOURNAL" in shown
    assert "many" in shown


def test_all_faults_of_a_faults_file_are_named_a_line_each(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("- answer: {status: 9000}\n- answer: {status: 503}\n- 5\n", "utf-8")
    command = finished("serve", "--port", "0", "--faults", str(path))
    assert command.process.returncode == 2
    assert command.err == [
        f"ringme-mock: {path}: fault 1: answer.status: must be at most 599",
        f"ringme-mock: {path}: fault 3: must be a mapping of names to values",
    ]


def test_help_names_the_variable_of_each_option() -> None:
    shown = " ".join(" ".join(finished("serve", "--help").out).split())
    for option in SERVE_OPTIONS:
        name = option.opts[0]
        variable = "RINGME_MOCK_" + name.removeprefix("--").upper().replace("-", "_")
        assert f"{name} " in shown
        assert variable in shown
        assert option.envvar == variable


def test_defaults_are_those_of_a_mock_in_a_test() -> None:
    context = click.Context(main)
    values = {option.name: option.get_default(context) for option in SERVE_OPTIONS}
    settings = Settings()
    assert values["max_sessions"] == settings.max_sessions
    assert values["session_idle"] == settings.idle
    assert values["max_entries"] == settings.max_entries
    assert values["journal"] == settings.journal_size
