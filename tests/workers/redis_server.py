"""Redis server of one test, on a free port of the loopback interface."""

from __future__ import annotations

import socket
import subprocess
import time
from pathlib import Path

from support.timeouts import TIMEOUT
from support.tools import require_programs


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class RedisServer:
    """Server that can be killed and restarted; if `persistent`, acknowledged changes survive."""

    def __init__(self, folder: Path, *, persistent: bool = True) -> None:
        require_programs("redis-server")
        self._folder = folder
        self._persistent = persistent
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        kept = ("--appendonly", "yes", "--appendfsync", "always") if self._persistent else ()
        options = {"--port": self.port, "--bind": "127.0.0.1", "--dir": self._folder, "--save": ""}
        arguments = [str(part) for pair in options.items() for part in pair]
        self.process = subprocess.Popen(
            ["redis-server", *arguments, *kept], stdout=subprocess.DEVNULL
        )
        deadline = time.monotonic() + TIMEOUT
        while not self._is_reachable():
            assert time.monotonic() < deadline, "Redis did not start"
            time.sleep(0.05)

    def _is_reachable(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(5) == b"+PONG"
        except OSError:
            return False

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(TIMEOUT)
