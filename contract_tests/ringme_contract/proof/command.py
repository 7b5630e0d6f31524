"""The command `ringme-contract prove`."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path

import click
from rich.console import Console

from ringme_contract.evaluation import ExitCode
from ringme_contract.proof.fault import Fault, all_faults


@click.command()
@click.option("--fault", "names", multiple=True, help="Only this fault.")
@click.option("--class", "kinds", multiple=True, help="Only the faults of this class.")
@click.option("--full", is_flag=True, help="Let every layer try every fault: takes much longer.")
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    default=min(os.cpu_count() or 1, 8),
    show_default="one for each core",
    help="How many servers to try at a time.",
)
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Write a JSON file.")
def prove(
    names: tuple[str, ...],
    kinds: tuple[str, ...],
    full: bool,
    jobs: int,
    json_file: Path | None,
) -> None:
    """Prove the kit: put faults into the mock, one at a time, and see them all found.

    Also holds the healthy mock, which has to pass, and servers that implement nothing, which must
    not. Needs the mock. Exit codes: 0 the kit finds everything and nothing but that, 1 it does not,
    130 interrupted.

    \b
    Examples:
      ringme-contract prove
      ringme-contract prove --class ranges --json proof.json
    """
    # Here, so that the other commands need no mock.
    from ringme_contract.proof.prove import Finding
    from ringme_contract.proof.prove import prove as run
    from ringme_contract.proof.table import as_json, print_proof, progress_line

    chosen = _choose(names, kinds)
    whole = not names and not kinds
    total = len(chosen) + (4 if whole else 0)
    done = 0

    def say(name: str, finding: Finding | None) -> None:
        nonlocal done
        done += 1
        click.echo(progress_line(done, total, name, finding))

    # Of SIGINT, too: a shell that starts something in the background has it ignored.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    start = time.monotonic()
    try:
        proof = run(chosen, servers=whole, full=full, jobs=jobs, progress=say)
    except KeyboardInterrupt:
        click.echo("ringme-contract: interrupted", err=True)
        sys.exit(ExitCode.INTERRUPTED)
    seconds = time.monotonic() - start
    console = Console(soft_wrap=True)
    print_proof(console, proof, full)
    click.echo(f"{seconds:.0f} s")
    if json_file is not None:
        json_file.write_text(json.dumps(as_json(proof, seconds, full), indent=2) + "\n", "utf-8")
        click.echo(f"wrote {json_file}")
    sys.exit(0 if proof.holds else 1)


def _choose(names: tuple[str, ...], kinds: tuple[str, ...]) -> list[Fault]:
    faults = all_faults()
    for name in names:
        if name not in faults:
            raise click.BadParameter(f"{name}: there is no such fault", param_hint="--fault")
    known = {one.kind for one in faults.values()}
    for kind in kinds:
        if kind not in known:
            raise click.BadParameter(f"{kind}: not one of {', '.join(sorted(known))}")
    return [
        one
        for one in faults.values()
        if (not names and not kinds) or one.id in names or one.kind in kinds
    ]
