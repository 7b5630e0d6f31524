"""The GitHub action: its file, and its check as a runner would run it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from ringme_contract.cli.commands import check
from ringme_contract.proof.site import running_server
from support.server import RunningMock

ROOT = Path(__file__).resolve().parents[2]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
_INPUT = re.compile(r"\$\{\{ inputs\.([\w-]+) \}\}")


@dataclass
class Run:
    """Exit code, output and files of the step."""

    code: int
    log: str
    output: str
    summary: str


def run_check(folder: Path, **inputs: str) -> Run:
    """Run the check step, with inputs in its environment as GitHub passes them."""
    (step,) = [one for one in STEPS if one.get("id") == "check"]
    program = folder / "ringme-contract" / "bin" / "ringme-contract"
    program.parent.mkdir(parents=True)
    program.symlink_to(Path(sys.executable).with_name("ringme-contract"))
    given = {name: str(node["default"]) for name, node in ACTION["inputs"].items()} | inputs
    files = {name: folder / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "RUNNER_TEMP": str(folder),
            "GITHUB_ACTIONS": "true",
            # A single rule, which takes a second instead of a minute.
            "RINGME_CONTRACT_RULE": "group-client-isolation",
            **{name: str(path) for name, path in files.items()},
            **{
                name: _INPUT.sub(lambda found: given[found[1]], value)
                for name, value in step["env"].items()
            },
        },
        capture_output=True,
        text=True,
        check=False,
    )
    output, summary = (path.read_text() if path.exists() else "" for path in files.values())
    return Run(done.returncode, done.stdout + done.stderr, output, summary)


def test_action_inputs_are_used_and_never_inserted_into_scripts() -> None:
    used = set(_INPUT.findall((ROOT / "action.yml").read_text("utf-8")))
    assert used == set(ACTION["inputs"])
    assert not [step["run"] for step in STEPS if "${{" in step.get("run", "")]


def test_variables_of_the_check_step_are_options() -> None:
    (step,) = [one for one in STEPS if one.get("id") == "check"]
    variables = {one.envvar for one in check.params}
    assert set(step["env"]) - {"RINGME_CONTRACT_PROFILE"} <= variables


def test_used_actions_are_pinned_to_a_commit() -> None:
    used = [step["uses"] for step in STEPS if "uses" in step]
    assert used
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", one) for one in used)


def test_action_installs_the_kit_of_its_checkout() -> None:
    assert '"$GITHUB_ACTION_PATH[contract]"' in STEPS[0]["run"]
    for step in STEPS:
        subprocess.run(["bash", "-n", "-c", step.get("run", "")], check=True)


def test_conforming_target_passes_with_reports_and_a_summary(
    mock: RunningMock, tmp_path: Path
) -> None:
    done = run_check(tmp_path, url=mock.url)
    assert (done.code, done.output) == (0, "exit-code=0\n"), done.log
    assert "::error" not in done.log
    assert done.summary.startswith("## ringme-contract: 1 of 1 MUST")
    assert (tmp_path / "contract-report" / "report.html").is_file()
    assert (tmp_path / "contract-report" / "junit.xml").is_file()


def test_failure_is_an_annotation_and_sets_the_exit_code_output(tmp_path: Path) -> None:
    with running_server("groups-of-all") as server:
        done = run_check(tmp_path, url=server.url)
    assert (done.code, done.output) == (1, "exit-code=1\n"), done.log
    assert "::error title=fail%3A entry-isolation::" in done.log
    assert "breaks entry-isolation, group-client-isolation" in done.log
    assert "| fail | `group-client-isolation` | MUST |" in done.summary


@pytest.mark.parametrize("name", ["url", "target", "expect", "report-dir"])
def test_inputs_cannot_inject_shell_commands(name: str, tmp_path: Path) -> None:
    hostile = '"; touch pwned; $(touch pwned) `touch pwned` \n touch pwned'
    done = run_check(tmp_path, **{"url": "http://127.0.0.1:1", name: hostile})
    assert (done.code, done.output) == (2, "exit-code=2\n"), done.log
    assert not list(tmp_path.glob("**/pwned"))
