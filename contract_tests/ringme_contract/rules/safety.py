"""What no request may do: be answered with a 5xx, or change anything by reading."""

from __future__ import annotations

from collections.abc import Iterator

import httpx

from ringme_contract.check import check
from ringme_contract.check_context import API, TOKEN_PATH, CheckContext
from ringme_contract.own_entries import OwnEntries, send
from ringme_contract.rules.extra_keys import change_of, paths_of
from ringme_contract.rules.group_users import new_body
from ringme_contract.rules.odd_requests import (
    BODIES,
    HEADERS,
    IDS,
    NOBODYS_IDS,
    QUERIES,
    TEXTS,
    TOKEN_FORMS,
)
from ringme_contract.rules.views import (
    GROUPS,
    ITEMS,
    NUMBERS,
    USERS,
    View,
    client_view,
    expect_same_view,
    item_ids,
    members_path,
    reads,
    settings_view,
)
from ringme_contract.verdict import NotReached

_JSON = {"Content-Type": "application/json"}
_SOME = 3


def _survives(kit: CheckContext, response: httpx.Response) -> httpx.Response:
    if response.status_code >= 500:
        kit.fail(
            f"{response.request.method} of an odd request answers {response.status_code}",
            "a status below 500",
            f"{response.status_code} {kit.shown(response)}",
        )
    return response


@check("no-5xx", layer="rules")
def odd_bodies(kit: CheckContext) -> None:
    """What is no JSON, hardly JSON, or JSON with odd things in it, to every path that takes it."""
    client, own = kit.caller("client"), OwnEntries.new(kit)
    targets = [("POST", path) for path in (GROUPS, NUMBERS, USERS)]
    targets += [("PUT", path) for path in paths_of(own)]
    for method, path in targets:
        for body in BODIES:
            answer = send(kit, client, method, API + path, content=body, headers=_JSON)
            _survives(kit, answer)
        for header in ("text/plain", "", "application/json; charset=utf-16", "multipart/form-data"):
            answer = send(
                kit, client, method, API + path, content=b"{}", headers={"Content-Type": header}
            )
            _survives(kit, answer)
    for path, query in reads(kit, "client", "@me"):
        kit.expect(client.get(path, **query), 200)


@check("no-5xx", layer="rules")
def odd_texts(kit: CheckContext) -> None:
    """Text of any kind, taken or not, and then every view that may have to show it."""
    client, own = kit.caller("client"), OwnEntries.new(kit)
    for text in TEXTS:
        group = {"name": f"{kit.run_id} {text}"[:255], "extra_params": text}
        number = {"name": kit.free_number(), "label": text, "caller_id_name": text}
        user = new_body(kit, own.group["id"], name=text, comment=text, password=text or "x")
        for path, body in ((GROUPS, group), (NUMBERS, number), (USERS, user)):
            _survives(kit, send(kit, client, "POST", API + path, json=body))
        for path in paths_of(own):
            _survives(kit, client.put(path, dict.fromkeys(change_of(path), text)))
            _survives(kit, client.get(path))
        _survives(kit, client.get(NUMBERS, name=text[:300]))
        if "login" in kit.target.identities:
            application = kit.target.identities["login"].application
            form = {"grant_type": "password", "username": user["login"], "password": text}
            _survives(kit, kit.request_token(**form, **application))
    for path in (GROUPS, NUMBERS, USERS, members_path(own.group["id"])):
        kit.expect(client.get(path), 200)


@check("no-5xx", layer="rules")
def odd_paths(kit: CheckContext) -> None:
    """Ids that are none, or none that can be, wherever a path has one."""
    client, group = kit.caller("client"), kit.new_group()["id"]
    places = [
        "/client/{}/extension_group/", GROUPS + "{}", NUMBERS + "{}", USERS + "{}",
        "/extension_group/{}/extension/", "/extension/{}/record/",
        f"/extension_group/{group}/record/{{}}", f"/extension_group/{group}/fax/{{}}",
        f"/extension_group/{group}/record/{{}}/storage_url/", "/{}", "/{}/{}/",
    ]  # fmt: skip
    for place in places:
        for key in (*IDS, *NOBODYS_IDS):
            _survives(kit, client.get(place.replace("{}", key)))
        for key in NOBODYS_IDS:
            _survives(kit, client.delete(place.replace("{}", key)))
            _survives(kit, client.put(place.replace("{}", key), {}))


@check("no-5xx", layer="rules", writes=False)
def odd_queries_and_headers(kit: CheckContext) -> None:
    """Queries that a filter, a page or a range cannot be, and headers that nobody should send."""
    client, (start, end) = kit.caller("client"), kit.target.range
    group = next(iter(client.read(GROUPS)), {"id": 1})["id"]
    bounds = str(httpx.QueryParams(start_datetime=start, end_datetime=end))
    for path in (
        NUMBERS,
        members_path(group),
        "/client/@me/record/",
        "/client/@me/reg_status_log/",
    ):
        for query in QUERIES:
            for text in (
                (query, f"{bounds}&{query}") if "datetime" in query else (f"{bounds}&{query}",)
            ):
                _survives(kit, client.request("GET", f"{API}{path}?{text}"))
    for headers in HEADERS:
        _survives(kit, client.request("GET", API + GROUPS, headers=headers))
    for method in ("PATCH", "OPTIONS"):
        _survives(kit, client.request(method, API + GROUPS))


@check("no-5xx", layer="rules", writes=False)
def odd_token_requests(kit: CheckContext) -> None:
    """Forms that are none, and parameters of any kind."""
    application = kit.target.identities["client"].application
    for content_type, content in TOKEN_FORMS:
        headers = {"Content-Type": content_type}
        answer = kit.anonymous.request("POST", TOKEN_PATH, content=content, headers=headers)
        _survives(kit, answer)
    for text in TEXTS:
        for name in ("grant_type", "client_id", "client_secret", "username", "refresh_token"):
            form = {"grant_type": "password", "username": "x", "password": text, **application}
            if name == "refresh_token":
                form["grant_type"] = name
            _survives(kit, kit.request_token(**{**form, name: text}))


def _every_get(kit: CheckContext, view: View) -> Iterator[tuple[str, dict[str, str]]]:
    """Path and query of a GET of every kind, on things that are there."""
    yield "/user/", {}
    yield from reads(kit, "client", "@me")
    for owner, path in (("extension_group", GROUPS), ("extension", NUMBERS), ("", USERS)):
        for thing in view[path][:_SOME]:
            yield f"{path}{thing['id']}", {}
            if owner:
                yield from reads(kit, owner, thing["id"])


@check("get-is-safe", layer="rules", writes=False)
def reading_changes_nothing(kit: CheckContext) -> None:
    """Every GET, twice: the same answer, and all that the client sees is as before."""
    client, before, view = kit.caller("client"), client_view(kit), settings_view(kit)
    for path, query in _every_get(kit, view):
        first = client.read(path, **query)
        kit.expect_equal(f"the second answer of {path}", client.read(path, **query), first)
    for group in view[GROUPS]:
        for collection, keys in item_ids(kit, client, "extension_group", group["id"]).items():
            for key in keys[:1]:
                path = f"/extension_group/{group['id']}/{collection}/{key}"
                kit.expect(client.get(path), 200)
                if collection == "record" and "storage_url" not in kit.target.off:
                    kit.expect(client.get(f"{path}/storage_url/"), 200)
                kit.expect(client.get(path), 200)
    for collection, keys in item_ids(kit, client, "client", "@me").items():
        for key in keys[:1] if collection == "record" else ():
            kit.expect(client.get(f"/client/@me/record/{key}"), 200)
    expect_same_view(kit, "reading", client_view(kit), before)
    offered = not kit.target.off.issuperset(ITEMS)
    if offered and not any(
        item for path, item in before.items() if path.rsplit("/", 2)[-2] in ITEMS
    ):
        raise NotReached("the client has no recorded items in the target's range")


@check("get-is-safe", layer="rules")
def a_get_is_not_taken_for_another_method(kit: CheckContext) -> None:
    """Neither for what a header or the query calls it, nor for what it carries as a body."""
    client, own = kit.caller("client"), OwnEntries.new(kit)
    before = settings_view(kit)
    for path, thing in paths_of(own).items():
        change = change_of(path)
        for method in ("DELETE", "PUT", "PATCH"):
            headers = {"X-HTTP-Method-Override": method, "X-HTTP-Method": method}
            query = {"_method": method, **change}
            answer = client.request("GET", API + path, headers=headers, params=query)
            kit.expect_equal(f"the answer of {path}", kit.expect(answer, 200).json(), thing)
            # Whether a body is welcome here no rule says, but it changes nothing.
            _survives(kit, client.request("GET", API + path, headers=headers, json=change))
            expect_same_view(kit, f"GET {path} as {method}", settings_view(kit), before)
