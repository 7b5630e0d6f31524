"""Snippets of the guide and of the page on the workplace do what the pages say."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ringme_mock.docs.material import CONTENT
from ringme_spec.document import read_yaml
from support.server import RunningMock
from support.timeouts import TIMEOUT
from support.tools import require_programs

GUIDE = read_yaml(CONTENT / "guide.yaml")
COMMANDS = {
    "curl": ["bash", "-euo", "pipefail"],
    "javascript": ["node"],
    "python": [sys.executable],
}
TOOLS = {"curl": ["curl"], "javascript": ["node"], "python": []}
ENDINGS = {"curl": "sh", "javascript": "mjs", "python": "py"}
SEPARATE = {
    "curl": "echo; echo '=== step'",
    "javascript": 'console.log("=== step");',
    "python": 'print("=== step", flush=True)',
}


def run_steps(language: str, folder: Path, url: str) -> list[str]:
    """Run all steps as one program; return the output of each."""
    lines = [f"{step[language]}\n{SEPARATE[language]}\n" for step in GUIDE["steps"]]
    program = folder / f"guide.{ENDINGS[language]}"
    program.write_text("".join(lines).replace(GUIDE["url"], url), encoding="utf-8")
    done = subprocess.run(
        [*COMMANDS[language], str(program)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.split("=== step\n")[:-1]


def documented_json(step: dict[str, Any], printed: str) -> Any:
    """Return the JSON that a step printed, with the documented values for those that vary."""
    value = json.loads(printed)
    expected = json.loads(step["answer"])
    for key in step.get("varies", ()):
        assert type(value[key]) is type(expected[key])
        assert len(value[key]) > 20
        value[key] = expected[key]
    return value


@pytest.mark.parametrize("language", [language["id"] for language in GUIDE["languages"]])
def test_guide_steps_print_the_documented_responses(
    language: str, mock: RunningMock, tmp_path: Path
) -> None:
    require_programs(*TOOLS[language])
    outputs = run_steps(language, tmp_path, mock.url)
    assert len(outputs) == len(GUIDE["steps"])
    for step, printed in zip(GUIDE["steps"], outputs, strict=True):
        value = documented_json(step, printed)
        # As text, so that the order of keys is compared.
        assert json.dumps(value) == json.dumps(json.loads(step["answer"])), step["id"]


def test_guide_follows_the_example_of_the_documentation() -> None:
    responses = {step["id"]: json.loads(step["answer"]) for step in GUIDE["steps"]}
    group = responses["group"]["id"]
    assert [number["id"] for number in responses["members"]] == [28, 30]
    assert {number["extension_group_id"] for number in responses["members"]} == {group}
    assert responses["statistics"]["count"] > 5


def test_shell_commands_of_the_workplace_page_work(mock: RunningMock) -> None:
    if mock.http.get("/__mock__/health").status_code != 200:
        pytest.skip("this mock has no control interface, which the page is about")
    require_programs("curl")
    text = (CONTENT / "workplace.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    assert len(blocks) > 4
    script = "\n".join(blocks).replace(GUIDE["url"], mock.url).replace("curl -s ", "curl -sf ")
    # The request with `code=429` fails on purpose; curl then exits with 22.
    script = script.replace("-H 'Prefer: code=429'", "-H 'Prefer: code=429' || [ $? = 22 ]")
    done = subprocess.run(
        [*COMMANDS["curl"], "-c", script],
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT,
    )
    assert done.returncode == 0, done.stdout + done.stderr
