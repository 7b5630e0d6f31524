"""Both engines of a shared state, for tests that hold for each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from workers.redis_server import RedisServer

ENGINES = ("file", "redis")


@dataclass(frozen=True)
class Engine:
    """Shared state of processes: a folder, and options of `serve`."""

    folder: Path
    options: tuple[str, ...] = ()


def _engine(kind: str, folder: Path) -> Iterator[Engine]:
    if kind == "file":
        yield Engine(folder)
        return
    server = RedisServer(folder)
    yield Engine(folder, ("--state", server.url))
    server.kill()


@pytest.fixture(scope="module", params=ENGINES)
def shared_engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    yield from _engine(request.param, tmp_path_factory.mktemp("shared"))


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    yield from _engine(request.param, tmp_path)


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path)
    yield server
    server.kill()
