"""The time that the mock goes by."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_FORMAT = "%Y-%m-%d %H:%M:%S"
# Tokens and limits reckon with moments after now, and the last year of all is 9999.
_LAST = datetime(9000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Setting:
    """How a clock is set: so far ahead of the real time, or standing still at a moment."""

    ahead: timedelta = timedelta()
    frozen_at: datetime | None = None


class Clock:
    """Clock that can be put forward, set, and made to stand still.

    `seconds()` is the moment in seconds since 1970, `real` that of the real time.
    """

    seconds: Callable[[], float]

    def __init__(self, real: Callable[[], float] = time.time) -> None:
        self._real = real
        self.setting = Setting()

    @property
    def setting(self) -> Setting:
        """How it is set."""
        return self._setting

    @setting.setter
    def setting(self, setting: Setting) -> None:
        self._setting = setting
        self._ahead = setting.ahead.total_seconds()
        self._still = setting.frozen_at.timestamp() if setting.frozen_at else None
        # Each request asks for it several times.
        self.seconds = self._real if setting == Setting() else self._set_seconds

    @property
    def frozen(self) -> bool:
        """Whether it stands still."""
        return self.setting.frozen_at is not None

    def now(self) -> datetime:
        """The moment, UTC."""
        return self.setting.frozen_at or self._real_now() + self.setting.ahead

    def _real_now(self) -> datetime:
        return datetime.fromtimestamp(self._real(), UTC)

    def _set_seconds(self) -> float:
        return self._real() + self._ahead if self._still is None else self._still

    def text(self) -> str:
        """The moment to the second, `YYYY-MM-DD HH:MM:SS` (rule no-zone)."""
        return self.now().strftime(_FORMAT)

    def reset(self) -> None:
        """Goes back to the real time."""
        self.setting = Setting()

    def advance(self, seconds: float) -> None:
        """Puts the clock forward by `seconds`; raises OverflowError as `set` does."""
        self.set(self.now() + timedelta(seconds=seconds))

    def set(self, moment: datetime) -> None:
        """Shows `moment` now; one that stands still stands still there.

        Raises OverflowError for a moment after the year 8999.
        """
        if moment >= _LAST:
            raise OverflowError("no clock goes beyond the year 8999")
        if self.frozen:
            self.setting = Setting(frozen_at=moment)
        else:
            self.setting = Setting(ahead=moment - self._real_now())

    def freeze(self) -> None:
        """Stands still from now on."""
        self.setting = Setting(frozen_at=self.now())

    def unfreeze(self) -> None:
        """Goes on from where it stands."""
        if self.frozen:
            self.setting = Setting(ahead=self.now() - self._real_now())
