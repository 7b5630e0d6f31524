"""All that the page shows of one session, collected for its templates."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from ringme_mock.control.control_context import Mock
from ringme_mock.http.sessions import DEFAULT
from ringme_mock.store.collection import Key
from ringme_mock.ui import journal_view as journals
from ringme_mock.ui.directory import NUMBERS_SHOWN, Directory, DirectoryReader, Number
from ringme_mock.ui.fault_form import delay_text, describe, is_used_up
from ringme_mock.ui.logins import LOG_INS_SHOWN, LogInReader
from ringme_mock.ui.ui_actions import Desk
from ringme_mock.ui.visit import Visit

_SESSIONS_SHOWN = 20
_Read = TypeVar("_Read")
CONNECTIONS = {
    "drop": "dropped before there is an answer",
    "truncate": "ends in the middle of the answer",
    "malformed": "stays, but the JSON is malformed",
}


class View:
    """Reads what the templates show."""

    def __init__(self, mock: Mock, desk: Desk) -> None:
        self._mock = mock
        self._desk = desk

    async def values(self, visit: Visit) -> dict[str, Any]:
        """The values for the templates, by the names that these use."""
        return {
            "session_name": visit.session.name,
            "is_default": visit.session.name == DEFAULT,
            "title": self._mock.contract.document.get("info", {}).get("title", ""),
            "base_url": visit.base_url,
            "curl_path": self._desk.view["curl"],
            **self._state(visit),
            **await self._users(visit),
            **await self._directory(visit),
            **self._faults(visit),
            **self._journal(visit),
        }

    def found(self, directory: Directory) -> str:
        """What a search has found, in words."""
        groups, numbers = len(directory.groups), len(directory.numbers)
        more = "at least " if numbers == NUMBERS_SHOWN else ""
        return f"Found: {groups} groups, {more}{numbers} numbers."

    def _state(self, visit: Visit) -> dict[str, Any]:
        sessions = self._mock.sessions.all()
        return {
            "clock": visit.state.clock,
            "snapshots": sorted(visit.session.snapshots),
            "sessions": sessions[:_SESSIONS_SHOWN],
            "all_sessions": len(sessions),
            "default_session": DEFAULT,
        }

    async def _users(self, visit: Visit) -> dict[str, Any]:
        wanted = visit.text("find_login")
        state = visit.state
        reader = LogInReader(state.store.copy(), state.tokens, self._desk.view, visit.memory)
        clients = await _aside_if(bool(wanted), reader.read, wanted)
        return {
            "clients": clients,
            "all_log_ins": reader.count(),
            "shown_log_ins": sum(len(one.log_ins) for one in clients),
            "most_log_ins": LOG_INS_SHOWN,
            "find_login": wanted,
        }

    async def _directory(self, visit: Visit) -> dict[str, Any]:
        reader = DirectoryReader(visit.state.store.copy(), self._desk.view)
        wanted = visit.text("find")
        directory = await _aside_if(bool(wanted), reader.read, wanted)
        return {
            "directory": directory,
            "choices": _by_client(directory.choices),
            "items": reader.items,
            "arrivals": self._desk.view["arrivals"],
            "find": wanted,
            "picked": visit.text("number"),
        }

    def _faults(self, visit: Visit) -> dict[str, Any]:
        session = visit.session
        delay = session.latency.as_json()
        faults = session.faults.show_all()
        return {
            "faults_on": sum(not is_used_up(fault) for fault in faults) + bool(delay["to"]),
            "quick_faults": [
                (quick, quick.is_on(session)) for quick in self._desk.quick_faults.values()
            ],
            "faults": [
                {**fault, "text": describe(fault), "used_up": is_used_up(fault)} for fault in faults
            ],
            "latency": delay_text(delay) if delay["to"] else "",
            "operations": list(self._mock.contract.operations),
            "connections": CONNECTIONS,
        }

    def _journal(self, visit: Visit) -> dict[str, Any]:
        wanted = journals.read_filter(visit.given)
        journal = visit.session.journal
        return {
            "journal_filter": wanted,
            "verdicts": journals.VERDICTS,
            "rows": journals.last_rows(journal, self._mock.sessions.redaction, wanted),
            "last_number": journals.last_number(journal),
            "all_rows": len(journal.entries()),
            "most_rows": journals.ROWS_SHOWN,
        }


async def _aside_if(is_long: bool, read: Callable[[str], _Read], wanted: str) -> _Read:
    """What `read` gives; with `is_long` from a thread, so that the API answers meanwhile."""
    return await asyncio.to_thread(read, wanted) if is_long else read(wanted)


def _by_client(numbers: Iterable[Number]) -> list[list[Number]]:
    """Numbers in one list for each client, the oldest client first."""
    found: defaultdict[Key, list[Number]] = defaultdict(list)
    for number in sorted(numbers, key=lambda one: one.number):
        found[number.client_key].append(number)
    return [found[key] for key in sorted(found, key=lambda key: (key is None, key))]
