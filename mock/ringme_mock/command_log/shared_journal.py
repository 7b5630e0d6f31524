"""Journal of a session that several processes serve."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import orjson

from ringme_mock.command_log.log import Log
from ringme_mock.command_log.turns import Turns
from ringme_mock.errors import ApiError, NotMocked
from ringme_mock.http.journal import Journal, JournalEntry
from ringme_mock.http.journal_budget import JournalBudget
from ringme_mock.http.noted_response import NotedResponse
from ringme_mock.store.access import Caller
from ringme_mock.store.rate_limits import Allowance
from ringme_spec.contract import Contract

logger = logging.getLogger(__name__)


class SharedJournal(Journal):
    """Journal whose entries are in a log; those here are a copy, as new as the last `load`."""

    def __init__(
        self,
        name: str,
        log: Log,
        turns: Turns,
        contract: Contract,
        size: int,
        budget: JournalBudget,
    ) -> None:
        super().__init__(size, budget)
        self._name = name
        self._log = log
        self._turns = turns
        self._contract = contract
        self._unsaved: list[bytes] = []
        self._is_cleared = False
        # Whether what is done now was done by another process first.
        self.repeats: Callable[[], bool] = lambda: False

    def add(self, entry: JournalEntry) -> None:
        if self._size:
            self._unsaved.append(_write(entry))

    def clear(self) -> None:
        if not self.repeats():
            super().clear()
            self._unsaved.clear()
            self._is_cleared = True

    async def save(self) -> None:
        """Share what was added and cleared since the last call."""
        unsaved, self._unsaved = self._unsaved, []
        try:
            if self._is_cleared:
                self._is_cleared = False
                await self._log.forget(self._name)
            for entry in unsaved:
                await self._turns.note(self._name, entry)
        except (ApiError, OSError) as error:
            logger.warning("%s: the journal lacks requests: %s", self._log.name, error)

    async def load(self) -> None:
        """Take in what all processes have added and cleared."""
        await self.save()
        cleared, entries = await self._log.noted(self._name, self.last_number)
        if self._entries and self._entries[0].number <= cleared:
            while self._entries and self._entries[0].number <= cleared:
                self.drop_oldest()
            self.dropped = 0
        for number, written in entries:
            super().add(self._read(number, written))

    def _read(self, number: int, written: bytes) -> JournalEntry:
        values = orjson.loads(written)
        at, method, path, query, target, path_values, caller, allowance, preferences = values[:9]
        headers, body, size, status, refusal, detail, fault, seconds, response, weight = values[9:]
        return JournalEntry(
            number,
            at,
            method,
            path,
            _bytes(query),
            self._contract.operations.get(target),
            path_values,
            _caller(*caller) if caller else None,
            Allowance(*allowance) if allowance else None,
            preferences,
            {_bytes(name): _bytes(value) for name, value in headers},
            _bytes(body),
            size,
            status,
            _refusal(*refusal) if refusal else None,
            detail,
            fault,
            seconds,
            _response(*response) if response else None,
            weight,
        )


def _write(entry: JournalEntry) -> bytes:
    caller, refusal, response = entry.caller, entry.refusal, entry.response
    allowance = entry.allowance
    return orjson.dumps(
        [
            entry.at,
            entry.method,
            entry.path,
            _text(entry.query_string),
            entry.operation,
            entry.values,
            caller and (caller.user["login"], caller.application["client_id"]),
            allowance
            and (allowance.limit, allowance.remaining, allowance.reset, allowance.exceeded),
            entry.applied_preferences,
            _texts(entry.headers.items()),
            _text(entry.body),
            entry.size,
            entry.status,
            refusal
            and (isinstance(refusal, NotMocked), refusal.status, refusal.message, refusal.code),
            entry.detail,
            entry.fault,
            entry.seconds,
            response
            and (
                response.status,
                response.media_type,
                response.headers,
                _text(response.body),
                response.size,
            ),
            entry.weight,
        ]
    )


def _text(content: bytes) -> str:
    return content.decode("latin-1")


def _bytes(text: str) -> bytes:
    return text.encode("latin-1")


def _texts(pairs: Any) -> list[tuple[str, str]]:
    return [(_text(name), _text(value)) for name, value in pairs]


def _caller(login: str, application: str) -> Caller:
    """Make a caller with what a journal shows of it."""
    return Caller({"login": login}, {"client_id": application}, {}, 0, (), ("", 0))


def _refusal(not_mocked: bool, status: int, message: str, code: str | None) -> ApiError:
    return (NotMocked if not_mocked else ApiError)(status, message, code)


def _response(status: int, kind: str | None, headers: Any, body: str, size: int) -> NotedResponse:
    return NotedResponse(status, kind, headers, _bytes(body), size)
