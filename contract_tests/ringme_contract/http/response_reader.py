"""A reader for one response on a connection."""

from __future__ import annotations

from typing import NamedTuple

import httptools
import httpx

from ringme_contract.http.request_time import refuse_large_body, refuse_large_head

_INTERIM = (100, *range(102, 200))
_SWITCHING = 101
# The longest head of a response that is accepted, without interim responses.
_LONGEST_HEAD = 100 * 1024


class Received(NamedTuple):
    """A response without its interim responses."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


class ResponseReader:
    """Reads one response; `can_go_on` tells if the connection can be used again."""

    def __init__(self, method: str) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._is_head = method == "HEAD"
        self._size = self._interim_size = 0
        self._body = bytearray()
        self._has_head = False
        self._status = 0
        self._headers: list[tuple[bytes, bytes]] = []
        self.is_complete = False
        self.can_go_on = False

    @property
    def received(self) -> Received:
        return Received(self._status, self._headers, bytes(self._body))

    def feed(self, data: bytes) -> None:
        """Reads more data. Raises RemoteProtocolError for invalid HTTP, and TooLarge."""
        self._size += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self.is_complete, self.can_go_on = True, False
        except httptools.HttpParserError as error:
            self.can_go_on = False
            # Data after the response is ignored.
            if not self.is_complete:
                raise httpx.RemoteProtocolError(str(error)) from None
        if self._has_head:
            # In the smallest chunks, a body takes six times its size.
            refuse_large_body(max(len(self._body), self._size // 8))
        else:
            refuse_large_head(self._size)
            if self._size - self._interim_size > _LONGEST_HEAD:
                raise httpx.RemoteProtocolError(f"a head of over {_LONGEST_HEAD} bytes")

    def end(self) -> None:
        """Ends the connection. Raises RemoteProtocolError if the response is incomplete."""
        if not self._has_head:
            raise httpx.RemoteProtocolError("Server disconnected without sending a response.")
        names = {name.lower(): value for name, value in self._headers}
        if b"content-length" in names or b"chunked" in names.get(b"transfer-encoding", b"").lower():
            raise httpx.RemoteProtocolError("peer closed connection before the body was complete")
        self.is_complete = True

    def close(self) -> None:
        """Releases the parser: it refers to the reader, and such cycles are freed late."""
        del self._parser

    # --- called by the parser

    def on_message_begin(self) -> None:
        # A second response was not requested.
        self.can_go_on = self.can_go_on and not self.is_complete

    def on_header(self, name: bytes, value: bytes) -> None:
        # Trailers are ignored.
        if not self._has_head:
            self._headers.append((name, value.strip(b" \t")))

    def on_headers_complete(self) -> None:
        if self.is_complete:
            return
        self._status = self._parser.get_status_code()
        self._has_head = self._status not in _INTERIM
        self.can_go_on = self._parser.should_keep_alive() and self._status != _SWITCHING
        self.is_complete = self._has_head and (self._is_head or self._status == _SWITCHING)

    def on_body(self, data: bytes) -> None:
        if self.is_complete:
            # The response to a HEAD must have none.
            self.can_go_on = False
        else:
            self._body += data

    def on_message_complete(self) -> None:
        if self._has_head:
            self.is_complete = True
        else:
            self._headers.clear()
            self._interim_size = self._size
