"""Values of one session for the templates of the page."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any, TypeVar

from ringme_mock.control.calls_api import show_call
from ringme_mock.control.control_context import Mock
from ringme_mock.http.sessions import DEFAULT
from ringme_mock.store.collection import Key
from ringme_mock.ui import journal_view as journals
from ringme_mock.ui.directory import NUMBERS_SHOWN, DirectoryReader, Shown
from ringme_mock.ui.fault_form import delay_text, describe, is_on, is_used_up
from ringme_mock.ui.page_request import PageConfig, PageRequest
from ringme_mock.ui.user_list import UserReader

_SESSIONS_SHOWN = 20
_CALLS_SHOWN = 20
_DELIVERIES_SHOWN = 20
# How a delivery is coloured, by its state.
_VERDICTS = {"waiting": "", "sent": "valid", "failed": "failed", "not sent": "refused"}
_Read = TypeVar("_Read")
CONNECTIONS = {
    "drop": "dropped before the response",
    "truncate": "ends in the middle of the response",
    "malformed": "stays, but the JSON is malformed",
}


class View:
    def __init__(self, mock: Mock, config: PageConfig) -> None:
        self._mock = mock
        self._config = config

    async def values(self, request: PageRequest) -> dict[str, Any]:
        return {
            "session_name": request.session.name,
            "is_default": request.session.name == DEFAULT,
            "title": self._mock.contract.document.get("info", {}).get("title", ""),
            "base_url": request.base_url,
            "curl_path": self._config.view["curl"],
            **self._state(request),
            **await self._users(request),
            **await self._directory(request),
            **self._calls(request),
            **self._faults(request),
            **self._journal(request),
        }

    def found(self, directory: Shown) -> str:
        groups, numbers = len(directory["groups"]), len(directory["numbers"])
        more = "at least " if numbers == NUMBERS_SHOWN else ""
        return f"Found: {groups} groups, {more}{numbers} numbers."

    def _state(self, request: PageRequest) -> dict[str, Any]:
        sessions = self._mock.sessions.all()
        return {
            "clock": request.state.clock,
            "snapshots": sorted(request.session.snapshots),
            "sessions": sessions[:_SESSIONS_SHOWN],
            "all_sessions": len(sessions),
            "default_session": DEFAULT,
        }

    async def _users(self, request: PageRequest) -> dict[str, Any]:
        wanted = request.text("find_login")
        state = request.state
        reader = UserReader(state.store.copy(), state.tokens, self._config.view, request.kept)
        clients = await _in_thread_if(bool(wanted), reader.read, wanted)
        return {
            "clients": clients,
            "all_users": reader.count(),
            "shown_users": sum(len(one["users"]) for one in clients),
            "find_login": wanted,
        }

    async def _directory(self, request: PageRequest) -> dict[str, Any]:
        reader = DirectoryReader(request.state.store.copy(), self._config.view)
        wanted = request.text("find")
        directory = await _in_thread_if(bool(wanted), reader.read, wanted)
        return {
            "directory": directory,
            "choices": _by_client(directory["choices"]),
            "items": reader.items,
            "arrivals": self._config.view["arrivals"],
            "find": wanted,
            "picked": request.text("number"),
        }

    def _calls(self, request: PageRequest) -> dict[str, Any]:
        redaction, engine = self._mock.sessions.redaction, request.session.calls
        deliveries = [one.as_json(redaction) for one in request.session.deliveries]
        return {
            "calls": [show_call(one, engine.now) for one in islice(engine.calls(), _CALLS_SHOWN)],
            "steps": self._config.view["call_steps"],
            "deliveries": [
                {**one, "verdict": _VERDICTS[one["state"]]}
                for one in reversed(deliveries[-_DELIVERIES_SHOWN:])
            ],
        }

    def _faults(self, request: PageRequest) -> dict[str, Any]:
        session = request.session
        delay = session.latency.as_json()
        faults = session.faults.show_all()
        return {
            "faults_on": sum(not is_used_up(fault) for fault in faults) + bool(delay["to"]),
            "quick_faults": [
                ({"name": name, **quick}, is_on(quick, session))
                for name, quick in self._config.quick_faults.items()
            ],
            "faults": [
                {**fault, "text": describe(fault), "used_up": is_used_up(fault)} for fault in faults
            ],
            "latency": delay_text(delay) if delay["to"] else "",
            "operations": list(self._mock.contract.operations),
            "connections": CONNECTIONS,
        }

    def _journal(self, request: PageRequest) -> dict[str, Any]:
        wanted = journals.read_filter(request.given)
        journal = request.session.journal
        return {
            "journal_filter": wanted,
            "verdicts": journals.VERDICTS,
            "rows": journals.last_rows(
                journal, self._mock.sessions.redaction, wanted, request.base_url
            ),
            "dropped": journal.dropped,
            "last_number": journals.last_number(journal),
            "all_rows": len(journal.entries()),
            "most_rows": journals.ROWS_SHOWN,
        }


async def _in_thread_if(is_long: bool, read: Callable[[str], _Read], wanted: str) -> _Read:
    """Call `read`; if `is_long` in a thread, so that the API responds meanwhile."""
    return await asyncio.to_thread(read, wanted) if is_long else read(wanted)


def _by_client(numbers: Iterable[Shown]) -> list[list[Shown]]:
    """Group numbers by client, the oldest client first."""
    found: defaultdict[Key, list[Shown]] = defaultdict(list)
    for number in sorted(numbers, key=lambda one: str(one["number"])):
        found[number["client_key"]].append(number)
    return [found[key] for key in sorted(found, key=lambda key: (key is None, key))]
