"""Load on the mock: many connections, many sessions, reads and writes, at full speed."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvloop

from ringme_bench.generator import drive
from ringme_bench.http_client import Client
from ringme_bench.process import ServerProcess
from ringme_bench.servers import MOCK
from ringme_bench.virtual_user import MOST_WRONG, VirtualUser

_GROUPS = "/api/ver1.0/client/@me/extension_group/"


@dataclass(frozen=True)
class Plan:
    seconds: float = 60.0
    connections: int = 200
    sessions: int = 20
    pause: float = 20.0


def measure(plan: Plan, folder: Path, tell: Callable[[str], None]) -> dict[str, Any]:
    """Put the mock under load: reads and writes at full speed, each response checked.

    Each connection works in a session and knows what it made there; afterwards each session must
    have just that. Memory is looked at again after a pause. Exit code 1 if anything was wrong.
    """
    names = [f"visitor-{number}" for number in range(plan.sessions)]
    with ServerProcess(MOCK.command, folder) as process:
        process.start(MOCK.first)
        memory = {"rest": process.memory_mb()}
        tell(f"{plan.seconds:g} s with {plan.connections} connections in {plan.sessions} sessions")
        found, memory["half_way"] = visit(process, names, plan.connections, plan.seconds, seed=1)
        memory["after"] = process.memory_mb()
        tell(f"a pause of {plan.pause:g} s")
        time.sleep(plan.pause)
        memory["after_pause"] = process.memory_mb()
    return {"plan": vars(plan), **found, "memory_mb": memory}


def visit(
    process: ServerProcess, sessions: list[str], connections: int, seconds: float, seed: int
) -> tuple[dict[str, Any], float]:
    """Visit sessions of a mock. Returns the figures, and the memory of the mock half-way."""
    clients = [Client(process.port, name) for name in sessions]
    for client in clients:
        client.login()
    before = [_groups(client) for client in clients]
    virtual_users = []
    for number in range(connections):
        place = number % len(sessions)
        virtual_users.append(
            VirtualUser(f"{sessions[place]} {number}", clients[place].headers, seed)
        )
    cpu = process.cpu_seconds()
    found, half_way = uvloop.run(_drive(process, virtual_users, seconds))
    cpu = process.cpu_seconds() - cpu
    wrong = [text for one in virtual_users for text in one.wrong]
    responses: Counter[str] = sum((one.responses for one in virtual_users), Counter())
    lost = found.pop("lost")
    return {
        **found,
        "answers": dict(sorted(responses.items())),
        "wrong": wrong[:MOST_WRONG],
        "lost_connections": lost,
        "sessions": [
            {"name": name} | compare(before[place], virtual_users[place :: len(sessions)], groups)
            for place, name in enumerate(sessions)
            for groups in [_groups(clients[place])]
        ],
        "cpu_us": round(cpu / max(1, found["count"]) * 1e6, 1),
    }, half_way


def compare(
    before: dict[int, str], virtual_users: list[VirtualUser], groups: dict[int, str]
) -> dict[str, int]:
    """Count the groups of a session, and those that differ from what its virtual users left."""
    expected = before | {
        number: name for one in virtual_users for number, name in one.groups.items()
    }
    lost, unexpected = expected.items() - groups.items(), groups.items() - expected.items()
    return {"groups": len(groups), "lost": len(lost), "unexpected": len(unexpected)}


def problems(found: dict[str, Any]) -> list[str]:
    """List wrong responses, lost connections, and lost or unexpected groups."""
    lost = [f"{count} connections: {why}" for why, count in found["lost_connections"].items()]
    changed = [one for one in found["sessions"] if one["lost"] or one["unexpected"]]
    return [*found["wrong"], *lost, *(f"groups of a session: {one}" for one in changed)]


async def _drive(
    process: ServerProcess, virtual_users: list[VirtualUser], seconds: float
) -> tuple[dict[str, Any], float]:
    """Return the figures, and the memory of the mock half-way."""
    plans = [(one.next, one.take) for one in virtual_users]
    driving = asyncio.create_task(drive(process.port, plans, seconds))
    await asyncio.sleep(seconds / 2)
    memory = process.memory_mb()
    return await driving, memory


def _groups(client: Client) -> dict[int, str]:
    """Return all groups of a session, as the request has no `page`: names by id."""
    return {one["id"]: one["name"] for one in client.json("GET", _GROUPS)}
