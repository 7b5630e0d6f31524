"""Values that programs handle badly, and bytes made of them."""

from __future__ import annotations

import json
import random
import zlib
from typing import Any

LONG = "x" * 70_000
TEXTS = [
    "", " ", "\x00", "a\x00b", "\r\nX-Injected: yes", "\n", "\t", "\x1b[31m", "\x7f", "\x85",
    "\ufeff", "\u202e", "\u2028", "\u0130", "\u00df", "e\u0301", "\u0663\u0660", "\U0001f600",
    "\U0010ffff", "\ufffe", "\ud800", "\udfff\ud800", "z" * 300, LONG, "a" * 4096 + "!",
    "../../etc/passwd", "..%2f..%2fetc%2fpasswd", "%2e%2e/", "..\\..\\x", "/etc/passwd", "C:\\x",
    "file:///etc/passwd", "{{7*7}}", "${jndi:ldap://x}", "%s%n%d", "'; DROP TABLE x;--", "<script>",
    '"><img src=x onerror=alert(1)>', 'x"; filename="y', "x\"\r\nSet-Cookie: a=b", "None", "null",
    "true", "NaN", "Infinity", "-0", "0x10", "1e3", "1_000", "+1", "01", "9" * 400, "9" * 5000,
    "-" + "9" * 4299, "1e400", "2016-02-30 00:00:00", "0000-00-00 00:00:00", "9999-12-31 23:59:59",
    "2016-04-01T00:00:00Z", "@me", "@", "*", "*a" * 2000 + "b", "[" * 3000, "[!" * 3000, "?" * 3000,
    "(" * 3000, "a*" * 20 + "$", "a@" * 3000, "@" * 30_000, "." * 30_000 + "@", "a." * 10_000,
    "__proto__", "constructor", "$ref", "#/components", "self", "__class__", "con", "a" * 64,
    ".", "..", "...", "-", "_", "default", "s", "__mock__",
]  # fmt: skip
NUMBERS: list[Any] = [
    0, -1, 1, 2**31, 2**32 + 1, 2**53 + 1, 2**63 - 1, 2**63, -(2**63) - 1, 2**64, 10**30, 10**400,
    10**4299, 0.1, -0.0, 1.0, 1e-320, 1e308, float("inf"), float("-inf"), float("nan"), 12, 3, 31,
]  # fmt: skip
# As bytes, because no JSON library writes them.
JSON_BYTES = [
    b"", b" ", b"\x00", b"{", b"}", b"[]", b"null", b"1", b'"x"', b"{}", b"{}{}", b"{,}", b"[1,]",
    b"\xef\xbb\xbf{}", b"\xff\xfe{\x00}\x00", b'{"name": "\xff"}', b'{"name": "\xed\xa0\x80"}',
    b'{"name": "\\ud800"}', b'{"\\udc00": "x"}', b'{"name": "\\u0000"}', b'{"name": "\x01"}',
    b'{"name": "\\x"}', b'{"name": NaN}', b'{"name": -Infinity}', b'{"z": 1e400}', b'{"z": 1e-400}',
    b'{"z": ' + b"9" * 4300 + b"}", b'{"z": ' + b"9" * 5000 + b"}",
    b'{"z": 1e' + b"9" * 9000 + b"}",
    b'{"z": 0.' + b"1" * 9000 + b"}", b'{"a": 1, "a": 2, "a": {}}', b'{"name": "x", "name": null}',
    b"[" * 100_000, b'{"a":' * 50_000, b"[" * 900 + b"]" * 900, b'{"a":[' * 400 + b"]}" * 400,
    b'{"name": ' * 980 + b"1" + b"}" * 980, b"[" + b"1," * 200_000 + b"1]",
    b"{" + b",".join(b'"k%d":%d' % (n, n) for n in range(50_000)) + b"}",
    b'{"name": "' + b"\\u0041" * 100_000 + b'"}', b'{"name": "' + b'\\"' * 200_000 + b'"}',
    b'{"name": "' + b"x" * 1_048_564 + b'"}', b'{"name": "' + b"x" * 1_048_565 + b'"}',
    b'{"name": "' + b"x" * 1_300_000 + b'"}', b"/**/{}", b"{'a': 1}", b"<a/>", b"a=1&b=2",
    b"--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\ny\r\n--b--\r\n",
    zlib.compress(b"x" * 1_000_000), b"\x1f\x8b\x08" + b"\x00" * 40, b"PK\x03\x04" + b"\x00" * 40,
]  # fmt: skip
METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "CONNECT", "FOO"]
MEDIA_TYPES = [
    "application/json", "application/json; charset=utf-16", "APPLICATION/JSON", "text/plain", "",
    ";", "application/x-www-form-urlencoded", "multipart/form-data", "application/zip", "\xff",
    "multipart/form-data; boundary=b", "multipart/form-data; boundary=" + "b" * 9000,
    "multipart/form-data; boundary=", "x" * 9000, "application/json" + ";" * 9000,
]  # fmt: skip
HEADERS: list[tuple[str, str]] = [
    ("Authorization", ""), ("Authorization", "Bearer"), ("Authorization", "Bearer \xff"),
    ("Authorization", "Basic !"), ("Authorization", "Basic Og=="), ("Authorization", "Basic /w=="),
    ("Authorization", "x" * 20_000), ("Authorization", "Bearer " + " " * 20_000),
    ("Host", ""), ("Host", "["), ("Host", "[::1"), ("Host", "x:y"), ("Host", "evil.example"),
    ("Host", "a" * 20_000), ("Host", "127.0.0.1:99999"), ("Origin", "null"), ("Origin", "http://["),
    ("Origin", "https://evil.example"), ("Origin", "http://localhost:" + "9" * 20_000),
    ("Access-Control-Request-Method", "\xff"), ("Access-Control-Request-Headers", "x" * 9000),
    ("Content-Encoding", "gzip"), ("Content-Encoding", "br, gzip"), ("Accept", "\xff"),
    ("Accept-Encoding", "gzip;q=" + "9" * 9000), ("Range", "bytes=9-1,0-,-5"), ("Cookie",
    "=;\xff="),
    ("If-None-Match", "*"), ("If-None-Match", '"' * 9000), ("X-Forwarded-Proto", "x y"),
    ("X-Forwarded-For", "\xff"), ("X-HTTP-Method-Override", "DELETE"), ("Expect", "100-continue"),
    ("Last-Event-ID", "9" * 9000), ("HX-Request", "true"), ("Upgrade", "h2c"),
    ("X-Mock-Session", ""), ("X-Mock-Session", ".."), ("X-Mock-Session", "a" * 65),
    ("X-Mock-Session", "a/b"), ("X-Mock-Session", "\xff"), ("X-Mock-Session", "default"),
    ("Prefer", ""), ("Prefer", "code=404"), ("Prefer", "code=503"), ("Prefer", "code=999"),
    ("Prefer", "code=200"), ("Prefer", "code=204, wait=0.001"), ("Prefer", "wait=" + "9" * 5000),
    ("Prefer", "wait=-1"), ("Prefer", "wait=1e9"), ("Prefer", 'example="' + "x" * 9000),
    ("Prefer", "example=x, code=400"), ("Prefer", '="' * 9000), ("Prefer", "a," * 9000),
    ("Prefer", "a" * 20_000), ("Prefer", " = " * 9000), ("Prefer", 'a="\xff"; b'),
]  # fmt: skip


class OddValues:
    """Generator of odd values; equal sources give equal values."""

    def __init__(self, source: random.Random) -> None:
        self.random = source

    def text(self) -> str:
        """Return a text of the list, or random characters."""
        if self.random.random() < 0.7:
            return self.random.choice(TEXTS)
        size = self.random.choice((1, 3, 17, 255, 256))
        ranges = ((0, 0x7F), (0x80, 0xFF), (0x100, 0xFFFF), (0x10000, 0x10FFFF))
        low, high = self.random.choice(ranges)
        return "".join(chr(self.random.randint(low, high)) for _ in range(size))

    def value(self, depth: int = 0) -> Any:
        """Return a JSON value, or one that JSON cannot represent, such as NaN."""
        kind = self.random.randrange(7 if depth < 4 else 5)
        if kind < 2:
            return self.text()
        if kind < 4:
            return self.random.choice(NUMBERS)
        if kind == 4:
            return self.random.choice((None, True, False))
        count = self.random.choice((0, 1, 2, 5))
        if kind == 5:
            return [self.value(depth + 1) for _ in range(count)]
        return {self.text(): self.value(depth + 1) for _ in range(count)}

    def mutated(self, content: bytes) -> bytes:
        """Return the bytes with some of them changed, deleted, repeated or inserted."""
        result = bytearray(content)
        for _ in range(self.random.choice((1, 1, 2, 5))):
            place = self.random.randrange(len(result) + 1)
            size = self.random.choice((1, 1, 2, 8, 64))
            how = self.random.randrange(5)
            if how == 0:
                del result[place : place + size]
            elif how == 1:
                result[place:place] = self.random.randbytes(size)
            elif how == 2:
                result[place : place + 1] = self.random.randbytes(1)
            elif how == 3:
                result[place:place] = result[place : place + size] * self.random.choice((1, 2, 30))
            else:
                result[place:place] = encoded(self.text())[:1000]
        return bytes(result)


def encoded(text: str) -> bytes:
    """Encode a text as UTF-8, including lone surrogates."""
    return text.encode("utf-8", "surrogatepass")


def json_bytes(value: Any) -> bytes:
    """Encode a value as JSON, including the extensions of Python's json module."""
    try:
        return encoded(json.dumps(value, ensure_ascii=False))
    except ValueError:
        return b"{" + b"9" * 5000 + b"}"
