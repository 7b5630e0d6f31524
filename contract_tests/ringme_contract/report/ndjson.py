"""All requests and responses of a run as newline-delimited JSON, written while they come."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path

from ringme_contract.recording import Exchange
from ringme_spec.errors import ConfigError


@contextmanager
def exchange_log(
    path: Path | None, problems: list[str]
) -> Iterator[Callable[[Exchange], None] | None]:
    """A writer of exchanges as lines, secrets masked; None without a path.

    What cannot be written later on is noted in `problems`, once. Raises ConfigError.
    """
    if path is None:
        yield None
        return
    lock, names = threading.Lock(), [one.name for one in fields(Exchange)]

    def write(exchange: Exchange) -> None:
        line = json.dumps({name: getattr(exchange, name) for name in names})
        with lock, noted():
            if not problems:
                file.write(f"{line}\n")

    @contextmanager
    def noted() -> Iterator[None]:
        try:
            yield
        except OSError as error:
            problems[:] = [f"{path}: cannot be written: {error.strerror}"]

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("w", encoding="ascii")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from None
    try:
        yield write
    finally:
        with noted():
            file.close()
