"""Safety: reading changes nothing, and odd requests never get a 5xx."""

from __future__ import annotations

from collections.abc import Iterator

import httpx

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.own_entries import OwnEntries
from ringme_contract.samples import some
from ringme_contract.scenarios.bodies import CHANGES, paths_of
from ringme_contract.scenarios.group_users import new_body
from ringme_contract.scenarios.views import (
    ITEMS,
    client_view,
    expect_same_view,
    item_ids,
    reads,
    settings_view,
)

_DIGITS = b"9" * 5000
# Bodies that are not JSON, or odd JSON.
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
# Texts for text properties.
ODD_TEXTS: tuple[str, ...] = (
    "", " ", "\x00", "a\x00b", "\x01\x1f\x7f", "\u2028\ufeff\uffff", "\U0001f4de\U0010ffff",
    "e\u0301", "\u202eright to left", "'; DROP TABLE x; --", "%s%n%d", "{0}{x.y}", "${x}",
    "../../etc/passwd", "<script>", "\\", '"', "x*y", "*", "0" * 300, "я" * 20_000,
)  # fmt: skip
# Invalid ids, some of which a lenient server may take for the id of an entry.
ODD_IDS: tuple[str, ...] = (
    "0", "-1", "1.0", "1e3", "0x1e", "+1", "01", "1%20", "%D9%A3", "1%00", "1;x=1", "1%2f2",
    "%2e%2e", "@me", "@me@me", "None", "'%20OR%201=1--",
)  # fmt: skip
# Ids that no server takes for those of an entry, so that even a delete does no harm.
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
# Authorization headers for it: no base64, no colon, no UTF-8, nothing, a null character.
ODD_CREDENTIALS: tuple[str | bytes, ...] = (
    "Basic", "Basic !", "Basic YQ", "Basic YQ==", "Basic /zp/", "Basic Og==", "Basic ADoA",
    b"Basic \xff", "Basic " + "YTpi" * 5000, "Bearer x", "Digest x",
)  # fmt: skip
_JSON = {"Content-Type": "application/json"}
_SOME = 3


@check("no-5xx", isolated=True)
def odd_bodies(kit: CheckContext) -> None:
    """Bodies that are not JSON, or odd JSON, to every path that takes one."""
    targets = [("POST", kit.path(collection)) for collection in CHANGES]
    targets += [("PUT", path) for path in paths_of(kit, OwnEntries(kit)).values()]
    types = ("text/plain", "", "application/json; charset=utf-16", "multipart/form-data")
    contents = [(body, _JSON) for body in ODD_BODIES]
    contents += [(b"{}", {"Content-Type": one}) for one in types]

    def try_content(content: bytes, headers: dict[str, str]) -> None:
        for method, path in some(kit, targets, 2, content[:40], len(content), headers):
            kit.client.request(method, path, content=content, headers=headers)

    kit.map(lambda one: try_content(*one), contents)
    for path, query in reads(kit, "client"):
        kit.expect(kit.client.get(path, **query), 200)


@check("no-5xx", isolated=True)
def odd_texts(kit: CheckContext) -> None:
    """Text of any kind, accepted or not, and then every view that may show it."""
    client, own = kit.client, OwnEntries(kit)
    group = own["extension_group"]["id"]
    for text in ODD_TEXTS:
        user = new_body(kit, group, name=text, comment=text, password=text or "x")
        bodies = {
            "extension_group": {"name": f"{kit.run_id} {text}"[:255], "extra_params": text},
            "extension": {"name": kit.free_number(), "label": text, "caller_id_name": text},
            "user": user,
        }
        for collection, body in some(kit, bodies.items(), 1, text):
            client.post(kit.path(collection), body)
        for collection, path in some(kit, paths_of(kit, own).items(), 2, text):
            client.put(path, dict.fromkeys(CHANGES[collection], text))
            client.get(path)
        client.get(kit.path("extension"), name=text[:300])
        if "login" in kit.target.identities:
            form = {"grant_type": "password", "username": user["login"], "password": text}
            kit.request_token(**form, **kit.application("login"))
    for path in (*map(kit.path, CHANGES), kit.path("extension", extension_group=group)):
        kit.expect(client.get(path), 200)


@check("no-5xx", isolated=True)
def odd_paths(kit: CheckContext) -> None:
    """Invalid or impossible ids, wherever a path has one."""
    client, group = kit.client, kit.new_group()["id"]
    places = [
        kit.path("extension_group", client="{}"), kit.path("extension_group", "{}"),
        kit.path("extension", "{}"), kit.path("user", "{}"),
        kit.path("extension", extension_group="{}"), kit.path("record", extension="{}"),
        kit.path("record", "{}", extension_group=group),
        kit.path("fax", "{}", extension_group=group),
        kit.path("record", "{}", "storage_url", extension_group=group),
        f"{kit.base}/{{}}", f"{kit.base}/{{}}/{{}}/",
    ]  # fmt: skip

    def try_key(place: str, key: str) -> None:
        path = place.replace("{}", key)
        client.get(path)
        if key in NOBODYS_IDS:
            client.delete(path)
            client.put(path, {})

    keys = (*ODD_IDS, *NOBODYS_IDS)
    chosen = [(place, key) for key in keys for place in some(kit, places, 4, key)]
    kit.map(lambda one: try_key(*one), chosen)


@check("no-5xx", writes=False, smoke=True)
def odd_queries_and_headers(kit: CheckContext) -> None:
    """Invalid filters, pages and ranges, and headers that nobody should send."""
    client, (start, end), groups = kit.client, kit.target.range, kit.path("extension_group")
    group = next(iter(client.read(groups)), {"id": 1})["id"]
    bounds = str(httpx.QueryParams(start_datetime=start, end_datetime=end))
    paths = (
        kit.path("extension"), kit.path("extension", extension_group=group), kit.path("record"),
        kit.path("reg_status_log"),
    )  # fmt: skip
    queries = [f"{bounds}&{query}" for query in ODD_QUERIES]
    queries += [query for query in ODD_QUERIES if "datetime" in query]
    urls = [f"{path}?{query}" for query in queries for path in some(kit, paths, 2, query)]
    kit.map(client.get, urls)
    for headers in ODD_HEADERS:
        client.request("GET", groups, headers=headers)
    for method in ("PATCH", "OPTIONS"):
        client.request(method, groups)


@check("no-5xx", writes=False)
def odd_token_requests(kit: CheckContext) -> None:
    """Invalid forms, and parameters of any kind."""
    for content_type, content in ODD_TOKEN_FORMS:
        headers = {"Content-Type": content_type}
        kit.anonymous.request("POST", kit.token_path, content=content, headers=headers)
    for credentials in ODD_CREDENTIALS:
        named: dict[str, str | bytes] = {"Content-Type": _FORM, "Authorization": credentials}
        form = b"grant_type=client_credentials"
        kit.anonymous.request("POST", kit.token_path, content=form, headers=named)
    names = ("grant_type", "client_id", "client_secret", "username", "refresh_token")

    def try_text(text: str, name: str) -> None:
        grant = "refresh_token" if name == "refresh_token" else "password"
        form = {"grant_type": grant, "username": "x", "password": text, name: text}
        kit.request_token(**{**kit.application("client"), **form})

    chosen = [(text, name) for text in ODD_TEXTS for name in some(kit, names, 2, text)]
    kit.map(lambda one: try_text(*one), chosen)


def _every_get(kit: CheckContext) -> Iterator[tuple[str, dict[str, str]]]:
    """Path and query of each kind of GET, for existing entries."""
    yield kit.me, {}
    yield from reads(kit, "client")
    for collection in CHANGES:
        for thing in kit.factory.read(collection)[:_SOME]:
            yield kit.path(collection, thing["id"]), {}
            if collection != "user":
                yield from reads(kit, collection, thing["id"])


def _every_file(kit: CheckContext) -> Iterator[str]:
    """Paths of a file of each kind of each group, and of the URLs of files."""
    for group in kit.factory.read("extension_group"):
        owner = {"extension_group": group["id"]}
        for collection, keys in item_ids(kit, kit.client, *next(iter(owner.items()))).items():
            for key in keys[:1]:
                yield kit.path(collection, key, **owner)
                if collection == "record" and "storage_url" not in kit.target.off:
                    yield kit.path(collection, key, "storage_url", **owner)
    for key in item_ids(kit, kit.client, "client").get("record", [])[:1]:
        yield kit.path("record", key)


@check("get-is-safe", writes=False, alone=True)
def reading_changes_nothing(kit: CheckContext) -> None:
    """Every GET, twice: the same response, and the client sees the same data afterwards."""
    client, before = kit.client, client_view(kit)

    def read_twice(path: str, query: dict[str, str]) -> None:
        first = client.read(path, **query)
        kit.expect_equal(f"the second response of {path}", client.read(path, **query), first)

    kit.map(lambda one: read_twice(*one), _every_get(kit))
    files = list(_every_file(kit))
    for path in files * 2:
        kit.expect(client.get(path), 200)
    expect_same_view(kit, "reading", client_view(kit), before)
    shown = [items for path, items in before.items() if path.rsplit("/", 2)[-2] in ITEMS]
    kit.need(not shown or any(shown), "the client has no recorded items in the target's range")


@check("get-is-safe", smoke=True)
def a_get_is_not_taken_for_another_method(kit: CheckContext) -> None:
    """Neither because of a header or the query, nor because of a body."""
    client, own = kit.client, OwnEntries(kit)
    before = settings_view(kit)
    for collection, path in paths_of(kit, own).items():
        change, thing = CHANGES[collection], own[collection]
        for method in ("DELETE", "PUT", "PATCH"):
            headers = {"X-HTTP-Method-Override": method, "X-HTTP-Method": method}
            query = {"_method": method, **change}
            response = client.request("GET", path, headers=headers, params=query)
            kit.expect_equal(f"the response of {path}", kit.expect(response, 200).json(), thing)
            # No rule says if a body is accepted here, but it must not change anything.
            client.request("GET", path, headers=headers, json=change)
            expect_same_view(kit, f"GET {path} as {method}", settings_view(kit), before)
