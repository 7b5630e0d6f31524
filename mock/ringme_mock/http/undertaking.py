"""Coroutines that seldom have to wait, and need no task until they do."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Generator
from typing import Any, TypeAlias

Work: TypeAlias = Coroutine[Any, Any, None]


def undertake(work: Work, loop: asyncio.AbstractEventLoop) -> asyncio.Task[None] | None:
    """Does what can be done at once, and the rest in a task; None where there is no rest.

    A task is made, run and ended in three turns of the loop, which costs as much as a short answer
    does. From Python 3.12 on tasks can begin at once by themselves. Before it waits for the first
    time, `work` must not ask for its task.
    """
    try:
        waits_for = work.send(None)
    except StopIteration:
        return None
    return loop.create_task(_Begun(work, waits_for))


class _Begun(Coroutine[Any, Any, None]):
    """Work that waits for something already, as a task takes it."""

    def __init__(self, work: Work, waits_for: Any) -> None:
        self._work = work
        self._waits_for = [waits_for]

    def send(self, value: Any) -> Any:
        """Goes on; the first time it just tells what it waits for."""
        return self._waits_for.pop() if self._waits_for else self._work.send(value)

    def throw(self, *error: Any) -> Any:
        """Goes on with an error, as when it is cancelled, which may be before the first time."""
        self._waits_for.clear()
        return self._work.throw(*error)

    def close(self) -> None:
        """Ends it."""
        self._work.close()

    def __await__(self) -> Generator[Any, Any, None]:
        raise TypeError("only a task goes on with this")
