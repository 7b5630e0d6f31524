"""Errors at startup: exit code 2, and one line that names the cause."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.command import finished, port_in_use, startup_error
from ringme_mock.app import create_app
from ringme_spec.document import read_yaml
from ringme_spec.errors import ConfigError
from ringme_spec.paths import FIXTURES, SPEC


def test_error_for_a_port_in_use_names_host_and_port() -> None:
    with port_in_use() as port:
        line = startup_error("--port", str(port))
    assert "127.0.0.1" in line
    assert f"port {port}" in line
    assert "in use" in line


def test_option_without_the_serve_command_gets_a_hint() -> None:
    command = finished("--port", "1")
    assert command.process.returncode == 2
    (line,) = command.err
    assert line.startswith("ringme-mock: --port is an option of serve: ringme-mock serve --port ")


@pytest.mark.parametrize("arguments", [("serv",), ("docs",), ("capture", "--timeout", "0")])
def test_usage_errors_are_one_line(arguments: tuple[str, ...]) -> None:
    command = finished(*arguments)
    assert command.process.returncode == 2
    assert len(command.err) == 1
    assert command.err[0].startswith("ringme-mock: ")


@pytest.mark.parametrize(
    ("host", "hint"),
    [("", "such as 127.0.0.1"), ("a b", "such as 127.0.0.1"), ("192.0.2.1", "--host must be")],
)
def test_host_of_another_machine_is_refused(host: str, hint: str) -> None:
    assert hint in startup_error("--port", "0", "--host", host)


def document_error(spec: Path, fixtures: Path) -> str:
    """Return the one-line message of the error for these files."""
    with pytest.raises(ConfigError) as found:
        create_app(spec, fixtures)
    line = str(found.value)
    assert len(line.splitlines()) == 1
    return line


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ("openapi: [3.0.3\n", "YAML"),
        ("just a sentence\n", "OpenAPI"),
        ("- a\n- list\n", "OpenAPI"),
        ("colour: red\n", "openapi"),
    ],
)
def test_error_for_an_unreadable_document_names_the_file(
    content: str, word: str, tmp_path: Path
) -> None:
    spec = tmp_path / "broken.yaml"
    spec.write_text(content, "utf-8")
    line = document_error(spec, FIXTURES)
    assert "broken.yaml" in line
    assert word.lower() in line.lower()


def test_document_errors_are_listed_one_per_line(tmp_path: Path) -> None:
    document = json.loads(json.dumps(read_yaml(SPEC)))
    for name in ("Gone", "Lost"):
        schema = document["components"]["schemas"]["Group"]["properties"]
        schema[name] = {"$ref": f"#/components/schemas/{name}"}
    spec = tmp_path / "broken.yaml"
    spec.write_text(json.dumps(document), "utf-8")
    command = finished("serve", "--port", "0", "--spec", str(spec))
    assert command.err == [
        f"ringme-mock: {spec}: $ref #/components/schemas/{name}: not found in the document"
        for name in ("Gone", "Lost")
    ]
