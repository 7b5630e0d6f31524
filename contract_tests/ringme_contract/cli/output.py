"""Standard output and error of a command; their loss does not affect the result."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO


class _Lasting:
    """A stream that ignores what is written after its first error."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lost = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        return self._unless_lost(self._stream.write, text) or 0

    def flush(self) -> None:
        self._unless_lost(self._stream.flush)

    def _unless_lost(self, act: Any, *arguments: str) -> Any:
        if self._lost:
            return None
        try:
            return act(*arguments)
        except RuntimeError:
            # The handler of a signal writes a line while another line is being written.
            return None
        except OSError as error:
            self._lost = True
            # The rest of the buffer would fail again when Python exits, and change the exit code.
            with suppress(OSError):
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, self._stream.fileno())
                os.close(nowhere)
            if error.errno != errno.EPIPE and self._stream is sys.__stdout__:
                sys.stderr.write(f"ringme-contract: the output is not complete: {error.strerror}\n")
            return None


@contextmanager
def lasting_output() -> Iterator[None]:
    """Lets the command go on when a pipe is closed or a disk is full.

    Characters that the encoding of the output lacks are written as escapes.
    """
    before = sys.stdout, sys.stderr
    for stream in before:
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    lasting: tuple[Any, Any] = (_Lasting(before[0]), _Lasting(before[1]))
    sys.stdout, sys.stderr = lasting
    try:
        yield
    finally:
        for stream in lasting:
            stream.flush()
        sys.stdout, sys.stderr = before
