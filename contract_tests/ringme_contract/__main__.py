"""Entry point of `ringme-contract`; the commands themselves are in commands.py."""

from __future__ import annotations

import sys

from ringme_contract.missing import missing


def main() -> None:
    """Runs the command that the arguments name.

    The kit is installed with the mock, the libraries that it needs are not: without them it says
    so.
    """
    try:
        from ringme_contract.cli.commands import main as run

        run(prog_name="ringme-contract")
    except ModuleNotFoundError as error:
        sys.stderr.write(f"ringme-contract: {missing(error)}\n")
        sys.exit(2)


if __name__ == "__main__":
    main()
