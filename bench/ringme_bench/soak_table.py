"""A soak as a table for the terminal."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from ringme_bench.tables import table

_ROWS = 12


def show(console: Console, result: dict[str, Any]) -> None:
    """Prints some of the samples, and whether the bounds held."""
    samples = result["samples"]
    names = list(samples[0])
    made = table("Soak", *names)
    step = max(1, len(samples) // _ROWS)
    for sample in samples[::step]:
        made.add_row(*(f"{sample[name]:g}" for name in names))
    console.print(made)
    console.print(f"{result['requests']} requests; memory climbs by {result['climb_mb']} MB")
    for name, bound in result["bounds"].items():
        console.print(f"{name}: {bound['greatest']} at most, the bound is {bound['bound']}")
