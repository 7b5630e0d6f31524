"""Files made on request for entries without one: silence, or an empty page, of the stated size."""

from __future__ import annotations

from collections.abc import Callable

from ringme_mock.store.collection import Entry
from ringme_mock.store.store import Store
from ringme_spec.collections import Content

# Limit of one file: 18 hours of silence.
MOST_BYTES = 64 * 1024 * 1024
# A silent frame of MPEG 2.5 layer III at 8 kHz, mono, 8 kbit/s.
_FRAME = bytes.fromhex("ffe318c4") + bytes(68)
_FRAME_MILLISECONDS = 72
_TAG, _TAG_HEAD = b"ID3\x03\x00\x00", 10
_PAGE = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj
xref
0 4
0000000000 65535 f\x20
0000000009 00000 n\x20
0000000052 00000 n\x20
0000000101 00000 n\x20
trailer<</Size 4/Root 1 0 R>>
startxref
164
%%EOF
"""


def is_makeable(content: Content) -> bool:
    return content.media_type in _MAKERS


def made_size(content: Content, entry: Entry) -> int:
    """Return the size in bytes of the shortest file for an entry, at most MOST_BYTES."""
    if content.length is None:
        return len(_PAGE)
    return min(_frames(entry[content.length]) * len(_FRAME), MOST_BYTES)


def file_of(store: Store, content: Content, entry: Entry) -> bytes:
    """Return the stored file of an entry, or make one (rule media-file)."""
    name = entry[content.file]
    if name is not None:
        return store.files[name]
    seconds = entry[content.length] if content.length else 0
    return _MAKERS[content.media_type](entry[content.size], seconds)


def _silence(size: int, seconds: int) -> bytes:
    """Make so many seconds of silence, or fewer if they do not fit the size.

    An ID3 tag in front, which players skip, fills up the rest.
    """
    frames = min(_frames(seconds), size // len(_FRAME))
    inside = size - frames * len(_FRAME) - _TAG_HEAD
    if inside < 0:
        return (_FRAME * frames).ljust(size, b"\0")
    sevens = bytes(inside >> shift & 0x7F for shift in (21, 14, 7, 0))
    return _TAG + sevens + bytes(inside) + _FRAME * frames


def _frames(seconds: int) -> int:
    return max(1, round(seconds * 1000 / _FRAME_MILLISECONDS))


def _page(size: int, _: int) -> bytes:
    """Make an empty page, filled up with blanks, which readers skip."""
    return _PAGE[:size].ljust(size)


_MAKERS: dict[str, Callable[[int, int], bytes]] = {
    "audio/mpeg": _silence,
    "application/pdf": _page,
}
