"""Packing of several byte strings into one, for commands and journal entries."""

from __future__ import annotations

import struct

_SIZE = struct.Struct(">I")
# By the number of pieces, which is small.
_SIZES = [struct.Struct(f">{count + 1}I") for count in range(8)]


def pack(*pieces: bytes) -> bytes:
    """Pack pieces: their number, the size of each, then their bytes."""
    count = len(pieces)
    known = _SIZES[count] if count < len(_SIZES) else struct.Struct(f">{count + 1}I")
    return b"".join((known.pack(count, *map(len, pieces)), *pieces))


def unpack(packed: bytes) -> list[list[bytes]]:
    """Unpack the pieces of each packed string in a row. Raises ValueError if damaged."""
    found, place = [], 0
    try:
        while place < len(packed):
            (count,) = _SIZE.unpack_from(packed, place)
            sizes = struct.unpack_from(f">{count}I", packed, place + _SIZE.size)
            place += _SIZE.size * (count + 1)
            pieces = []
            for size in sizes:
                pieces.append(packed[place : place + size])
                place += size
            found.append(pieces)
    except struct.error as error:
        raise ValueError(f"damaged: {error}") from error
    return found


def numbered(last: int, packed: bytes, after: int) -> list[tuple[int, bytes]]:
    """Return the packed pieces with numbers above `after`; the last piece has the number `last`."""
    (pieces,) = unpack(packed)
    return [one for one in enumerate(pieces, last - len(pieces) + 1) if one[0] > after]
