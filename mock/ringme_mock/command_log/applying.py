"""Time and randomness of commands: fixed for each, so that a replay gives the same state."""

from __future__ import annotations

import time
from contextvars import ContextVar, Token
from random import Random

from ringme_mock.store.expiring import ALPHABET, random_text
from ringme_mock.store.supply import Supply


class Moment:
    """Time and randomness of one command.

    `at` is the real time in seconds since 1970, `chance` the seed of its data. `nonce` and `number`
    are the seed of its unguessable texts. It ceases to be `active` with its command; tasks and
    timers that the command started live on.
    """

    __slots__ = ("_random", "_texts", "active", "at", "chance", "nonce", "number")

    def __init__(self, at: float, chance: int, nonce: bytes, number: int) -> None:
        self.at = at
        self.chance = chance
        self.nonce = nonce
        self.number = number
        self.active = True
        # On demand, as seeding costs more than most commands.
        self._random: Random | None = None
        self._texts: Random | None = None

    @property
    def random(self) -> Random:
        if self._random is None:
            self._random = Random(self.chance)
        return self._random

    def text(self, length: int) -> str:
        if self._texts is None:
            # All commands of a turn share the nonce.
            self._texts = Random(b"%b %d" % (self.nonce, self.number))
        return "".join(self._texts.choices(ALPHABET, k=length))


class Applying:
    """Command that the present task applies, if any; time is `resting` in between (None: real)."""

    def __init__(self) -> None:
        self._moment: ContextVar[Moment | None] = ContextVar("moment", default=None)
        self.resting: float | None = None
        self.supply = Supply(self._seconds, self._text, self._source)

    @property
    def moment(self) -> Moment | None:
        found = self._moment.get()
        return found if found is not None and found.active else None

    def begin(self, moment: Moment) -> Token[Moment | None]:
        return self._moment.set(moment)

    def end(self, moment: Moment, token: Token[Moment | None]) -> None:
        moment.active = False
        self._moment.reset(token)

    def _seconds(self) -> float:
        moment = self._moment.get()
        if moment is not None and moment.active:
            return moment.at
        return time.time() if self.resting is None else self.resting

    def _text(self, length: int) -> str:
        moment = self.moment
        return random_text(length) if moment is None else moment.text(length)

    def _source(self, seed: str | None) -> Random:
        found = _CommandRandom(seed)
        found.applying = self
        return found


class _CommandRandom(Random):
    """Random numbers of a session, or those of the command that is applied."""

    applying: Applying | None = None

    def random(self) -> float:
        moment = self.applying.moment if self.applying else None
        return super().random() if moment is None else moment.random.random()

    def getrandbits(self, k: int, /) -> int:
        moment = self.applying.moment if self.applying else None
        return super().getrandbits(k) if moment is None else moment.random.getrandbits(k)
