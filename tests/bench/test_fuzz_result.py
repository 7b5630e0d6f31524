"""Result file of a fuzz run, in the format of the benchmarks."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

FUZZ = Path(__file__).parents[1] / "hostile" / "fuzz.py"


def test_fuzz_run_writes_its_result_file(tmp_path: Path) -> None:
    arguments = ["--requests", "4", "--seed", "7", "--results", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, str(FUZZ), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    found = json.loads((tmp_path / "fuzz.json").read_text(encoding="utf-8"))
    assert found["seed"] == 7
    assert found["requests"] >= 4
    assert found["seconds"] > 0
    assert (found["faults"] == 0) == (done.returncode == 0)
    (part,) = found["parts"]
    assert part["requests"] == found["requests"]
    assert sum(part["statuses"].values()) > 0
    command = "make fuzz ARGS='--requests 4 --seed 7 --results FOLDER'"
    assert found["conditions"]["command"] == command
