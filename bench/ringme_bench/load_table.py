"""Load as a table for the terminal."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from ringme_bench.tables import table


def show(console: Console, result: dict[str, Any]) -> None:
    """Prints what was asked, how it was answered, and the memory before and after."""
    made = table("Load", "", "")
    plan, memory = result["plan"], result["memory_mb"]
    reads = sum(
        number
        for kind, number in result["answers"].items()
        if kind.split()[0] in ("read", "list", "extensions", "records")
    )
    rows = {
        "connections, in sessions": f"{plan['connections']} in {plan['sessions']}",
        "requests, in seconds": f"{result['count']} in {result['seconds']:.1f}",
        "of them reads": f"{reads / result['count']:.0%}",
        "requests a second": f"{result['count'] / result['seconds']:.0f}",
        "p50, p99, greatest, ms": f"{result['p50_ms']:.1f}, {result['p99_ms']:.1f},"
        f" {result['greatest_ms']:.1f}",
        "CPU of the mock, us a request": f"{result['cpu_us']:.0f}",
        "wrong answers": str(result["answers"].get("wrong", 0)),
        "lost connections": str(sum(result["lost_connections"].values())),
        "writes lost": str(sum(one["lost"] + one["unexpected"] for one in result["sessions"])),
        "memory at rest, MB": f"{memory['rest']:.1f}",
        "half-way, greatest": f"{memory['half_way']:.1f}, {memory['greatest']:.1f}",
        "after it, after a pause": f"{memory['after']:.1f}, {memory['after_pause']:.1f}",
    }
    for name, value in rows.items():
        made.add_row(name, value)
    console.print(made)
