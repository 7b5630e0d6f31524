"""Runs ringme-contract in the test process, with checks defined by the test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ringme_contract.check import Check
from ringme_contract.check_context import CheckContext
from ringme_contract.cli import commands
from ringme_contract.run import check_run
from ringme_contract.target import MOCK

CheckFunction = Callable[[CheckContext], None]


def own_check(rule: str, function: CheckFunction, writes: bool = True) -> Check:
    return Check(function.__name__, rule, "scenarios", function, writes=writes)


def reads_user(kit: CheckContext) -> None:
    """Passes."""
    kit.caller("client").read(kit.me)


def makes_group(kit: CheckContext) -> None:
    """Passes, and creates a group."""
    group = kit.new_group()
    kit.caller("client").read(kit.path("extension_group", group["id"]))


def misses_group(kit: CheckContext) -> None:
    """Fails."""
    kit.expect(kit.caller("client").get(kit.path("extension_group", 1)), 200)


def replace_checks(patch: pytest.MonkeyPatch, *checks: Check) -> None:
    """Makes the command run only these checks."""
    for module in (check_run, commands):
        patch.setattr(module, "all_checks", lambda *_: list(checks))


def ringme_contract(*arguments: str) -> Result:
    return CliRunner().invoke(commands.main, list(arguments))


def mock_target(folder: Path, *changes: tuple[str, str]) -> str:
    """The path of a copy of the mock's target file, with some text replaced."""
    text = MOCK.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / "target.toml"
    path.write_text(text)
    return str(path)
