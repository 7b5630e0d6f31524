"""The command line: `python bench`, which `make bench` runs."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from ringme_bench.conditions import conditions
from ringme_bench.errors import BenchError
from ringme_bench.results import RESULTS, write_result

_DEFAULT = "compare"


class _Group(click.Group):
    """Compares where no command is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Puts the default in front of what is no command."""
        if not args or (args[0] not in self.commands and args[0] != "--help"):
            args = [_DEFAULT, *args]
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Runs a command; what keeps it from measuring is said in one line."""
        try:
            return super().invoke(ctx)
        except BenchError as error:
            raise click.ClickException(str(error)) from None


@click.group(cls=_Group)
def main() -> None:
    """Measure the mock: beside other servers (the default), as data grows, and under load."""


_results = click.option(
    "--results",
    type=click.Path(path_type=Path),
    default=RESULTS,
    show_default="bench/results",
    help="Folder for the result, as JSON.",
)


@main.command()
@click.option("--rounds", type=click.IntRange(1), default=7, show_default=True)
@click.option("--seconds", type=float, default=2.0, show_default=True, help="Of each round.")
@click.option("--connections", type=click.IntRange(1), default=8, show_default=True)
@click.option("--starts", type=click.IntRange(1), default=5, show_default=True)
@click.option("--peers", is_flag=True, help="Other mock servers, too, those that are there.")
@click.option(
    "--peer-folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    multiple=True,
    help="Folder whose node_modules may have them; PATH and this project are looked at anyway.",
)
@_results
def compare(
    rounds: int,
    seconds: float,
    connections: int,
    starts: int,
    peers: bool,
    peer_folder: tuple[Path, ...],
    results: Path,
) -> None:
    """Measure the mock beside the floor, stock Connexion and, with --peers, other mocks.

    \b
    Each server runs as a process of its own; rounds are interleaved. POST makes groups; the mock
    and the floor forget them before each round, and stock Connexion keeps none. A peer that does
    not answer as it has to is named and left out.
    """
    from ringme_bench.compare import Plan, measure
    from ringme_bench.compare_table import show
    from ringme_bench.peers import find_peers
    from ringme_bench.servers import FLOOR, MOCK, STOCK, take_material

    plan = Plan(rounds, seconds, connections, starts)
    console, notes = Console(), Console(stderr=True)
    with tempfile.TemporaryDirectory(prefix="ringme-bench-") as name:
        folder = Path(name)
        found = _found()
        material = take_material(folder)
        others, missing = find_peers(peer_folder, folder, material) if peers else ([], [])
        result = {
            "conditions": found,
            **measure([FLOOR, STOCK, MOCK, *others], plan, folder, _lines(notes)),
            "missing": missing,
        }
    show(console, result)
    _keep(notes, results, "peers" if peers else "compare", result)


@main.command()
@click.option("--most-records", type=click.IntRange(100), default=1_000_000, show_default=True)
@click.option("--most-groups", type=click.IntRange(10), default=100_000, show_default=True)
@click.option("--rounds", type=click.IntRange(1), default=30, show_default=True)
@_results
def growth(most_records: int, most_groups: int, rounds: int, results: Path) -> None:
    """Measure what actions cost with more and more records and groups, in this process."""
    from ringme_bench.growth import Sizes, measure
    from ringme_bench.growth_table import show

    notes = Console(stderr=True)
    found = _found()
    sizes = Sizes(_powers(100, most_records), _powers(10, most_groups), rounds)
    result = {"conditions": found, **asyncio.run(measure(sizes, notes.print))}
    show(Console(), result)
    _keep(notes, results, "growth", result)


@main.command()
@click.option("--seconds", type=float, default=60.0, show_default=True)
@click.option("--connections", type=click.IntRange(1), default=200, show_default=True)
@click.option("--sessions", type=click.IntRange(1), default=20, show_default=True)
@click.option("--pause", type=float, default=20.0, show_default=True, help="Seconds after it.")
@_results
def load(seconds: float, connections: int, sessions: int, pause: float, results: Path) -> None:
    """Put the mock under load: reads and writes at full speed, each answer checked.

    \b
    Each connection works in a session and knows what it made there; afterwards each session must
    have just that. Exit code 1 if anything was not as it has to be.
    """
    from ringme_bench.load import Plan, measure, problems
    from ringme_bench.load_table import show

    notes = Console(stderr=True)
    found = _found()
    with tempfile.TemporaryDirectory(prefix="ringme-bench-") as name:
        plan = Plan(seconds, connections, sessions, pause)
        result = {"conditions": found, **measure(plan, Path(name), notes.print)}
    show(Console(), result)
    _keep(notes, results, "load", result)
    _end(notes, problems(result))


@main.command()
@click.option("--minutes", type=float, default=60.0, show_default=True)
@click.option("--round", "round_", type=float, default=60.0, show_default=True, help="In seconds.")
@click.option("--connections", type=click.IntRange(1), default=50, show_default=True)
@click.option("--sessions", type=click.IntRange(1), default=20, show_default=True)
@_results
def soak(minutes: float, round_: float, connections: int, sessions: int, results: Path) -> None:
    """Load the mock for long, and see whether its memory climbs and its bounds hold.

    \b
    Rounds of load like that of `load`, some of it in sessions that come and go; after each round
    log-ins, resets and a step of the clock. Exit code 1 if anything was not as it has to be.
    """
    from ringme_bench.soak import Plan, measure, problems
    from ringme_bench.soak_table import show

    notes = Console(stderr=True)
    found = _found()
    with tempfile.TemporaryDirectory(prefix="ringme-bench-") as name:
        plan = Plan(minutes, round_, connections, sessions)
        result = {"conditions": found, **measure(plan, Path(name), notes.print)}
    show(Console(), result)
    _keep(notes, results, "soak", result)
    _end(notes, problems(result))


def _lines(notes: Console) -> Callable[[str], None]:
    """Prints each note as one line, just as it is: it may have what a server printed."""

    def tell(text: str) -> None:
        notes.print(text, markup=False, highlight=False, soft_wrap=True)

    return tell


def _end(notes: Console, problems: list[str]) -> None:
    """Ends with code 1 if there are problems, and names them."""
    for problem in problems:
        notes.print(f"wrong: {problem}", markup=False)
    if problems:
        sys.exit(1)


def _powers(least: int, most: int) -> tuple[int, ...]:
    """From the least on each ten times the former, up to the most."""
    found = [least]
    while found[-1] * 10 <= most:
        found.append(found[-1] * 10)
    return tuple(found)


def _found() -> dict[str, Any]:
    return conditions("bench", sys.argv[1:])


def _keep(notes: Console, folder: Path, name: str, result: dict[str, Any]) -> None:
    notes.print(f"The result is in {write_result(folder, name, result)}")
