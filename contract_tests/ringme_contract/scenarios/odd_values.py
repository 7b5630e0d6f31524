"""Values that no client should send, and that must break no server."""

from __future__ import annotations

_DIGITS = b"9" * 5000
# Bodies that are no JSON, hardly JSON, or JSON with odd things in it.
ODD_BODIES: tuple[bytes, ...] = (
    b"", b" ", b"{", b"[]", b"null", b"1", b'"x"', b"{'name': 'x'}", b'{"name": "x",}',
    b'{"name": "x"}{}', b'{"name": "x", "name": null}', b'\x00{"name": "x"}',
    b'\xef\xbb\xbf{"name": "x"}', '{"name": "x"}'.encode("utf-16"), b'{"name": "\xff\xfe"}',
    b'{"name": "\xed\xa0\x80"}', b'{"name": "\\ud800"}', b'{"\\udfff": "x", "name": "x"}',
    b'{"name": "\\u0000", "label": "\\u0000", "login": "\\u0000"}', b'{"name": "\x01"}',
    b'{"name": "x", "": "", "__proto__": {}, "$ref": "#/"}', b'{"name": NaN}',
    b'{"name": "x", "z": -Infinity}', b'{"name": "x", "z": 1e400}', b'{"dial_rule_limit": 1e400}',
    b'{"dial_rule_limit": ' + _DIGITS + b"}", b'{"extension_group_id": ' + _DIGITS + b"}",
    b'{"dial_rule_id": 9223372036854775808, "extension_group_id": 9223372036854775808}',
    b'{"extension_group_id": 1.5, "name": {}}', b'{"extension_group_id": "1", "name": ["x"]}',
    b'{"extension_group_id": {"id": 1}, "status": [], "access": {}, "type": 5, "email": 7}',
    b'{"extension_group_id": true, "login": 1, "password": null, "label": 5}',
    b'{"name": "' + b"x" * 100_000 + b'"}', b'{"' + b"x" * 100_000 + b'": 1}',
    b'{"name": "x", "z": ' + b"[" * 900 + b"]" * 900 + b"}",
    b'{"name": "x", "z": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    b'{"extra_params": ' + b'{"a":' * 20_000 + b"1" + b"}" * 20_000 + b"}",
)  # fmt: skip
# Texts for keys that take text.
ODD_TEXTS: tuple[str, ...] = (
    "", " ", "\x00", "a\x00b", "\x01\x1f\x7f", "\u2028\ufeff\uffff", "\U0001f4de\U0010ffff",
    "e\u0301", "\u202eright to left", "'; DROP TABLE x; --", "%s%n%d", "{0}{x.y}", "${x}",
    "../../etc/passwd", "<script>", "\\", '"', "x*y", "*", "0" * 300, "я" * 20_000,
)  # fmt: skip
# What stands where an id should, and what a lenient server may take for the id of something.
ODD_IDS: tuple[str, ...] = (
    "0", "-1", "1.0", "1e3", "0x1e", "+1", "01", "1%20", "%D9%A3", "1%00", "1;x=1", "1%2f2",
    "%2e%2e", "@me", "@me@me", "None", "'%20OR%201=1--",
)  # fmt: skip
# What is the id of nothing at all, so that even deleting it does no harm.
NOBODYS_IDS: tuple[str, ...] = (
    "9223372036854775807", "9223372036854775808", "1" + "0" * 40, "9" * 5000, "nothing",
    "%00", "%ff", "%", "%zz", "%F0%9F%93%9E", "%ed%a0%80", "%0d%0aX:%20y",
    "{id}", "x" * 3000,
)  # fmt: skip
ODD_QUERIES: tuple[str, ...] = (
    "page=-1", "page=1.5", "page=1e3", "page=%D9%A3", "per_page=1001&page=x", "page=1&page=x",
    "page=1" + "0" * 30 + "&per_page=10", "page=9223372036854775807&per_page=1000&status=active",
    "page=" + "9" * 5000, "per_page=-1", "per_page=1" + "0" * 30, "per_page=-0&page=%2B1",
    "%ff=%fe&%00=%00", "&&==&=&;", "%zz=%", "type[]=%00", "type[x]=phone", "type[=phone",
    "status[0][1]=active", "type[" + "9" * 3000 + "]=phone", "name=" + "[" * 3000, "name=%00",
    "name=%ff&name[]=%ed%a0%80", "extension_group_id=" + "9" * 5000, "extension_group_id=x",
    "extension_group_id[]=9223372036854775808", "order=%ff", "order=asc&order=desc",
    "x=1&" * 500, "start_datetime=0000-00-00 00:00:00&end_datetime=%00",
    "start_datetime=9999-12-31 23:59:59&end_datetime=9999-12-31 23:59:59",
    "start_datetime=1000-1-1 0:0:0&end_datetime=2999-12-31 23:59:59",
    "start_datetime=2999-12-31 23:59:59&end_datetime=2999-12-31 23:59:59",
    "start_datetime=" + "9" * 5000 + "&end_datetime=now", "start_datetime[]=x&end_datetime[x]=y",
)  # fmt: skip
ODD_HEADERS: tuple[dict[str, str | bytes], ...] = (
    {"Authorization": ""}, {"Authorization": "Bearer"}, {"Authorization": "Bearer a b"},
    {"Authorization": b"Bearer \xff"}, {"Authorization": "Basic !"}, {"Authorization": "x" * 4000},
    {"Authorization": "Bearer " + "x" * 4000}, {"Content-Type": ""}, {"Content-Type": ";"},
    {"Content-Type": "/"}, {"Content-Type": b"\xff"}, {"Content-Type": "x" * 4000},
    {"Content-Type": "application/json; charset=x"}, {"Content-Type": "multipart/form-data"},
    {"Content-Encoding": "gzip"}, {"Accept": "image/png"}, {"Accept": b"\xff"}, {"Accept": ""},
    {"Accept-Encoding": "x;q=y"}, {"Accept-Language": b"\xff;q=9"}, {"Cookie": b"=;\xff="},
    {"X-Forwarded-Proto": "x y"}, {"X-Forwarded-For": "x, y"}, {"Range": "bytes=9-1"},
    {"If-None-Match": "*"}, {"If-Modified-Since": "yesterday"}, {"Expect": "nothing"},
)  # fmt: skip
_FORM = "application/x-www-form-urlencoded"
_PARTS = "multipart/form-data; boundary=b"
_PART = b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n'
# Content types and bodies for the token endpoint.
ODD_TOKEN_FORMS: tuple[tuple[str, bytes], ...] = (
    ("", b"x"), ("application/json", b"{}"), ("text/plain", b"grant_type=password"),
    (_FORM, b""), (_FORM, b"\xff"), (_FORM, b"&=&%ff=%zz"), (_FORM, b"a=1&" * 500),
    (_FORM, b"grant_type=%ed%a0%80&client_id=%00"), (_FORM, b"grant_type=" + b"x" * 100_000),
    (_FORM, b"grant_type=password&grant_type=refresh_token"),
    (_FORM + "; charset=x", b"grant_type=\xff"), ("multipart/form-data", b"x"),
    ("multipart/form-data; boundary=", b"x"), (_PARTS, b"x"), (_PARTS, b"--b--"),
    (_PARTS, b"--b\r\n\r\nx\r\n--b--\r\n"),
    (_PARTS, b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n"),
    (_PARTS, b'--b\r\nContent-Disposition: form-data; name="\xff"\r\n\r\n\xff\r\n--b--\r\n'),
    (_PARTS, _PART % b'grant_type"; filename="x' + b"x\r\n--b--\r\n"),
)  # fmt: skip
