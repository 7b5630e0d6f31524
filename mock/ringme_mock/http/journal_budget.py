"""Bound of what the journals of all sessions hold together."""

from __future__ import annotations

from heapq import heapify, heappop, heapreplace
from typing import TYPE_CHECKING
from weakref import WeakSet

if TYPE_CHECKING:
    from ringme_mock.http.journal import Journal

# Characters of all entries together, and what an entry takes beside them.
MOST_TOGETHER = 64 * 1024 * 1024
ENTRY_SIZE = 512


class JournalBudget:
    """Room for the entries of all journals, of which the oldest go first.

    A journal of `size` entries always has room.
    """

    def __init__(self, size: int) -> None:
        self.most = MOST_TOGETHER + size * ENTRY_SIZE
        self._journals: WeakSet[Journal] = WeakSet()
        # What may be added before the journals are looked at.
        self._left = self.most

    def join(self, journal: Journal) -> None:
        self._journals.add(journal)

    def take(self, content: int) -> None:
        """Make room for so much more, if it is needed."""
        self._left -= content
        if self._left < 0:
            self._make_room()

    def _make_room(self) -> None:
        journals = list(self._journals)
        held = sum(one.content for one in journals)
        # Some more than needed, so that this is rare.
        surplus = held - self.most * 9 // 10 if held >= self.most else 0
        oldest = [(one.oldest, number) for number, one in enumerate(journals) if not one.is_empty]
        heapify(oldest)
        while surplus > 0 and oldest:
            journal = journals[oldest[0][1]]
            surplus -= journal.drop_oldest()
            if journal.is_empty:
                heappop(oldest)
            else:
                heapreplace(oldest, (journal.oldest, oldest[0][1]))
        self._left = self.most - sum(one.content for one in journals)
