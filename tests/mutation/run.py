"""Run the kit against mutants of the mock or of the second implementation, one at a time.

A mutant is detected if the implementation does not start, or as soon as one check of a MUST rule
fails or is not reached.

`python tests/mutation/run.py` takes a few seconds per mutant, as it begins with the check that the
list names; a mutant that passes the whole kit takes about a minute.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from mutation.mutants import (
    IMPLEMENTATIONS,
    ROOT,
    Mutant,
    MutantNotFound,
    read_mutants,
    write_mutants,
)
from ringme_contract.check import LAYERS, Check, all_checks
from ringme_contract.check_context import CheckContext
from ringme_contract.http.transport import Transport
from ringme_contract.run.engine import Engine
from ringme_contract.target import MOCK, load_target
from ringme_contract.verdict import Verdict
from ringme_spec.contract import read_contract
from ringme_spec.paths import SPEC

# In seconds: for startup, for one response, for all checks of the kit.
START, RESPONSE, KIT = 60.0, 10.0, 1800.0
NO_START = "the server does not start"


class Runner:
    """Runner of mutants. From each it learns which checks to begin with for the next one."""

    def __init__(self) -> None:
        self._contract = read_contract(SPEC)
        self._must = {one.id for one in self._contract.rules.values() if one.level == "MUST"}
        self._kills: Counter[str] = Counter()
        self._kills_of: dict[str, list[str]] = {}

    def learn(self, mutant: Mutant) -> None:
        """Record which check detects a mutant."""
        if mutant.kit:
            self._kills[mutant.kit] += 1
            self._kills_of.setdefault(mutant.function, []).insert(0, mutant.kit)

    def kit(self, tree: Path, mutant: Mutant) -> str | None:
        """Return the id of the first check that fails on the implementation in `tree`, or None."""
        with _served(tree, mutant) as url:
            if url is None:
                return NO_START
            target = replace(load_target(MOCK, url), budget=KIT, timeout=RESPONSE)
            transport = Transport(target, self._contract)
            try:
                engine = Engine(CheckContext(target, self._contract, transport))
                return next(
                    (one.id for one in self._in_order(mutant) if self._fails(engine, one)), None
                )
            finally:
                transport.close()

    def _fails(self, engine: Engine, check: Check) -> bool:
        # Without a mutation, each check of a MUST rule is reached.
        bad = (Verdict.FAIL, Verdict.NOT_REACHED)
        return any(one.verdict in bad and one.rule in self._must for one in engine.run_one(check))

    def _in_order(self, mutant: Mutant) -> list[Check]:
        likely = [mutant.kit, *self._kills_of.get(mutant.function, [])]

        def place(check: Check) -> tuple[Any, ...]:
            return (
                likely.index(check.id) if check.id in likely else len(likely),
                -self._kills[check.id],
                check.layer == "schema",
                LAYERS.index(check.layer),
            )

        return sorted(all_checks(self._contract), key=place)


@contextmanager
def mutated(mutant: Mutant) -> Iterator[Path]:
    """Yield a copy of the checkout with the change; other folders are links. Raises Lost."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        tree = Path(folder)
        folder = mutant.implementation.folder
        shutil.copytree(ROOT / folder, tree / folder)
        for one in ROOT.iterdir():
            if one.name != Path(folder).parts[0] and not one.name.startswith("."):
                (tree / one.name).symlink_to(one)
        mutant.apply(tree)
        yield tree


@contextmanager
def _served(tree: Path, mutant: Mutant) -> Iterator[str | None]:
    """Serve the implementation in `tree`; yield its URL, or None if it does not start."""
    with subprocess.Popen(
        [sys.executable, *mutant.implementation.command],
        cwd=tree,
        env=_environment(tree),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        # Kills a process that neither prints its URL nor ends.
        timer = threading.Timer(START, process.kill)
        timer.start()
        lines = iter(process.stdout)
        drain = threading.Thread(target=lambda: [None for _ in lines], daemon=True)
        try:
            found = next(filter(None, (re.search(r"http://[\w.:]+", one) for one in lines)), None)
            timer.cancel()
            drain.start()
            yield found.group() if found else None
        finally:
            timer.cancel()
            process.kill()
            # Read the last lines before the pipe is closed.
            if drain.is_alive():
                drain.join()


def _environment(tree: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(tree / "mock"), "PYTHONDONTWRITEBYTECODE": "1"}


@click.command()
@click.option(
    "--of",
    "implementation",
    type=click.Choice(list(IMPLEMENTATIONS)),
    help="Only mutants of this implementation.",
)
@click.option("--sample", type=int, help="Number of mutants, chosen at random.")
@click.option("--seed", type=int, default=0, show_default=True, help="Random seed.")
@click.option("--id", "names", multiple=True, help="Only this mutant.")
@click.option("--open", "is_open", is_flag=True, help="Only mutants without a known result.")
@click.option("--write", is_flag=True, help="Write the results into the list.")
def main(
    implementation: str | None,
    sample: int | None,
    seed: int,
    names: tuple[str, ...],
    is_open: bool,
    write: bool,
) -> None:
    """Try mutants: by default, all that the kit is known to detect.

    Exit code: 1 if the kit misses one that it is known to detect.
    """
    lists = [
        read_mutants(one) for name, one in IMPLEMENTATIONS.items() if implementation in (None, name)
    ]
    mutants, runner = [one for many in lists for one in many], Runner()
    for one in mutants:
        runner.learn(one)
    chosen = [
        one
        for one in mutants
        if (one.id in names if names else _is_open(one) if is_open else one.kit)
    ]
    if sample is not None:
        chosen = random.Random(seed).sample(chosen, min(sample, len(chosen)))
    gaps = 0
    for number, one in enumerate(chosen, 1):
        before, start = one.kit, time.monotonic()
        _try(runner, one)
        gaps += bool(before and not one.kit)
        seconds = time.monotonic() - start
        verdict = one.kit or "not detected by the kit"
        click.echo(f"{number}/{len(chosen)} {one.id}: {verdict} ({seconds:.0f} s)")
        if write:
            for many in lists:
                write_mutants(many)
    killed = sum(1 for one in chosen if one.kit)
    click.echo(f"{killed} of {len(chosen)} mutants are detected by the kit")
    sys.exit(1 if gaps else 0)


def _try(runner: Runner, mutant: Mutant) -> None:
    try:
        with mutated(mutant) as tree:
            mutant.kit = runner.kit(tree, mutant)
    except MutantNotFound as error:
        mutant.kit = None
        click.echo(error)
    runner.learn(mutant)


def _is_open(mutant: Mutant) -> bool:
    return not (mutant.kit or mutant.why)


if __name__ == "__main__":
    main()
