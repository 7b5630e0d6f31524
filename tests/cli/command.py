"""Runs `python -m ringme_mock` as a process, and what it prints as its users do."""

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

from support.patience import PATIENCE
from support.tools import needed


class Command:
    """A running `python -m ringme_mock`, with nothing in its environment but what is given."""

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
        """Reads on until a line has `text`; False if the output ends before."""
        deadline = time.monotonic() + PATIENCE
        open_pipes = len(self._threads)
        while open_pipes:
            line = self._news.get(timeout=max(0.01, deadline - time.monotonic()))
            if line is None:
                open_pipes -= 1
            elif text in line:
                return True
        return False

    def wait(self) -> int:
        """Waits for the end, and for all of the output."""
        code = self.process.wait(PATIENCE)
        for thread in self._threads:
            thread.join(PATIENCE)
        return code

    def end(self, number: signal.Signals = signal.SIGINT) -> None:
        """Sends a signal and waits for the end; raises TimeoutExpired where there is none."""
        self.process.send_signal(number)
        self.wait()

    @property
    def url(self) -> str:
        """Where it says that it is."""
        found = re.search(r"https?://\S+:[0-9]+", "\n".join(self.out))
        assert found, self.out
        return found.group()

    @property
    def address(self) -> tuple[str, int]:
        """The same as host and port."""
        url = httpx.URL(self.url)
        assert url.port
        return url.host, url.port

    def read(self, path: str) -> Any:
        """The JSON of a GET."""
        answer = httpx.get(self.url + path, trust_env=False)
        assert answer.status_code == 200, answer.text
        return answer.json()


@contextmanager
def running(*arguments: str, **environment: str) -> Iterator[Command]:
    """Runs the command; afterwards it is gone, however the block ends."""
    command = Command(arguments, environment)
    try:
        yield command
    finally:
        command.process.kill()
        command.wait()


@contextmanager
def serving(*arguments: str, **environment: str) -> Iterator[Command]:
    """Runs `serve`, on a free port unless told otherwise, until it says that it is up."""
    with running("serve", "--port", "0", *arguments, **environment) as command:
        assert command.wait_for("Ctrl-C"), command.err
        yield command


def finished(*arguments: str, **environment: str) -> Command:
    """Runs the command to its end, which must come without a mock being started."""
    with running(*arguments, **environment) as command:
        assert not command.wait_for("Ctrl-C ends"), "the mock started"
        command.wait()
        return command


def refusal(*arguments: str, **environment: str) -> str:
    """The one line on stderr with which `serve` ends, code 2."""
    command = finished("serve", *arguments, **environment)
    assert command.process.returncode == 2
    assert command.out == []
    assert len(command.err) == 1, "\n".join(command.err)
    return command.err[0]


def pasted_commands(command: Command) -> str:
    """The first indented block of what was printed, without its indent."""
    text = "\n".join(command.out)
    block = re.search(r"(?:^  .*\n)+", text, re.MULTILINE)
    assert block, text
    return re.sub("^  ", "", block.group(), flags=re.MULTILINE)


def paste(commands: str) -> Any:
    """The JSON that commands print in a shell, which needs curl."""
    needed("curl")
    done = subprocess.run(
        ["bash", "-c", commands],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    return json.loads(done.stdout)


@contextmanager
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]
