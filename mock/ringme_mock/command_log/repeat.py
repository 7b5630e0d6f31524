"""Replay of commands: those of another process, or of an earlier run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ringme_mock.command_log import log
from ringme_mock.command_log.row import Damaged, Row, read_body
from ringme_mock.control.control_context import CONTENT, OBJECT, Mock, set_command_body
from ringme_mock.control.middleware import interface, run_settled
from ringme_mock.delivery.attempt import Response
from ringme_mock.docs.docs_middleware import CREDENTIALS, issue_credentials
from ringme_mock.errors import ApiError
from ringme_mock.faults.forced_response import ForcedResponses
from ringme_mock.http.sessions import Session, Sessions

if TYPE_CHECKING:
    from ringme_mock.command_log.images import Images
    from ringme_mock.faults.inject import Faults
    from ringme_mock.http.routing import PathTable
    from ringme_mock.http.running_operation import RunningOperation


@dataclass
class Repeat:
    """Replay of commands that another process or an earlier run has made."""

    sessions: Sessions
    operations: Mapping[str, RunningOperation]
    table: PathTable
    faults: Faults
    images: Images

    def __post_init__(self) -> None:
        contract = self.sessions.contract
        self._mock = Mock(contract, self.sessions, ForcedResponses(contract))

    def find(self, method: str, path: str) -> RunningOperation | None:
        try:
            operation, _ = self.table.find(method, path)
        except ApiError:
            return None
        return self.operations[operation.id]

    async def run(self, session: Session, row: Row, at: float) -> None:
        """Apply a command at its time. Raises the error that it raised originally, and Damaged."""
        if row.kind == log.API:
            self._act(session, row, at)
        elif row.kind == log.FAULT:
            self.faults.choose(row.made_request(session, at)[0])
        elif row.kind == CREDENTIALS:
            issue_credentials(session)
        elif row.kind in (OBJECT, CONTENT):
            await self._control(session, row, at)
        elif row.kind == log.IMAGE:
            self.images.take()
        else:
            self.change(session, row.kind, row.body)

    def change(self, session: Session, kind: str, body: bytes) -> None:
        """Apply a command that is not a request. Raises Damaged."""
        if kind == log.BEGIN:
            self.sessions.enter(session, read_body(body))
        elif kind == log.END:
            self.sessions.leave(session)
        elif kind == log.DELIVERED:
            number, attempts, seconds, *response = read_body(body)
            session.deliveries.end(number, attempts, seconds, Response(*response))
        elif kind == log.DIGEST:
            self.images.compare(*read_body(body))
        elif kind != log.SETTLE:
            raise Damaged(f"unknown kind {kind}")

    def _act(self, session: Session, row: Row, at: float) -> None:
        request, hour = row.made_request(session, at)
        sent = read_body(row.body)
        operation, request.path_values = self.table.find(request.method, request.raw_path)
        request.target = operation
        if hour is not None:
            _, _, text = request.header(b"authorization").partition(" ")
            caller = session.state.access.caller(text.strip())
            if caller is not None:
                # The request itself is counted again.
                start, used = hour
                session.state.limits.set_hour(caller.client_key, start, used - 1)
        self.operations[operation.id].repeat(request, sent)

    async def _control(self, session: Session, row: Row, at: float) -> None:
        request, _ = row.made_request(session, at)
        operation, values = interface().table.find(request.method, request.raw_path)
        context = interface().context(
            self._mock, session, request.base_url, operation, values, request.query
        )
        set_command_body(context, row.kind, row.body)
        await run_settled(context)
