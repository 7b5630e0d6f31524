"""Response reader of the kit: it reads exactly one response from a connection."""

from __future__ import annotations

import pytest

from ringme_contract.http.response_reader import Received, ResponseReader

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
_INTERIM = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
_HEADERS = [(b"Content-Type", b"text/plain")]


def read(method: str, *pieces: bytes, ends: bool = False) -> tuple[Received, bool]:
    """Return the response, and whether the connection can be reused."""
    reader = ResponseReader(method)
    for piece in pieces:
        reader.feed(piece)
    if ends:
        reader.end()
    assert reader.is_complete
    return reader.received, reader.can_go_on


def test_interim_responses_are_skipped() -> None:
    found, _ = read("GET", _INTERIM + _INTERIM + _HEAD + b"Content-Length: 2\r\n\r\nok")
    assert found == Received(200, [*_HEADERS, (b"Content-Length", b"2")], b"ok")


def test_trailers_do_not_become_headers_of_a_response() -> None:
    chunks = b"Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Late: 1\r\n\r\n"
    found, can_go_on = read("GET", _HEAD + chunks)
    assert found.headers == [*_HEADERS, (b"Transfer-Encoding", b"chunked")]
    assert (found.body, can_go_on) == (b"ok", True)


@pytest.mark.parametrize(
    ("method", "text"),
    [
        ("HEAD", _HEAD + b"Content-Length: 4\r\n\r\nbody"),
        ("GET", _HEAD + b"Content-Length: 2\r\n\r\nok" + _HEAD),
        ("GET", _HEAD + b"Content-Length: 2\r\n\r\nok and more"),
        ("GET", _HEAD + b"Content-Length: 2\r\nConnection: close\r\n\r\nok"),
        ("GET", b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"),
        ("GET", b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
    ],
)
def test_connection_is_not_reused_after_a_close_or_surplus_bytes(method: str, text: bytes) -> None:
    assert not read(method, text)[1]
