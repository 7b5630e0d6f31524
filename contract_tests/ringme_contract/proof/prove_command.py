"""The command `ringme-contract prove`."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from ringme_contract.command_options import PATH
from ringme_contract.http.transport import Transport
from ringme_contract.proof.fault import Fault, all_faults
from ringme_contract.report.files import try_path
from ringme_contract.report.printable import printable
from ringme_contract.run.check_run import Options, open_kit, read_target
from ringme_spec.command_line import WholeNumber
from ringme_spec.errors import ConfigError, unknown_key


@click.command()
@click.argument("url", required=False)
@click.option("--target", type=PATH, help="Target file of that server (TOML).")
@click.option("--reset", help="Command that resets the data of the server, before each fault.")
@click.option("--fault", "names", multiple=True, help="Only this fault; repeatable.")
@click.option("--class", "kinds", multiple=True, help="Only the faults of this class; repeatable.")
@click.option("--full", is_flag=True, help="Try every layer on every fault; takes much longer.")
@click.option(
    "--jobs",
    type=WholeNumber(1, 64),
    default=min(os.cpu_count() or 1, 8),
    show_default="one for each core",
    help="Number of mocks that run at the same time.",
)
@click.option("--json", "json_file", type=PATH, help="Write the proof as JSON.")
def prove(
    url: str | None,
    target: Path | None,
    reset: str | None,
    names: tuple[str, ...],
    kinds: tuple[str, ...],
    full: bool,
    jobs: int,
    json_file: Path | None,
) -> None:
    """Prove that the kit finds faults.

    Injects faults into the mock, one at a time, and checks that each is found. Also checks the
    mock without a fault, which must pass, and servers that implement nothing, which must fail.
    Exit codes: 0 every fault was found and nothing else failed, 1 otherwise, 2 could not run, 3 no
    fault could be injected, 130 interrupted.

    With a URL or a target file, a proxy on this machine injects the faults into the requests and
    responses of that server, which shows what the kit would find in that implementation. A rule
    that fails without a fault proves nothing. Faults inside the mock are skipped.

    \b
    Examples:
      ringme-contract prove
      ringme-contract prove --class ranges --json proof.json
      ringme-contract prove https://staging.example.com --target target.toml
    """
    chosen = _choose(names, kinds)
    # SIGINT as well: for background processes a shell ignores it.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    start = time.monotonic()
    if (url or target) and full:
        raise ConfigError("--full: applies only to the mock; leave it out for another server")
    if reset and not (url or target):
        raise ConfigError("--reset: applies only to another server; give its URL or --target")
    if json_file is not None:
        try_path(json_file)
    if url or target:
        report, code = _before_server(Options(url, target), chosen, reset)
    else:
        report, code = _in_mock(chosen, not names and not kinds, full, jobs)
    seconds = time.monotonic() - start
    click.echo(f"{seconds:.0f} s")
    if json_file is not None:
        report = {"version": 1, "seconds": round(seconds, 1), **report}
        json_file.write_text(json.dumps(report, indent=2) + "\n", "utf-8")
        click.echo(f"wrote {json_file}")
    sys.exit(code)


# Modules of both are imported late: the other commands do not need the mock.


def _in_mock(chosen: list[Fault], whole: bool, full: bool, jobs: int) -> tuple[dict[str, Any], int]:
    from ringme_contract.proof.table import as_json, print_proof, progress_line
    from ringme_contract.proof.trial import prove as run

    say = _counter(len(chosen) + (4 if whole else 0))
    proof = run(
        chosen,
        servers=whole,
        full=full,
        jobs=jobs,
        progress=lambda name, finding: say(progress_line(name, finding)),
    )
    print_proof(Console(soft_wrap=True), proof, full)
    return as_json(proof, full), 1 if proof.complaints else 0


def _before_server(
    options: Options, chosen: list[Fault], reset: str | None
) -> tuple[dict[str, Any], int]:
    from ringme_contract.proof.at_url import UrlProof
    from ringme_contract.proof.table import print_baseline, print_findings, url_json
    from ringme_contract.proof.trial import contract

    target = read_target(options, contract())
    # The server itself must respond, before there is a proxy.
    with open_kit(Transport(target, contract()), contract()):
        pass
    proof = UrlProof(target, reset)
    proof.measure()
    console = Console(soft_wrap=True)
    print_baseline(console, proof)
    say = _counter(len(chosen))
    for fault in chosen:
        finding = proof.try_fault(fault)
        say(f"{fault.id}: {printable(finding.said)}")
    print_findings(console, proof)
    return url_json(proof), proof.code


def _counter(total: int) -> Callable[[str], None]:
    """A function that prints lines with their number and the total."""
    numbers = count(1)
    return lambda line: click.echo(f"{next(numbers):>{len(str(total))}}/{total} {line}")


def _choose(names: tuple[str, ...], kinds: tuple[str, ...]) -> list[Fault]:
    faults = all_faults()
    known_kinds = sorted({one.kind for one in faults.values()})
    for sort, given, known in (("fault", names, list(faults)), ("class", kinds, known_kinds)):
        for name in given:
            if name not in known:
                raise click.BadParameter(unknown_key(name, known, sort), param_hint=f"--{sort}")
    return [
        one
        for one in faults.values()
        if (not names and not kinds) or one.id in names or one.kind in kinds
    ]
