"""Supply of a mock: where its time and its chance come from."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from ringme_mock.store.expiring import random_text


@dataclass(frozen=True)
class Supply:
    """Sources of all that is not in a request.

    `real` returns the real time in seconds since 1970, `text` a text of so many letters and digits
    that nobody can guess, `random` the random numbers of a session by its seed (None: any).
    """

    real: Callable[[], float] = time.time
    text: Callable[[int], str] = random_text
    random: Callable[[str | None], Random] = Random
