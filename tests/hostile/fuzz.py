"""Sends a great many odd requests to the mock, and says whether it stood them.

`python tests/hostile/fuzz.py --requests 200000 --seed 1`: nothing may be answered with a 5xx that
nobody asked for, no traceback may get into the log, nobody else may wait for a second, the process
has to live, and its memory must not climb without end. A fifth of the requests goes as bytes over
sockets to a mock of its own process, the rest to the application in this process. With
`--results bench/results` the figures are kept where the page of speed shows them.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[1])
    sys.path.insert(1, str(Path(__file__).resolve().parents[2] / "bench"))

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
    parser.add_argument("--results", type=Path, help="folder for the figures, as JSON")
    given = sys.argv[1:] if arguments is None else arguments
    options = parser.parse_args(given)
    conditions = _conditions(given) if options.results else None
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
    if conditions:
        _keep(options.results, conditions, options.seed, found)
    return 1 if any(one.faults for one in found) else 0


def _conditions(given: Sequence[str]) -> dict[str, Any]:
    """Under which conditions the run is made. Before it begins, since it is a load itself."""
    from ringme_bench.results import conditions

    return conditions("fuzz", given)


def _keep(folder: Path, conditions: dict[str, Any], seed: int, found: Sequence[Findings]) -> None:
    from ringme_bench import BenchError
    from ringme_bench.results import write_result

    result = {
        "conditions": conditions,
        "seed": seed,
        "requests": sum(one.requests for one in found),
        "seconds": round(sum(one.seconds for one in found), 3),
        "faults": sum(len(one.faults) for one in found),
        "parts": [_part(one) for one in found],
    }
    try:
        sys.stdout.write(f"The result is in {write_result(folder, 'fuzz', result)}\n")
    except BenchError as error:
        sys.exit(f"fuzz.py: {error}")


def _part(found: Findings) -> dict[str, Any]:
    return {
        "name": found.name,
        "requests": found.requests,
        "seconds": round(found.seconds, 3),
        # Without an answer is what hung up or was cut off on purpose.
        "statuses": {str(status): count for status, count in sorted(found.statuses.items())},
        "longest_wait_ms": round(found.longest_wait * 1000, 1),
        "memory_mb": [round(one, 1) for one in found.memory],
        "faults": len(found.faults),
    }


def _check_growth(found: Findings) -> None:
    if len(found.memory) > 2 and found.memory[-1] - found.memory[1] > _MOST_GROWTH:
        found.fault(f"memory grew from {found.memory[1]:.0f} to {found.memory[-1]:.0f} MB")


if __name__ == "__main__":
    sys.exit(main())
