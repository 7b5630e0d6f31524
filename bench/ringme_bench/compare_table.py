"""A comparison as tables for the terminal."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from ringme_bench.servers import FLOOR, KINDS, STOCK
from ringme_bench.tables import table

_COLUMNS = ("CPU us", "from-to", "x floor", "x Conn.", "req/s", "p50 ms", "p99 ms")


def show(console: Console, result: dict[str, Any]) -> None:
    """Prints a table for each request, and one of starts and memory."""
    plan = result["plan"]
    console.print(
        f"Medians of {plan['rounds']} rounds of {plan['seconds']:g} s,"
        f" {plan['connections']} connections; CPU is that of the server, for one request"
    )
    for kind, title in KINDS.items():
        console.print(_requests(kind, title, result["servers"]))
    console.print(_starts(result))
    for name in result.get("missing", ()):
        console.print(f"missing: {name}")
    for name in result["left_out"]:
        console.print(f"left out, as it failed: {name}")


def _requests(kind: str, title: str, servers: list[dict[str, Any]]) -> Table:
    made = table(
        title, "server", "CPU us", "from-to", "x floor", "x Conn.", "req/s", "p50 ms", "p99 ms"
    )
    for server in servers:
        found = server["requests"].get(kind)
        if found:
            cpu = found["cpu_us"]
            made.add_row(
                server["name"],
                f"{cpu['median']:.0f}",
                f"{cpu['least']:.0f}-{cpu['greatest']:.0f}",
                *(_ratio(found.get(f"to_{other.name}")) for other in (FLOOR, STOCK)),
                f"{found['per_second']['median']:.0f}",
                f"{found['p50_ms']['median']:.2f}",
                f"{found['p99_ms']['median']:.2f}",
            )
    return made


def _ratio(found: dict[str, float] | None) -> str:
    return f"{found['median']:.2f}" if found else "-"


def _starts(result: dict[str, Any]) -> Table:
    title = f"Start to first answer, {result['plan']['starts']} starts, and memory"
    made = table(title, "server", "start s", "from-to", "MB at rest", "MB after load")
    for server in result["servers"]:
        start = server["start_seconds"]
        made.add_row(
            server["name"],
            f"{start['median']:.2f}",
            f"{start['least']:.2f}-{start['greatest']:.2f}",
            f"{server['rest_mb']['median']:.0f}",
            f"{server['loaded_mb']:.0f}",
        )
    return made
