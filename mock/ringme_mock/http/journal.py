"""Journal of the latest requests and responses of a session, and their log."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import AsyncGenerator
from heapq import heapify, heappop, heapreplace
from itertools import count
from typing import TYPE_CHECKING
from weakref import WeakSet

from ringme_mock.http.journal_entry import (
    HEADER_SIZE,
    RESPONSE_LIMIT,
    NotedResponse,
    reason_of,
)
from ringme_mock.http.journal_entry import JournalEntry as JournalEntry
from ringme_spec.redaction import mask_text

if TYPE_CHECKING:
    from ringme_mock.actions.request_context import RequestContext
    from ringme_mock.actions.response import Reply
    from ringme_mock.delivery.deliveries import Delivery

# Limit of all journals together, in characters, and what an entry counts besides its own.
MOST_TOGETHER = 64 * 1024 * 1024
ENTRY_SIZE = 512
logger = logging.getLogger(__name__)
DEFAULT_SIZE = 1000
# Bytes of paths, queries, headers and bodies of all entries together.
MOST_CONTENT = 16 * 1024 * 1024
_STREAM_LIMIT = 1000


class JournalBudget:
    """Memory limit of all journals, which drops the oldest entries; `size` entries always fit."""

    def __init__(self, size: int) -> None:
        self.most = MOST_TOGETHER + size * ENTRY_SIZE
        self._journals: WeakSet[Journal] = WeakSet()
        # What may be added before the journals are counted again.
        self._left = self.most

    def join(self, journal: Journal) -> None:
        self._journals.add(journal)

    def take(self, content: int) -> None:
        """Count an entry of this weight, and drop the oldest entries if the limit is reached."""
        self._left -= content
        if self._left < 0:
            self._make_room()

    def _make_room(self) -> None:
        journals = list(self._journals)
        held = sum(one.content for one in journals)
        # Drop more than needed, so that this is rare.
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


class Journal:
    """Journal of the last `size` entries, fewer if they are long, and its followers."""

    def __init__(self, size: int = DEFAULT_SIZE, budget: JournalBudget | None = None) -> None:
        self._entries: deque[JournalEntry] = deque()
        self.size = size
        # Sum of the weights.
        self.content = 0
        # Number of entries that were dropped for lack of room.
        self.dropped = 0
        self._budget = budget or JournalBudget(size)
        self._budget.join(self)
        # No number is reused.
        self.numbers = count(1)
        self.last_number = 0
        self._waiting: set[asyncio.Queue[JournalEntry | Delivery]] = set()

    @property
    def followed(self) -> bool:
        return bool(self._waiting)

    def add(self, entry: JournalEntry) -> None:
        entries = self._entries
        entries.append(entry)
        self.last_number = entry.number
        content = entry.weight
        self.content += content
        self._budget.take(content)
        while len(entries) > self.size or self.content - len(entries) * ENTRY_SIZE > MOST_CONTENT:
            self.drop_oldest()
        if self._waiting:
            self.tell(entry)

    def tell(self, news: JournalEntry | Delivery) -> None:
        """Send an entry, or a finished delivery, to the followers."""
        for queue in self._waiting:
            # A follower that does not keep up misses entries.
            if queue.qsize() < _STREAM_LIMIT:
                queue.put_nowait(news)

    def entries(self) -> list[JournalEntry]:
        """List the entries, oldest first."""
        return list(self._entries)

    @property
    def is_empty(self) -> bool:
        return not self._entries

    @property
    def oldest(self) -> float:
        """Time of the oldest entry. Raises IndexError if there is none."""
        return self._entries[0].at

    def drop_oldest(self) -> int:
        """Drop the oldest entry. Returns its weight."""
        content = self._entries.popleft().weight
        self.content -= content
        self.dropped += 1
        return content

    def clear(self) -> None:
        self._entries.clear()
        self.content = self.dropped = 0

    async def load(self) -> None:
        """Load what other processes have added or cleared."""

    async def save(self) -> None:
        """Pass on to other processes what was added or cleared."""

    async def follow(
        self, heartbeat: float
    ) -> AsyncGenerator[JournalEntry | Delivery | None, None]:
        """Yield each new entry, and None at the start and after `heartbeat` idle seconds."""
        queue: asyncio.Queue[JournalEntry | Delivery] = asyncio.Queue()
        self._waiting.add(queue)
        try:
            yield None
            while True:
                try:
                    entry = await asyncio.wait_for(queue.get(), heartbeat)
                except TimeoutError:
                    yield None
                else:
                    yield entry
        finally:
            self._waiting.discard(queue)


def note(request: RequestContext, status: int | None, reply: Reply | None = None) -> None:
    """Add a request and its response to the journal and the log."""
    journal, sent = request.session.journal, request.headers
    if not (journal.size or journal.followed):
        log(request, status)
        return
    response = None
    weight = (
        ENTRY_SIZE
        + len(request.path)
        + len(request.query)
        + len(request.body)
        + sum(map(len, sent.values()))
        + HEADER_SIZE * len(sent)
    )
    if reply is not None and status is not None:
        # A copy, as orjson cuts bodies out of a larger block: to keep them would fragment memory,
        # which costs more than the copy.
        body = b"%b" % reply.body[:RESPONSE_LIMIT]
        kept = (status, reply.media_type, reply.headers, body, len(reply.body))
        response = tuple.__new__(NotedResponse, kept)
        weight += len(body)
    noted = (
        next(journal.numbers),
        request.at,
        request.method,
        request.path,
        request.query,
        request.target,
        request.path_values,
        request.caller,
        request.allowance,
        request.applied_preferences,
        sent,
        request.body,
        request.size,
        status,
        request.refusal,
        request.detail,
        request.fault,
        time.time() - request.at,
        response,
        weight,
    )
    # Half the time of the constructor.
    journal.add(tuple.__new__(JournalEntry, noted))
    log(request, status)


def log(request: RequestContext, status: int | None) -> None:
    """Log a request in one line, with the reason of a refusal; secrets are masked."""
    if not logger.isEnabledFor(logging.INFO):
        return
    caller = request.caller
    reason = reason_of(request.refusal, request.detail)
    reason = mask_text(reason) if reason else None
    shown = {
        "method": request.method,
        "path": request.path,
        "query": request.session.redaction.mask_query(request.query),
        "status": status,
        "login": caller.user["login"] if caller else None,
        "operation": request.target.id if request.target else None,
        "reason": reason,
        "milliseconds": round((time.time() - request.at) * 1000, 3),
    }
    logger.info(
        "%s %s%s %s %s%s",
        request.method,
        request.path,
        f"?{shown['query']}" if shown["query"] else "",
        status or "-",
        shown["login"] or "-",
        f" ({reason})" if reason else "",
        extra={**shown, "mock_session": request.session.name},
    )
