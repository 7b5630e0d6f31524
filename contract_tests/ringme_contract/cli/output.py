"""Standard output and error of a command, whose loss changes nothing else."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO


class _Lasting:
    """A stream that is written to as long as that works, and then in vain."""

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
            # A signal came in the midst of the writing of another line, and wants to say something.
            return None
        except OSError as error:
            self._lost = True
            # What is still in the buffer would fail again when Python ends, and change its code.
            with suppress(OSError):
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, self._stream.fileno())
                os.close(nowhere)
            if error.errno != errno.EPIPE and self._stream is sys.__stdout__:
                sys.stderr.write(f"ringme-contract: the output is not complete: {error.strerror}\n")
            return None


@contextmanager
def lasting_output() -> Iterator[None]:
    """Lets a closed pipe or a full disk cost the rest of the output, and no verdict.

    Letters that the encoding of a log lacks are written out.
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
