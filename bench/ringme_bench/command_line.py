"""Command line: `python bench`, which `make bench` runs."""

from __future__ import annotations

import signal
import sys
import tempfile
from dataclasses import Field, fields
from functools import partial
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from ringme_bench import comparison, growth, load, soak
from ringme_bench.results import RESULTS, conditions, write_result
from ringme_bench.tables import show

_MODULES = {"compare": comparison, "growth": growth, "load": load, "soak": soak}


class _Group(click.Group):
    """Group whose default command is `compare`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] != "--help"):
            args = ["compare", *args]
        return super().parse_args(ctx, args)


def _run(command: str, results: Path, **options: Any) -> None:
    """Measure, show and store a result; exit with code 1 if it contains problems."""
    # Unformatted, as notes may contain the output of a server.
    notes = partial(Console(stderr=True).print, markup=False, highlight=False, soft_wrap=True)
    module: Any = _MODULES[command]
    # As with Ctrl-C, so that the servers are ended, too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    result = {"conditions": conditions("bench", sys.argv[1:])}
    with tempfile.TemporaryDirectory(prefix="ringme-bench-") as folder:
        result |= module.measure(module.Plan(**options), Path(folder), notes)
    show(Console(), result)
    name = "peers" if options.get("peers") else command
    notes(f"The result is in {write_result(results, name, result)}")
    wrong = module.problems(result) if hasattr(module, "problems") else []
    for problem in wrong:
        notes(f"wrong: {problem}")
    sys.exit(1 if wrong else 0)


def _option(field: Field[Any]) -> click.Option:
    """Make an option from a field of a plan, with the type of its default."""
    more: dict[str, Any] = {"type": click.FloatRange(0), "show_default": True}
    if isinstance(field.default, bool):
        more = {"is_flag": True}
    elif isinstance(field.default, int):
        more["type"] = click.IntRange(1)
    elif isinstance(field.default, tuple):
        folder = click.Path(exists=True, file_okay=False, path_type=Path)
        more = {"type": folder, "multiple": True}
    return click.Option([f"--{field.name.replace('_', '-')}"], default=field.default, **more)


_RESULTS = click.Option(
    ["--results"], type=click.Path(path_type=Path), default=RESULTS, show_default="bench/results"
)
main = _Group(
    help="Measure the mock: beside other servers (the default), as data grows, and under load.",
    commands=[
        click.Command(
            name,
            callback=partial(_run, name),
            params=[*map(_option, fields(module.Plan)), _RESULTS],
            help=module.measure.__doc__,
        )
        for name, module in _MODULES.items()
    ],
)
