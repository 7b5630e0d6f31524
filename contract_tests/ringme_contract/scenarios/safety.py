"""Safety: no request gets a 5xx, and reading changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

import httpx

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.own_entries import OwnEntries
from ringme_contract.samples import some
from ringme_contract.scenarios.extra_keys import CHANGES, paths_of
from ringme_contract.scenarios.group_users import new_body
from ringme_contract.scenarios.odd_values import (
    NOBODYS_IDS,
    ODD_BODIES,
    ODD_HEADERS,
    ODD_IDS,
    ODD_QUERIES,
    ODD_TEXTS,
    ODD_TOKEN_FORMS,
)
from ringme_contract.scenarios.views import (
    ITEMS,
    client_view,
    expect_same_view,
    item_ids,
    reads,
    settings_view,
)

_JSON = {"Content-Type": "application/json"}
_SOME = 3


def _survives(kit: CheckContext, response: httpx.Response) -> httpx.Response:
    if response.status_code >= 500:
        kit.fail(
            f"{response.request.method} of an odd request: status {response.status_code}",
            "a status below 500",
            f"{response.status_code} {kit.shown(response)}",
        )
    return response


@check("no-5xx", isolated=True)
def odd_bodies(kit: CheckContext) -> None:
    """No JSON, hardly JSON, or JSON with odd things in it, to every path that takes it."""
    client, own = kit.client, OwnEntries(kit)
    targets = [("POST", kit.path(collection)) for collection in CHANGES]
    targets += [("PUT", path) for path in paths_of(kit, own).values()]
    types = ("text/plain", "", "application/json; charset=utf-16", "multipart/form-data")
    contents = [(body, _JSON) for body in ODD_BODIES]
    contents += [(b"{}", {"Content-Type": one}) for one in types]

    def try_content(content: bytes, headers: dict[str, str]) -> None:
        for method, path in some(kit, targets, 2, content[:40], len(content), headers):
            _survives(kit, client.request(method, path, content=content, headers=headers))

    kit.map(lambda one: try_content(*one), contents)
    for path, query in reads(kit, "client"):
        kit.expect(client.get(path, **query), 200)


@check("no-5xx", isolated=True)
def odd_texts(kit: CheckContext) -> None:
    """Text of any kind, taken or not, and then every view that may have to show it."""
    client, own = kit.client, OwnEntries(kit)
    for text in ODD_TEXTS:
        group = {"name": f"{kit.run_id} {text}"[:255], "extra_params": text}
        number = {"name": kit.free_number(), "label": text, "caller_id_name": text}
        user = new_body(
            kit, own["extension_group"]["id"], name=text, comment=text, password=text or "x"
        )
        bodies = (
            (kit.path("extension_group"), group),
            (kit.path("extension"), number),
            (kit.path("user"), user),
        )
        for path, body in some(kit, bodies, 1, text):
            _survives(kit, client.post(path, body))
        for collection, path in some(kit, paths_of(kit, own).items(), 2, text):
            _survives(kit, client.put(path, dict.fromkeys(CHANGES[collection], text)))
            _survives(kit, client.get(path))
        _survives(kit, client.get(kit.path("extension"), name=text[:300]))
        if "login" in kit.target.identities:
            form = {"grant_type": "password", "username": user["login"], "password": text}
            _survives(kit, kit.request_token(**form, **kit.application("login")))
    for path in (
        kit.path("extension_group"),
        kit.path("extension"),
        kit.path("user"),
        kit.path("extension", extension_group=own["extension_group"]["id"]),
    ):
        kit.expect(client.get(path), 200)


@check("no-5xx", isolated=True)
def odd_paths(kit: CheckContext) -> None:
    """Ids that are none, or none that can be, wherever a path has one."""
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
        _survives(kit, client.get(path))
        if key in NOBODYS_IDS:
            _survives(kit, client.delete(path))
            _survives(kit, client.put(path, {}))

    keys = (*ODD_IDS, *NOBODYS_IDS)
    chosen = [(place, key) for key in keys for place in some(kit, places, 4, key)]
    kit.map(lambda one: try_key(*one), chosen)


@check("no-5xx", writes=False, smoke=True)
def odd_queries_and_headers(kit: CheckContext) -> None:
    """Queries that a filter, a page or a range cannot be, and headers that nobody should send."""
    client, (start, end) = kit.client, kit.target.range
    group = next(iter(client.read(kit.path("extension_group"))), {"id": 1})["id"]
    bounds = str(httpx.QueryParams(start_datetime=start, end_datetime=end))
    paths = (
        kit.path("extension"),
        kit.path("extension", extension_group=group),
        kit.path("record"),
        kit.path("reg_status_log"),
    )
    queries = [f"{bounds}&{query}" for query in ODD_QUERIES]
    queries += [query for query in ODD_QUERIES if "datetime" in query]
    urls = [f"{path}?{query}" for query in queries for path in some(kit, paths, 2, query)]
    kit.map(lambda url: _survives(kit, client.get(url)), urls)
    for headers in ODD_HEADERS:
        _survives(kit, client.request("GET", kit.path("extension_group"), headers=headers))
    for method in ("PATCH", "OPTIONS"):
        _survives(kit, client.request(method, kit.path("extension_group")))


@check("no-5xx", writes=False)
def odd_token_requests(kit: CheckContext) -> None:
    """Forms that are none, and parameters of any kind."""
    application = kit.application("client")
    for content_type, content in ODD_TOKEN_FORMS:
        headers = {"Content-Type": content_type}
        response = kit.anonymous.request("POST", kit.token_path, content=content, headers=headers)
        _survives(kit, response)
    names = ("grant_type", "client_id", "client_secret", "username", "refresh_token")

    def try_text(text: str, name: str) -> None:
        form = {"grant_type": "password", "username": "x", "password": text, **application}
        if name == "refresh_token":
            form["grant_type"] = name
        _survives(kit, kit.request_token(**{**form, name: text}))

    chosen = [(text, name) for text in ODD_TEXTS for name in some(kit, names, 2, text)]
    kit.map(lambda one: try_text(*one), chosen)


def _every_get(kit: CheckContext) -> Iterator[tuple[str, dict[str, str]]]:
    """Path and query of a GET of every kind, on things that are there."""
    yield kit.me, {}
    yield from reads(kit, "client")
    for collection in CHANGES:
        for thing in kit.factory.read(collection)[:_SOME]:
            yield kit.path(collection, thing["id"]), {}
            if collection != "user":
                yield from reads(kit, collection, thing["id"])


def _every_file(kit: CheckContext) -> Iterator[str]:
    """Paths of a file of each kind of each group, and where else it can be fetched."""
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
    """Every GET, twice: the same response, and all that the client sees is as before."""
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
    """Neither for what a header or the query calls it, nor for what it carries as a body."""
    client, own = kit.client, OwnEntries(kit)
    before = settings_view(kit)
    for collection, path in paths_of(kit, own).items():
        change, thing = CHANGES[collection], own[collection]
        for method in ("DELETE", "PUT", "PATCH"):
            headers = {"X-HTTP-Method-Override": method, "X-HTTP-Method": method}
            query = {"_method": method, **change}
            response = client.request("GET", path, headers=headers, params=query)
            kit.expect_equal(f"the response of {path}", kit.expect(response, 200).json(), thing)
            # Whether a body is welcome here no rule says, but it changes nothing.
            _survives(kit, client.request("GET", path, headers=headers, json=change))
            expect_same_view(kit, f"GET {path} as {method}", settings_view(kit), before)
