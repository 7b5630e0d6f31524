"""Client programs: their requests succeed, and the responses have what they need.

The programs are the YAML files beside this one; README.md says how to add one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from clients.program import Program
from ringme_spec.document import read_yaml
from support.receiver import receiver
from support.server import SECRETS, TRUSTED, RunningMock

FOLDER = Path(__file__).parent
SCHEMA = jsonschema_rs.validator_for(read_yaml(FOLDER / "schema.yaml"))
FILES = sorted(one for one in FOLDER.glob("*.yaml") if one.name != "schema.yaml")


def _sequences() -> Iterator[Any]:
    """Yield every sequence of every program; validate the files."""
    for file in FILES:
        content = read_yaml(file)
        SCHEMA.validate(content)
        for name, steps in content["sequences"].items():
            yield pytest.param(steps, id=f"{file.stem}: {name}")


@pytest.mark.parametrize("steps", list(_sequences()))
def test_client_program_runs_against_the_mock(
    mock: RunningMock, steps: list[dict[str, Any]]
) -> None:
    with receiver() as hook:
        known = {"application": TRUSTED, "secret": SECRETS[TRUSTED], "receiver": hook.url}
        program = Program(mock.url, hook, known)
        for step in steps:
            program.run_step(step)
