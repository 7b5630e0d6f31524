"""Journal of a session that several processes serve."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import orjson

from ringme_mock.command_log.packing import pack, unpack
from ringme_mock.command_log.row import read_headers, write_headers
from ringme_mock.errors import ApiError, NotMocked
from ringme_mock.http.journal import Journal, JournalEntry
from ringme_mock.http.journal_entry import NotedResponse
from ringme_mock.store.access import Caller
from ringme_mock.store.rate_limits import Allowance

if TYPE_CHECKING:
    from ringme_mock.command_log.replica import Replica

logger = logging.getLogger(__name__)


class SharedJournal(Journal):
    """Journal whose entries are in a log; this copy is as new as the last `load`."""

    def __init__(self, name: str, replica: Replica) -> None:
        sessions = replica.sessions
        super().__init__(sessions.settings.journal_size, sessions.journals)
        self._name = name
        self._replica = replica
        self._log, self._turns, self._contract = replica.log, replica.turns, sessions.contract
        self._unsaved: list[bytes] = []
        self._is_cleared = False

    def add(self, entry: JournalEntry) -> None:
        if self.size:
            self._unsaved.append(_write(entry))

    def clear(self) -> None:
        if not self._replica.repeats:
            super().clear()
            self._unsaved.clear()
            self._is_cleared = True

    async def save(self) -> None:
        """Write to the log what was added and cleared since the last call."""
        unsaved, self._unsaved = self._unsaved, []
        try:
            if self._is_cleared:
                self._is_cleared = False
                await self._log.forget(self._name)
            for entry in unsaved:
                await self._turns.note(self._name, entry)
        except (ApiError, OSError) as error:
            logger.warning("%s: requests are missing in the journal: %s", self._log.name, error)

    async def load(self) -> None:
        """Read from the log what all processes have added and cleared."""
        await self.save()
        cleared, entries = await self._log.noted(self._name, self.last_number)
        if self._entries and self._entries[0].number <= cleared:
            while self._entries and self._entries[0].number <= cleared:
                self.drop_oldest()
            self.dropped = 0
        for number, written in entries:
            super().add(self._read(number, written))

    def _read(self, number: int, written: bytes) -> JournalEntry:
        ((known, headers, body, response_body),) = unpack(written)
        entry: Any = JournalEntry(*orjson.loads(known))
        read: JournalEntry = entry._replace(
            number=number,
            query_string=entry.query_string.encode("latin-1"),
            target=self._contract.operations.get(entry.target),
            caller=_caller(*entry.caller) if entry.caller else None,
            allowance=Allowance(**entry.allowance) if entry.allowance else None,
            headers=dict(read_headers(headers)),
            body=body,
            refusal=_refusal(*entry.refusal) if entry.refusal else None,
            response=_response(response_body, *entry.response) if entry.response else None,
        )
        return read


def _write(noted: JournalEntry) -> bytes:
    """Pack an entry: the fields that a journal shows as JSON, then headers and bodies."""
    entry: Any = noted
    caller, refusal, response = entry.caller, entry.refusal, entry.response
    known = (
        *entry[:4],
        entry.query_string.decode("latin-1"),
        entry.operation,
        entry.values,
        caller and (caller.user["login"], caller.application["client_id"]),
        entry.allowance,
        entry.applied_preferences,
        None,
        None,
        entry.size,
        entry.status,
        refusal and (isinstance(refusal, NotMocked), refusal.status, refusal.message, refusal.code),
        *entry[15:18],
        response and (response.status, response.media_type, response.headers, response.size),
        entry.weight,
    )
    headers = write_headers(entry.headers.items())
    return pack(orjson.dumps(known), headers, entry.body, response.body if response else b"")


def _caller(login: str, application: str) -> Caller:
    return Caller({"login": login}, {"client_id": application}, {}, 0, (), ("", 0))


def _refusal(not_mocked: bool, status: int, message: str, code: str | None) -> ApiError:
    return (NotMocked if not_mocked else ApiError)(status, message, code)


def _response(body: bytes, status: int, kind: str | None, headers: Any, size: int) -> NotedResponse:
    return NotedResponse(status, kind, headers, body, size)
