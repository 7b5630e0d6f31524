"""Tables of figures for the terminal."""

from __future__ import annotations

from rich import box
from rich.table import Table


def table(title: str, first: str, *columns: str) -> Table:
    """An empty table: a column of names, and those with figures."""
    made = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )
    made.add_column(first, no_wrap=True)
    for name in columns:
        made.add_column(name, justify="right", no_wrap=True)
    return made
