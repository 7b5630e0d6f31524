"""Results as tables for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from ringme_bench.servers import KINDS

_DIGITS = {"to_floor": 2, "to_connexion": 2, "per_second": 0, "p50_ms": 2, "p99_ms": 2}
_NOT_AS_LINES = ("conditions", "samples", "sessions", "servers", "series")


def show(console: Console, result: dict[str, Any]) -> None:
    """Print a result: servers and actions as tables, everything else line by line."""
    if "servers" in result:
        _show_servers(console, result)
    for series in result.get("series", ()):
        columns = ("CPU us", *(f"{count:_}" for count in series["counts"]), "ratio")
        rows = []
        for one in series["actions"]:
            cost = (f"{value:.0f}" for value in one["us"])
            rows.append((one["name"], *cost, f"{max(one['ratio']):.2f}"))
        console.print(_table(f"By number of {series['what']}", columns, rows))
        console.print(f"bytes for each of the last: {series['bytes_per_item']}")
    for name, value in result.items():
        if name not in _NOT_AS_LINES:
            console.print(f"{name}: {value}", highlight=False, markup=False)


def _show_servers(console: Console, result: dict[str, Any]) -> None:
    columns = ("server", "CPU us", "from-to", "x floor", "x Conn.", "req/s", "p50 ms", "p99 ms")
    servers = result["servers"]
    for kind, one in KINDS.items():
        rows = []
        for server in servers:
            if found := server["requests"].get(kind):
                medians = (f"{found[key]['median']:.{_DIGITS[key]}f}" for key in _DIGITS)
                rows.append((server["name"], *_spread(found["cpu_us"], 0), *medians))
        console.print(_table(one["title"], columns, rows))
    names = ("server", "start s", "from-to", "MB at rest", "MB after load")
    starts = []
    for one in servers:
        memory = (f"{one['rest_mb']['median']:.0f}", f"{one['loaded_mb']:.0f}")
        starts.append((one["name"], *_spread(one["start_seconds"], 2), *memory))
    console.print(_table("Start to first response, and memory", names, starts))


def _spread(found: dict[str, float], digits: int) -> tuple[str, str]:
    least, greatest = (f"{found[name]:.{digits}f}" for name in ("least", "greatest"))
    return f"{found['median']:.{digits}f}", f"{least}-{greatest}"


def _table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    look: Any = {"title_justify": "left", "title_style": "bold", "padding": (0, 1, 0, 0)}
    made = Table(title=title, box=box.SIMPLE_HEAD, pad_edge=False, **look)
    for place, name in enumerate(columns):
        made.add_column(name, justify="right" if place else "left", no_wrap=True)
    for row in rows:
        made.add_row(*row)
    return made
