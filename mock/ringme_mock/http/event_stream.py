"""Server-sent events of journal and page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from ringme_mock.errors import invalid
from ringme_mock.http.sessions import Session

# Per session, as each may hold entries that the journal has dropped already.
MOST_STREAMS = 100
# Seconds; more often than proxies give up on a silent connection.
HEARTBEAT = 15.0


class EventStream(StreamingResponse):
    """Stream of server-sent events. Raises the 400 if the session has too many."""

    def __init__(
        self, session: Session, events: AsyncIterator[str], headers: Mapping[str, str]
    ) -> None:
        if session.streams >= MOST_STREAMS:
            raise invalid(
                f"stream: there are {session.streams} in this session,"
                f" the limit is {MOST_STREAMS}; close one"
            )
        super().__init__(events, headers=headers, media_type="text/event-stream")
        self._session = session

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._session.streams += 1
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._session.streams -= 1
