"""Send many odd requests to the mock, and report whether it withstood them.

`python tests/hostile/fuzz.py --requests 200000 --seed 1`: the mock, in a process of its own, must
not fail on any request, log no traceback, keep no other client waiting for a second, stay alive,
and keep its memory bounded. With `--results bench/results` the figures are saved for the
documentation's page on performance.
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
from hostile.fuzz_run import FuzzRun


def main(arguments: list[str] | None = None) -> int:
    """Run the program: print the findings, and return 1 if there are faults."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=200_000, help="number of requests")
    parser.add_argument("--seed", type=int, default=1, help="random seed")
    parser.add_argument("--results", type=Path, help="folder for the figures, as JSON")
    given = sys.argv[1:] if arguments is None else arguments
    options = parser.parse_args(given)
    conditions = _conditions(given) if options.results else None
    found = FuzzRun(options.requests, options.seed).run()
    found.check_growth()
    sys.stdout.write(found.text() + "\n")
    if conditions:
        _write_results(options.results, {"conditions": conditions, "seed": options.seed}, found)
    return 1 if found.faults else 0


def _conditions(given: Sequence[str]) -> dict[str, Any]:
    """Return the conditions of the run. Call it before the run, which is a load itself."""
    from ringme_bench.results import conditions

    return conditions("fuzz", given)


def _write_results(folder: Path, result: dict[str, Any], found: Findings) -> None:
    from ringme_bench import BenchError
    from ringme_bench.results import write_result

    figures = {
        "requests": found.requests,
        "seconds": round(found.seconds, 3),
        "faults": len(found.faults),
    }
    part = {
        "name": "over sockets",
        **figures,
        # Status 0: the connection was closed, or cut off on purpose.
        "statuses": {str(status): count for status, count in sorted(found.statuses.items())},
        "longest_wait_ms": round(found.longest_wait * 1000, 1),
        "memory_mb": [round(one, 1) for one in found.memory],
    }
    try:
        path = write_result(folder, "fuzz", {**result, **figures, "parts": [part]})
    except BenchError as error:
        sys.exit(f"fuzz.py: {error}")
    sys.stdout.write(f"The result is in {path}\n")


if __name__ == "__main__":
    sys.exit(main())
