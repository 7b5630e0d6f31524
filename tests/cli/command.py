"""The command `python -m ringme_mock` in a process, and its output."""

from __future__ import annotations

import json
import os
import queue
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import httpx

from support.timeouts import TIMEOUT
from support.tools import require_programs


class Command:
    """Running `python -m ringme_mock`; its environment has only the given variables."""

    def __init__(self, arguments: tuple[str, ...], environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "ringme_mock", *arguments],
            env={"PATH": os.environ["PATH"], **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.out: list[str] = []
        self.err: list[str] = []
        self._news: queue.Queue[str | None] = queue.Queue()
        self._threads = [
            threading.Thread(target=self._read, args=pair, daemon=True)
            for pair in ((self.process.stdout, self.out), (self.process.stderr, self.err))
        ]
        for thread in self._threads:
            thread.start()

    def _read(self, pipe: IO[str], lines: list[str]) -> None:
        with pipe:
            for line in pipe:
                lines.append(line.rstrip("\n"))
                self._news.put(line)
        self._news.put(None)

    def wait_for(self, text: str) -> bool:
        """Read lines until one contains `text`; return False if the output ends first."""
        deadline = time.monotonic() + TIMEOUT
        open_pipes = len(self._threads)
        while open_pipes:
            line = self._news.get(timeout=max(0.01, deadline - time.monotonic()))
            if line is None:
                open_pipes -= 1
            elif text in line:
                return True
        return False

    def wait(self) -> int:
        """Wait for the end of the process and of its output; return the exit code."""
        code = self.process.wait(TIMEOUT)
        for thread in self._threads:
            thread.join(TIMEOUT)
        return code

    def end(self, number: signal.Signals = signal.SIGINT) -> None:
        """Send a signal and wait for the end. Raises TimeoutExpired if the process goes on."""
        self.process.send_signal(number)
        self.wait()

    @property
    def url(self) -> str:
        """Return the URL that it printed."""
        found = re.search(r"https?://\S+:[0-9]+", "\n".join(self.out))
        assert found, self.out
        return found.group()

    @property
    def address(self) -> tuple[str, int]:
        """Return the host and port of the URL."""
        url = httpx.URL(self.url)
        assert url.port
        return url.host, url.port

    def read(self, path: str) -> Any:
        """Return the JSON of a GET."""
        response = httpx.get(self.url + path, trust_env=False)
        assert response.status_code == 200, response.text
        return response.json()


@contextmanager
def running(*arguments: str, **environment: str) -> Iterator[Command]:
    """Run the command during the block, and kill it afterwards."""
    command = Command(arguments, environment)
    try:
        yield command
    finally:
        command.process.kill()
        command.wait()


@contextmanager
def serving(*arguments: str, **environment: str) -> Iterator[Command]:
    """Run `serve` during the block, once it is ready; on a free port by default."""
    with running("serve", "--port", "0", *arguments, **environment) as command:
        assert command.wait_for("Ctrl-C"), command.err
        yield command


def finished(*arguments: str, **environment: str) -> Command:
    """Run the command until it ends; it must not start a mock."""
    with running(*arguments, **environment) as command:
        assert not command.wait_for("Press Ctrl-C"), "the mock started"
        command.wait()
        return command


def startup_error(*arguments: str, **environment: str) -> str:
    """Return the only line on stderr of a `serve` that ends with code 2."""
    command = finished("serve", *arguments, **environment)
    assert command.process.returncode == 2
    assert command.out == []
    assert len(command.err) == 1, "\n".join(command.err)
    return command.err[0]


def printed_commands(command: Command) -> str:
    """Return the first indented block of the output, without the indent."""
    text = "\n".join(command.out)
    block = re.search(r"(?:^  .*\n)+", text, re.MULTILINE)
    assert block, text
    return re.sub("^  ", "", block.group(), flags=re.MULTILINE)


def run_in_shell(commands: str) -> Any:
    """Return the JSON that commands print in a shell. Skips the test without curl."""
    require_programs("curl")
    done = subprocess.run(
        ["bash", "-c", commands],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=True,
    )
    return json.loads(done.stdout)


@contextmanager
def port_in_use() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]
