"""Supply of a mock: its sources of time and randomness."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from ringme_mock.store.expiring import random_text


@dataclass(frozen=True)
class Supply:
    """Sources of everything that is not in a request.

    `real` returns the real time in seconds since 1970. `text` returns a text of so many unguessable
    letters and digits. `random` returns the random numbers of a session for a seed (None: any).
    """

    real: Callable[[], float] = time.time
    text: Callable[[int], str] = random_text
    random: Callable[[str | None], Random] = Random
