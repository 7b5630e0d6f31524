"""Sends a great many odd requests to the mock, and says whether it stood them.

`python tests/hostile/fuzz.py --requests 200000 --seed 1`: nothing may be answered with a 5xx that
nobody asked for, no traceback may get into the log, nobody else may wait for a second, the process
has to live, and its memory must not climb without end. A fifth of the requests goes as bytes over
sockets to a mock of its own process, the rest to the application in this process.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from hostile.findings import Findings
from hostile.inside import Inside
from hostile.outside import Outside

# What the memory may grow by between the first tenth of a run and its end, in MB.
_MOST_GROWTH = 150


def main(arguments: list[str] | None = None) -> int:
    """Runs both parts, prints the findings, and gives 1 where there are faults."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=200_000, help="how many in all")
    parser.add_argument("--seed", type=int, default=1, help="the same gives the same requests")
    parser.add_argument("--only", choices=("inside", "outside"), help="one part of the run")
    options = parser.parse_args(arguments)
    outside = options.requests // 5
    runs: list[Inside | Outside] = []
    if options.only != "outside":
        runs.append(Inside(options.requests - outside, options.seed))
    if options.only != "inside":
        runs.append(Outside(outside, options.seed))
    found = [run.run() for run in runs]
    for one in found:
        _check_growth(one)
        sys.stdout.write(one.text() + "\n")
    return 1 if any(one.faults for one in found) else 0


def _check_growth(found: Findings) -> None:
    if len(found.memory) > 2 and found.memory[-1] - found.memory[1] > _MOST_GROWTH:
        found.fault(f"memory grew from {found.memory[1]:.0f} to {found.memory[-1]:.0f} MB")


if __name__ == "__main__":
    sys.exit(main())
