"""Errors at startup: exit code 2, and one line that names the cause."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.command import finished, refusal, taken_port
from ringme_mock.app import create_app
from ringme_spec.document import read_yaml
from ringme_spec.errors import ConfigError
from ringme_spec.paths import FIXTURES, SPEC


def test_a_port_in_use_is_refused_by_host_and_port() -> None:
    with taken_port() as port:
        line = refusal("--port", str(port))
    assert "127.0.0.1" in line
    assert f"port {port}" in line
    assert "in use" in line


def test_an_option_of_serve_without_it_is_told_where_it_belongs() -> None:
    command = finished("--port", "1")
    assert command.process.returncode == 2
    (line,) = command.err
    assert line.startswith("ringme-mock: --port is an option of serve: ringme-mock serve --port ")


@pytest.mark.parametrize("arguments", [("serv",), ("docs",), ("capture", "--timeout", "0")])
def test_invalid_use_of_any_command_is_one_line(arguments: tuple[str, ...]) -> None:
    command = finished(*arguments)
    assert command.process.returncode == 2
    assert len(command.err) == 1
    assert command.err[0].startswith("ringme-mock: ")


@pytest.mark.parametrize(
    ("host", "hint"),
    [("", "such as 127.0.0.1"), ("a b", "such as 127.0.0.1"), ("192.0.2.1", "--host must be")],
)
def test_a_host_that_is_none_of_this_machine_is_refused(host: str, hint: str) -> None:
    assert hint in refusal("--port", "0", "--host", host)


def refused(spec: Path, fixtures: Path) -> str:
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
def test_what_is_no_document_is_refused_by_file(content: str, word: str, tmp_path: Path) -> None:
    spec = tmp_path / "broken.yaml"
    spec.write_text(content, "utf-8")
    line = refused(spec, FIXTURES)
    assert "broken.yaml" in line
    assert word.lower() in line.lower()


def test_all_faults_of_a_document_are_named_a_line_each(tmp_path: Path) -> None:
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
