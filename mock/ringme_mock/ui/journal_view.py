"""The journal as the page shows it: the last rows, and a stream of new ones."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from ringme_mock.delivery.deliveries import Delivery
from ringme_mock.http.event_stream import HEARTBEAT
from ringme_mock.http.journal import Journal, JournalEntry
from ringme_mock.ui.request_snippets import Snippets
from ringme_spec.redaction import Redaction

ROWS_SHOWN = 50
BODY_SHOWN = 4000
VERDICTS = ("valid", "refused", "not_mocked", "failed", "fault")
# So that many requests at once become one change of the page.
_GATHER = 0.25
_CHANGED = "event: changed\ndata: state\n\n"


@dataclass(frozen=True)
class Filter:
    """Entries with this text and this verdict; an empty field is for all."""

    text: str = ""
    verdict: str = ""
    paused: bool = False

    def query(self) -> str:
        return urlencode({"text": self.text, "verdict": self.verdict})

    def fits(self, row: Row) -> bool:
        if self.verdict and row.entry["verdict"] != self.verdict:
            return False
        return self.text.casefold() in row.text.casefold()


def read_filter(given: Mapping[str, str]) -> Filter:
    """Read the filter of a query or form; an unknown verdict counts as none."""
    verdict = given.get("verdict", "")
    return Filter(
        text=given.get("text", "").strip()[:200],
        verdict=verdict if verdict in VERDICTS else "",
        paused=given.get("paused", "") == "1",
    )


@dataclass(frozen=True)
class Row:
    entry: dict[str, Any]
    base_url: str = ""

    @property
    def time(self) -> str:
        return str(self.entry["time"])[11:23]

    @property
    def query(self) -> str:
        return "&".join(
            f"{name}={one}"
            for name, value in self.entry["query"].items()
            for one in (value if isinstance(value, list) else [value])
        )

    @property
    def body(self) -> str:
        """The body as indented JSON, at most BODY_SHOWN characters; empty for none."""
        return _indented(self.entry["body"])

    @property
    def response_body(self) -> str:
        response = self.entry["response"]
        return _indented(response["body"]) if response else ""

    @property
    def snippets(self) -> dict[str, str]:
        """The request as a command and as a line of code, by name."""
        snippets = Snippets(self.entry, self.base_url)
        return {"curl": snippets.curl(), "fetch": snippets.fetch()}

    @property
    def text(self) -> str:
        """All that the filter searches."""
        entry = self.entry
        parts = (
            entry["method"],
            entry["path"] + (f"?{self.query}" if self.query else ""),
            entry["operation"],
            entry["login"],
            entry["status"],
            entry["reason"],
            entry["fault"],
        )
        return " ".join(str(part) for part in parts if part is not None)


def _indented(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)
    return text if len(text) <= BODY_SHOWN else f"{text[:BODY_SHOWN]}\n…"


def last_rows(
    journal: Journal, redaction: Redaction, wanted: Filter, base_url: str, after: int = 0
) -> list[Row]:
    """Read the last rows that fit, newest first, with a number above `after`."""
    found: list[Row] = []
    for entry in reversed(journal.entries()):
        if entry.number <= after or len(found) == ROWS_SHOWN:
            break
        summary = entry.as_json(redaction)
        if wanted.fits(Row(summary)):
            found.append(Row({**summary, **entry.exchange(redaction)}, base_url))
    return found


def last_number(journal: Journal) -> int:
    """Return the number of the newest entry, 0 without any."""
    entries = journal.entries()
    return entries[-1].number if entries else 0


async def follow_rows(
    journal: Journal,
    after: int,
    render: Callable[[int], str],
    is_there: Callable[[], bool],
) -> AsyncIterator[str]:
    """Yield server-sent events for a page that knows the entries up to `after`.

    Each has the rows that `render` makes of what came after a number; an event `changed` tells
    that entries may have changed. Ends when its session does.
    """
    async with aclosing(journal.follow(HEARTBEAT)) as entries:
        await anext(entries)
        yield ": open\n\n"
        # Numbers restart with the mock, and the page may know those of the run before.
        after = after if after <= last_number(journal) else 0
        while True:
            if last_number(journal) > after:
                fresh = [entry for entry in journal.entries() if entry.number > after]
                yield _event(render(after), fresh[-1].number)
                if any(_changes(entry) for entry in fresh):
                    yield _CHANGED
                after = fresh[-1].number
            entry = await anext(entries)
            while isinstance(entry, JournalEntry) and entry.number <= after:
                entry = await anext(entries)
            if isinstance(entry, Delivery):
                await asyncio.sleep(_GATHER)
                yield _CHANGED
            elif entry is not None:
                await asyncio.sleep(_GATHER)
            elif is_there():
                yield ": still there\n\n"
            else:
                return


def _changes(entry: JournalEntry) -> bool:
    return entry.method != "GET" and entry.status is not None and entry.status < 400


def _event(content: str, number: int) -> str:
    lines = content.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    data = "".join(f"data: {line}\n" for line in lines if line.strip()) or "data:\n"
    return f"id: {number}\n{data}\n"
