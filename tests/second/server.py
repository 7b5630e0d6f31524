"""`python tests/second/server.py --port 0` serves the second implementation on the loopback."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

# A script has its own folder on the path, not the one that contains the package.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from second import faults  # noqa: E402
from second.app import make_server  # noqa: E402

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"


def main() -> None:
    """Prints the URL, and serves until it is terminated."""
    known = "".join(f"  {name:28}{what}\n" for name, what in faults.FAULTS.items())
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog=f"faults:\n{known}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=8081, help="0 takes a free one")
    parser.add_argument("--fault", action="append", default=[], choices=faults.FAULTS, metavar="X")
    parser.add_argument("--fixtures", type=Path, default=FIXTURES)
    chosen = parser.parse_args()
    faults.switch_on(chosen.fault)
    server = make_server(chosen.port, chosen.fixtures)
    print(f"http://127.0.0.1:{server.port}", flush=True)  # noqa: T201
    server.serve_forever()


if __name__ == "__main__":
    main()
