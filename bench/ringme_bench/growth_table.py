"""Growth as tables for the terminal."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from ringme_bench.tables import table


def show(console: Console, result: dict[str, Any]) -> None:
    """Prints for each series what actions cost, and how often as much as with the fewest items."""
    for series in result["series"]:
        console.print(_costs(series))


def _costs(series: dict[str, Any]) -> Table:
    counts = [_short(number) for number in series["counts"]]
    made = table(f"us by number of {series['what']}, and the greatest ratio", "", *counts, "ratio")
    for action in series["actions"]:
        values = [f"{value:.1f}" for value in action["us"]]
        made.add_row(action["name"], *values, f"{max(action['ratio']):.2f}")
    made.add_section()
    made.add_row("full garbage collection, ms", *map(str, series["collection_ms"]), "")
    if series["bytes_per_item"]:
        made.caption = f"memory: {series['bytes_per_item']} bytes for each of {counts[-1]}"
        made.caption_justify = "left"
    return made


def _short(number: int) -> str:
    for size, letter in ((1_000_000, "M"), (1_000, "k")):
        if number >= size:
            return f"{number // size}{letter}"
    return str(number)
