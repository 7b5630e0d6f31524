"""Drift: a process whose state differs from that of the others logs it, ends, and is restarted."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from cli.command import Command, serving
from workers.redis_server import RedisServer
from workers.replicas import GROUPS, eventually
from workers.test_supervisor import log_in, workers_of

COMMANDS = 10
DIFFERS = "the state of this process differs from that of the others"
# Imported by Python in each process: images are frequent, and one process skips a command once.
SKIPS = f"""
import os
from ringme_mock.command_log import images
from ringme_mock.command_log.repeat import Repeat

images.ENOUGH, images._PART = {COMMANDS}, 0
right = Repeat.run

async def skip_once(self, session, row, at):
    if row.kind == "api" and b"skipped" in row.body and not self.images._replica.leads:
        try:
            os.close(os.open(os.environ["SKIPPED"], os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            pass
        else:
            return
    await right(self, session, row, at)

Repeat.run = skip_once
"""


@pytest.fixture
def defect(tmp_path: Path) -> dict[str, str]:
    """Return environment variables with which one of the processes skips a command."""
    code = tmp_path / "code"
    code.mkdir()
    (code / "sitecustomize.py").write_text(SKIPS, "utf-8")
    return {"PYTHONPATH": str(code), "SKIPPED": str(tmp_path / "skipped")}


def make_group(url: str, name: str) -> None:
    with log_in(url) as http:
        assert http.post(GROUPS, json={"name": name}).status_code == 201


def groups(url: str) -> Any:
    with log_in(url) as http:
        return http.get(GROUPS).json()


def make_replica_skip_command(url: str, defect: dict[str, str]) -> None:
    """Create groups until a process has skipped one."""

    def has_skipped() -> bool:
        make_group(url, "skipped")
        return Path(defect["SKIPPED"]).exists()

    eventually(has_skipped)


def make_another_group(url: str) -> None:
    # The process that gets the request may be about to end.
    with suppress(httpx.TransportError):
        make_group(url, "one more")


def drift_log_lines(command: Command) -> int:
    return sum(DIFFERS in line for line in command.err)


def test_worker_with_a_differing_state_is_replaced(defect: dict[str, str]) -> None:
    with serving("--workers", "2", **defect) as command:
        before = workers_of(command)
        eventually(lambda: command.read("/__mock__/health")["processes"] == 2)
        make_replica_skip_command(command.url, defect)

        def is_replaced() -> bool:
            make_another_group(command.url)
            return len(workers_of(command)) == 2 and len(workers_of(command) & before) == 1

        eventually(is_replaced)
        assert drift_log_lines(command) == 1
        found = groups(command.url)
        for _ in range(10):
            # Each request uses a connection of its own, so both processes get some.
            assert groups(command.url) == found


def test_replica_with_a_differing_state_exits_with_an_error(
    redis: RedisServer, defect: dict[str, str]
) -> None:
    state = ("--state", redis.url)
    with serving(*state, **defect) as leader:
        eventually(lambda: leader.read("/__mock__/health")["processes"] == 1)
        with serving(*state, **defect) as other:
            eventually(lambda: leader.read("/__mock__/health")["processes"] == 2)
            make_replica_skip_command(leader.url, defect)

            def has_ended() -> bool:
                make_another_group(leader.url)
                return other.process.poll() is not None

            eventually(has_ended)
            assert other.wait() == 1
            assert drift_log_lines(other) == len(other.err) == 1
        with serving(*state, **defect) as again:
            assert groups(again.url) == groups(leader.url)
            assert drift_log_lines(leader) == 0
