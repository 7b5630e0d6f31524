"""Storage of the state under test: none, a file, or a Redis server of its own."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from ringme_bench import BenchError
from ringme_bench.http_client import HOST

_NAME = "state.db"
_START_LIMIT = 30.0


class MemoryStorage:
    options: tuple[str, ...] = ()

    def size_mb(self) -> float:
        """Return the size of the stored state, pending writes included."""
        return 0.0


class FileStorage(MemoryStorage):
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.options = ("--state", str(folder / _NAME))

    def size_mb(self) -> float:
        return round(sum(one.stat().st_size for one in self._folder.glob(f"{_NAME}*")) / 1e6, 1)


class RedisStorage(MemoryStorage):
    def __init__(self, port: int) -> None:
        self._client = redis.Redis(HOST, port)
        self.options = ("--state", f"redis://{HOST}:{port}/0")

    def size_mb(self) -> float:
        return round(float(self._client.info("memory")["used_memory"]) / 1e6, 1)

    def is_ready(self) -> bool:
        try:
            return bool(self._client.ping())
        except redis.ConnectionError:
            return False


@contextmanager
def redis_server(folder: Path) -> Iterator[RedisStorage]:
    """Run a server that syncs to disk each second. Raises BenchError if it does not start."""
    with socket.create_server((HOST, 0)) as free:
        port = free.getsockname()[1]
    options = ["--port", str(port), "--bind", HOST, "--save", "", "--appendonly", "yes"]
    try:
        process = subprocess.Popen(
            ["redis-server", *options, "--dir", str(folder)],
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        raise BenchError(f"redis-server cannot be run: {error.strerror}") from None
    try:
        storage, deadline = RedisStorage(port), time.monotonic() + _START_LIMIT
        while not storage.is_ready():
            if time.monotonic() > deadline:
                raise BenchError("redis-server does not answer")
            time.sleep(0.05)
        yield storage
    finally:
        process.kill()
        process.wait()
