"""Image of all sessions: bytes from which they can be restored."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

import orjson

from ringme_mock.http.sessions import Sessions
from ringme_mock.store.cycle_search import cycle_search_paused
from ringme_mock.store.store import Store
from ringme_mock.store.store_image import read_store, write_store

# Bytes of a piece before it is compressed.
_PIECE = 64 * 1024
_LEVEL = 1


class BrokenImage(ValueError):
    """An image that is incomplete or damaged."""


class Image:
    """Image of the sessions at the moment it is made; later changes do not affect it.

    Making it takes the same time for any number of entries. Writing it may be left to a thread.
    `digest` covers the lines that are alike in all processes; it is complete once all pieces are
    written.
    """

    def __init__(self, sessions: Sessions) -> None:
        self._parts = [
            (*one.dump(), one.state.seed, one.stores()) for one in sessions.with_commands()
        ]
        self._digest = hashlib.sha256()

    @property
    def digest(self) -> str:
        return self._digest.hexdigest()

    def pieces(self) -> Iterator[bytes]:
        """Yield the compressed pieces of the image, then its checksum."""
        checksum = hashlib.sha256()
        lines: list[bytes] = []
        size = 0
        for line, alike in self.lines():
            if alike:
                self._digest.update(line)
            lines.append(line)
            size += len(line)
            if size >= _PIECE:
                yield _piece(lines, checksum)
                lines, size = [], 0
        if lines:
            yield _piece(lines, checksum)
        yield checksum.digest()

    def lines(self) -> Iterator[tuple[bytes, bool]]:
        """Yield lines of JSON, each with whether it is alike in all processes."""
        for alike, own, fixtures, stores in self._parts:
            yield orjson.dumps([alike, len(stores)]), True
            yield orjson.dumps(own), False
            earlier = [fixtures]
            for store in stores:
                values = write_store(store, earlier)
                yield orjson.dumps(next(values)), False
                for value in values:
                    yield orjson.dumps(value), True
                earlier.append(store)


@cycle_search_paused()
def load_image(sessions: Sessions, pieces: list[bytes]) -> None:
    """Restore the sessions. Raises BrokenImage for a wrong checksum, before anything is changed."""
    *written, checksum = pieces or [b""]
    if not written or hashlib.sha256(b"".join(written)).digest() != checksum:
        raise BrokenImage("checksum")
    values = map(orjson.loads, _lines_of(written))
    found = []
    for alike, count in values:
        own = next(values)
        session = sessions.find_or_make(alike["name"])
        session.load(alike, own, partial(_read_stores, values, count))
        found.append(session)
    sessions.keep_only(found)


def _read_stores(values: Iterator[Any], count: int, fixtures: Store) -> list[Store]:
    found = [fixtures]
    for _ in range(count):
        found.append(read_store(values, found))
    return found[1:]


def _piece(lines: list[bytes], checksum: Any) -> bytes:
    piece = zlib.compress(b"\n".join(lines), _LEVEL)
    checksum.update(piece)
    return piece


def _lines_of(pieces: Iterable[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        yield from zlib.decompress(piece).split(b"\n")
