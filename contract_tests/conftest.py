"""Where the contract tests point: at a mock that they start, or at any URL."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from ringme_contract.client import Client
from ringme_contract.document import Link, Operation, links, operations, read_document
from ringme_contract.refusals import Refusals

_HERE = Path(__file__).parent
_WALKTHROUGH = _HERE / "test_walkthrough.py"
_DOCUMENT = _HERE.parent / "openapi.yaml"
_OPTIONS = {
    "client-id": ("c1200000000000000000000000000001", "id of the application"),
    "client-secret": ("c0ffee01" * 4, "secret of the application"),
    "username": (None, "login of a user, for an application of type password_credentials"),
    "password": (None, "password of that user"),
    "document": (str(_DOCUMENT), "OpenAPI document to hold it against"),
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds --ringme-url and the like; each default can also come from the environment."""
    group = parser.getgroup("ringme", "contract tests")
    for name, (default, text) in _OPTIONS.items():
        variable = "RINGME_" + name.upper().replace("-", "_")
        group.addoption(
            f"--ringme-{name}",
            default=os.environ.get(variable) or default,
            help=f"{text} [environment: {variable}]",
        )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test per operation or link, named by its id."""
    wanted = {"operation", "operation_with_input", "link"} & set(metafunc.fixturenames)
    if not wanted:
        return
    document = read_document(Path(_option(metafunc.config, "document") or ""))
    every = operations(document)
    with_input = [one for one in every if one.path_parameters or one.query or one.body]
    choice: dict[str, Sequence[Operation | Link]] = {
        "operation": every,
        "operation_with_input": with_input,
        "link": links(document),
    }
    for name in wanted:
        metafunc.parametrize(name, choice[name], ids=[one.id for one in choice[name]])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the walkthrough first: of a given URL, it alone needs the state of a new mock."""
    places = [place for place, item in enumerate(items) if item.path.parent == _HERE]
    own = sorted((items[place] for place in places), key=lambda item: item.path != _WALKTHROUGH)
    for place, item in zip(places, own, strict=True):
        items[place] = item


@pytest.fixture(scope="session")
def document(pytestconfig: pytest.Config) -> dict[str, Any]:
    """The document under test."""
    return read_document(Path(_option(pytestconfig, "document") or ""))


@pytest.fixture(scope="class")
def client(pytestconfig: pytest.Config, document: dict[str, Any]) -> Iterator[Client]:
    """A user of the whole client, logged in; each class of tests has a mock of its own."""
    with _implementation(_option(pytestconfig, "url")) as url, Client(url, document) as client:
        client.log_in(
            _option(pytestconfig, "client-id") or "",
            _option(pytestconfig, "client-secret") or "",
            _option(pytestconfig, "username"),
            _option(pytestconfig, "password"),
        )
        yield client


@pytest.fixture(scope="session")
def application(pytestconfig: pytest.Config) -> dict[str, str]:
    """Id and secret of the application, as the token endpoint names them."""
    return {
        "client_id": _option(pytestconfig, "client-id") or "",
        "client_secret": _option(pytestconfig, "client-secret") or "",
    }


@pytest.fixture(scope="class")
def session() -> Iterator[requests.Session]:
    """One connection for all requests of a class."""
    with requests.Session() as session:
        yield session


@pytest.fixture(scope="class")
def refusals(client: Client, document: dict[str, Any]) -> Refusals:
    """The rules that no schema can say."""
    return Refusals(document, client)


def _option(config: pytest.Config, name: str) -> str | None:
    value: str | None = config.getoption(f"--ringme-{name}")
    return value


@contextmanager
def _implementation(url: str | None) -> Iterator[str]:
    """The given URL, or that of a mock which runs for as long as the block lasts."""
    if url is not None:
        yield url
        return
    # Its errors go to a file: a pipe that nobody reads would stop it once it is full.
    with tempfile.TemporaryFile("w+", encoding="utf-8") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "ringme_mock", "serve", "--port", "0"],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        with process:
            try:
                yield _announced_url(process, errors)
            finally:
                process.terminate()


def _announced_url(process: subprocess.Popen[str], errors: Any) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        match = re.search(r"https?://[^\s/]+", line)
        if match:
            return match.group()
    errors.seek(0)
    raise AssertionError(f"the mock did not start:\n{errors.read()}")
