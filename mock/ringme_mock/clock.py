"""The time that the mock goes by."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """Tells the time, and can be put forward so that an hour need not be waited for."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        """The moment, UTC."""
        return datetime.now(UTC) + self._ahead

    def text(self) -> str:
        """The moment to the second, `YYYY-MM-DD HH:MM:SS` (rule no-zone)."""
        return self.now().strftime("%Y-%m-%d %H:%M:%S")

    def reset(self) -> None:
        """Goes back to the real time."""
        self._ahead = timedelta()

    def advance(self, seconds: float) -> None:
        """Puts the clock forward by `seconds`."""
        self._ahead += timedelta(seconds=seconds)
