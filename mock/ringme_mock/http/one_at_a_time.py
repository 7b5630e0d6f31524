"""Requests that are refused while the same client has another in progress (optional)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from ringme_mock.errors import ApiError
from ringme_mock.store.collection import Key


class OneAtATime:
    """Clients with such a request in progress.

    Each request takes `seconds` of real time, as the limit is about how fast requests follow each
    other. With 0, nothing is refused. If several processes serve a session, `is_first` begins a
    request unless another process has one in progress.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._busy: set[Key] = set()
        self.is_first: Callable[[Key, float], Awaitable[bool]] | None = None

    async def begin(self, client: Key, message: str) -> None:
        """Wait as long as a request takes. Raises the 429 if the client has one in progress."""
        if self._seconds == 0:
            return
        if client in self._busy:
            raise ApiError(429, message)
        self._busy.add(client)
        try:
            if self.is_first is not None and not await self.is_first(client, self._seconds):
                raise ApiError(429, message)
            await asyncio.sleep(self._seconds)
        finally:
            self._busy.discard(client)
