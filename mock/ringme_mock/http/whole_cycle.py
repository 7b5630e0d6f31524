"""Requests that are there as a whole, and answers that go out in one piece."""

from __future__ import annotations

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from ringme_mock.http.connection import Headers

# Bytes that no header may hold.
_UNFIT = b"\r\n\0"


class WholeCycle(RequestResponseCycle):
    """uvicorn's request and answer, which need no ASGI messages where nothing is in parts."""

    def take_whole(self) -> bytes | None:
        """The body, if all of it is there and nobody has taken any; else None."""
        if self.more_body or self.disconnected or self.waiting_for_100_continue:
            return None
        body = bytes(self.body)
        self.body.clear()
        if self.flow.read_paused:
            self.flow.resume_reading()
        return body

    def write_whole(self, status: int, headers: Headers, body: bytes) -> bool:
        """Writes an answer whose headers say its length, and ends it.

        False, and nothing written, for whatever is out of the ordinary: uvicorn knows what to do
        with a client that is gone or slow, a connection that is to end, HEAD, or odd headers.
        """
        if (
            not self.keep_alive
            or self.disconnected
            or self.response_started
            or self.waiting_for_100_continue
            or self.flow.write_paused
            or self.scope["method"] == "HEAD"
        ):
            return False
        headers = self.default_headers + headers
        lines = b"\r\n".join(map(b": ".join, headers))
        ends = len(lines) - len(lines.translate(None, _UNFIT))
        if ends != 2 * (len(headers) - 1) or b"\r\nconnection:" in lines:
            return False
        self.transport.write(b"%b%b\r\n\r\n%b" % (STATUS_LINE[status], lines, body))
        self.response_started = self.response_complete = True
        self.message_event.set()
        self.on_response()
        return True
