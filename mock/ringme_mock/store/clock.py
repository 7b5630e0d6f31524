"""Clock of a session."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

_FORMAT = "%Y-%m-%d %H:%M:%S"
# Tokens and limits add to the present time, and datetime ends with the year 9999.
_LAST = datetime(9000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Setting:
    """Setting of a clock: an offset to the real time, or the time at which it is frozen."""

    ahead: timedelta = timedelta()
    frozen_at: datetime | None = None

    def dump(self) -> list[Any]:
        """Return the setting as JSON, exact to the microsecond."""
        ahead, frozen_at = self.ahead, self.frozen_at
        frozen = None if frozen_at is None else frozen_at.isoformat()
        return [ahead.days, ahead.seconds, ahead.microseconds, frozen]

    @classmethod
    def load(cls, written: list[Any]) -> Setting:
        *ahead, frozen = written
        return cls(timedelta(*ahead), datetime.fromisoformat(frozen) if frozen else None)


class Clock:
    """Clock that can be advanced, set and frozen; `seconds()` returns its seconds since 1970."""

    seconds: Callable[[], float]

    def __init__(self, real: Callable[[], float] = time.time) -> None:
        self._real = real
        self.setting = Setting()

    @property
    def setting(self) -> Setting:
        return self._setting

    @setting.setter
    def setting(self, setting: Setting) -> None:
        self._setting = setting
        self._ahead = setting.ahead.total_seconds()
        self._still = setting.frozen_at.timestamp() if setting.frozen_at else None
        # A plain attribute, as it is called several times per request.
        self.seconds = self._real if setting == Setting() else self._set_seconds

    @property
    def frozen(self) -> bool:
        return self.setting.frozen_at is not None

    def now(self) -> datetime:
        """Return its time in UTC."""
        return self.setting.frozen_at or self._real_now() + self.setting.ahead

    def _real_now(self) -> datetime:
        return datetime.fromtimestamp(self._real(), UTC)

    def _set_seconds(self) -> float:
        return self._real() + self._ahead if self._still is None else self._still

    def text(self) -> str:
        """Return its time as `YYYY-MM-DD HH:MM:SS` (rule no-zone)."""
        return self.now().strftime(_FORMAT)

    def reset(self) -> None:
        self.setting = Setting()

    def advance(self, seconds: float) -> None:
        """Add `seconds` to its time. Raises OverflowError as `set` does."""
        self.set(self.now() + timedelta(seconds=seconds))

    def set(self, moment: datetime) -> None:
        """Set its time; a frozen clock stays frozen. Raises OverflowError after the year 8999."""
        if moment >= _LAST:
            raise OverflowError("the clock cannot go beyond the year 8999")
        if self.frozen:
            self.setting = Setting(frozen_at=moment)
        else:
            self.setting = Setting(ahead=moment - self._real_now())

    def freeze(self) -> None:
        self.setting = Setting(frozen_at=self.now())

    def unfreeze(self) -> None:
        """Let it run on from the time at which it is frozen."""
        if self.frozen:
            self.setting = Setting(ahead=self.now() - self._real_now())


def text_of(seconds: float) -> str:
    """Format seconds since 1970 as `YYYY-MM-DD HH:MM:SS`, UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime(_FORMAT)
