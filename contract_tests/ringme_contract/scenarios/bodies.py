"""Request bodies: JSON objects in UTF-8, of which only documented keys are stored."""

from __future__ import annotations

import json

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.collection_entries import UNKNOWN
from ringme_contract.entries.factories import Item
from ringme_contract.own_entries import OwnEntries
from ringme_contract.samples import some
from ringme_contract.scenarios.users import NEEDS, User
from ringme_contract.scenarios.views import expect_shown, never_used, own_id, plain
from ringme_spec.operations import Operation

_JSON = {"Content-Type": "application/json"}
# Deletes of all entries of a list.
_EMPTYING = ("delete_range", "delete_listed")
# The levels of nesting that must be accepted.
_DEEPEST = 90
# A valid change, by collection.
CHANGES: dict[str, Item] = {
    "extension_group": {"extra_params": "x"}, "extension": {"label": "x"}, "user": {"comment": "x"},
}  # fmt: skip


def _some_with_body(kit: CheckContext, *about: object) -> list[Operation]:
    return some(kit, (one for one in kit.secured_operations if one.json_body), 2, *about)


@check("body", isolated=True)
def a_content_type_without_a_body_is_fine(kit: CheckContext) -> None:
    """Many clients send it with each GET and DELETE."""
    own = OwnEntries(kit)
    held = [one for one in kit.secured_operations if own.holds(one)]
    lists = some(kit, (one for one in held if one.action in ("list", "stats")), 6)
    for operation in (*lists, *(one for one in held if one.action in _EMPTYING)):
        path, query = own.path(operation), kit.factory.query(operation, ranged=True)
        response = kit.client.request(operation.method, path, params=query, headers=_JSON)
        kit.expect(response, operation.status)
    items = [*paths_of(kit, own).values()]
    members = kit.path("extension", extension_group=own["extension_group"]["id"])
    for path in (kit.me, members, *map(kit.path, CHANGES), *items):
        kit.expect(kit.client.request("GET", path, headers=_JSON), 200)
    # The group comes last, as its users are deleted with it.
    for path in reversed(items):
        kit.expect(kit.client.request("DELETE", path, headers=_JSON), 204)


@check("body", isolated=True)
def what_is_no_json_object_is_refused(kit: CheckContext) -> None:
    """Truncated or invalid JSON, no body, a list, a text, null, another encoding: 400."""
    own = OwnEntries(kit)
    for content in (
        b'{"name": "x"', b"", b"name=x", b"[]", b'["name"]', b'"name"', b"null", b"1", b"true",
        b'{"contract_unknown_key": NaN}', b"{'name': 'x'}", b'{"name": "\xe9", "label": "\xe9"}',
        b'{"comment": "x",}', b'{"comment": "x"} {}', b'{"dial_rule_id": 01}',
        b'{"comment": "x" /* a remark */}', b'{"comment": "x\ny"}',
    ):  # fmt: skip
        # Only updates: a creation would be refused for missing properties anyway.
        updates = (one for one in kit.secured_operations if one.action == "update")
        for operation in some(kit, updates, 2, content):
            path = own.path(operation)
            response = kit.client.request(operation.method, path, content=content, headers=_JSON)
            if response.status_code != 400:
                kit.fail(f"{operation.id} takes the body {content!r}", 400, response.status_code)
    for operation in kit.secured_operations:
        if operation.action == "update":
            kit.expect(kit.client.put(own.path(operation), [{}]), 400)
    own.expect_unchanged("bodies that are not a JSON object")


@check("body", isolated=True)
def another_media_type_is_refused(kit: CheckContext) -> None:
    """415, even for a JSON object; but capitals or a charset in application/json are accepted."""
    own, client = OwnEntries(kit), kit.client
    for media_type in (
        "text/plain", "application/xml", "text/html; charset=utf-8", "text/json",
        "application/problem+json",
        "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
    ):  # fmt: skip
        headers = {"Content-Type": media_type}
        for operation in _some_with_body(kit, media_type):
            response = client.request(
                operation.method, own.path(operation), content=b'{"name": "x"}', headers=headers
            )
            kit.expect(response, 415)
    own.expect_unchanged("bodies of another media type")
    parameters = kit.target.identities["client"].parameters
    kit.expect(kit.anonymous.post(kit.token_path, parameters), 415)
    path = kit.path("extension_group", own["extension_group"]["id"])
    accepted = ("application/json; charset=utf-8", "Application/JSON")
    for headers in (*({"Content-Type": one} for one in accepted), {}):
        name = kit.new_name("group")
        content = json.dumps({"name": name}).encode()
        response = kit.expect(client.request("PUT", path, content=content, headers=headers), 200)
        kit.expect_equal(f"the name sent with {headers}", response.json()["name"], name)


@check("body", isolated=True)
def a_body_in_another_encoding_is_refused(kit: CheckContext) -> None:
    """UTF-16 and UTF-32 of valid JSON, with and without a charset."""
    own, client = OwnEntries(kit), kit.client
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"):
        for operation in _some_with_body(kit, encoding):
            content = json.dumps(own.body(operation)).encode(encoding)
            for charset, codes in (("", (400,)), (f"; charset={encoding}", (400, 415))):
                headers = {"Content-Type": f"application/json{charset}"}
                response = client.request(
                    operation.method, own.path(operation), content=content, headers=headers
                )
                if response.status_code not in codes:
                    what = f"{operation.id} takes a body in {encoding}{charset}"
                    kit.fail(what, codes, response.status_code)
    path = kit.path("extension_group", own["extension_group"]["id"])
    headers = {"Content-Type": "application/json; charset=iso-8859-1"}
    response = client.request("PUT", path, content=b'{"name": "\xe9"}', headers=headers)
    if response.status_code != 415:
        kit.expect(response, 400)
    own.expect_unchanged("bodies in another encoding")


@check("body", isolated=True, smoke=True)
def all_of_json_is_understood(kit: CheckContext) -> None:
    """White space, escapes, the documented nesting; of repeated keys the last one counts."""
    path = kit.path("extension_group", kit.new_group()["id"])
    deep = b'"contract_unknown_key":' + b"[" * (_DEEPEST - 1) + b"]" * (_DEEPEST - 1)
    content = (
        b'\r\n\t { "name":"first", "name" :"\\u041e\\/\\ud83d\\udcde\\n\\"",\n"extra_params":null, '
        + deep
        + b"}\n "
    )
    response = kit.client.request("PUT", path, content=content, headers=_JSON)
    name = kit.expect(response, 200).json()["name"]
    kit.expect_equal("the name that was sent in escapes", name, '\u041e/\U0001f4de\n"')
    # RFC 9112, 6.3: a body may come in chunks; a server may insist on a length with 411.
    response = kit.client.request("PUT", path, content=[b'{"name":', b'"x"}'], headers=_JSON)
    if response.status_code != 411:
        kit.expect_equal("the name sent in chunks", kit.expect(response, 200).json()["name"], "x")


def paths_of(kit: CheckContext, own: OwnEntries) -> dict[str, str]:
    return {name: kit.path(name, own[name]["id"]) for name in CHANGES}


@check("extra-keys", isolated=True, smoke=True)
def unknown_and_read_only_keys_are_not_stored(kit: CheckContext) -> None:
    """In a creation and an update; neither the response nor any view shows them.

    Only the path determines the entry, whatever id the body has.
    """
    own, wanted = OwnEntries(kit), never_used(kit, "extension_group")
    known = "other_client" in kit.target.identities
    extra: Item = {
        "id": wanted, "client_id": own_id(kit, "other_client", "client") if known else wanted,
        "create_date": "2001-02-03 04:05:06", "domain": "elsewhere.example.com", UNKNOWN: "stored",
    }  # fmt: skip
    for (collection, change), path in zip(
        CHANGES.items(), paths_of(kit, own).values(), strict=True
    ):
        entry, made = own[collection], kit.factory.create(collection, **extra)
        kit.expect_true(
            f"the id in the body of a new {collection} is ignored", made["id"] != wanted, made
        )
        for name in ("client_id", "domain"):
            kit.expect_equal(f"{name} of a new {collection}", made.get(name), entry.get(name))
        kit.expect_true(
            "create_date in the body is ignored", extra["create_date"] not in made.values()
        )
        for body in (extra, {**extra, **change, "id": made["id"]}):
            changed = kit.expect(kit.client.put(path, body), 200).json()
            for thing in (made, changed):
                kit.expect_true("an unknown key is not stored", UNKNOWN not in thing, thing)
            got, expected = changed, {**entry, **(change if body is not extra else {})}
            if collection == "extension":
                got, expected = plain(kit, got), plain(kit, expected)
            what = f"the response of {path} to keys that it may not change"
            kit.expect_equal(what, got, expected)
            expect_shown(kit, collection, changed)
        expect_shown(kit, collection, made)


@check("extra-keys", needs=NEEDS, isolated=True)
def no_user_raises_its_rights_by_extra_keys(kit: CheckContext) -> None:
    """Type, owner and administrator cannot be set, neither on creation nor later."""
    number, own = kit.new_extension()["id"], own_id(kit, "client", "client")
    extra = {
        "type": "client", "client_id": own, "extension_id": number, "dealer_id": 1, "admin": True,
    }  # fmt: skip
    for made_with, changed_with in ((extra, {}), ({}, extra)):
        user = User(kit, **made_with)
        kit.expect(kit.client.put(user.path, changed_with), 200)
        session = user.log_in()
        owners = dict.fromkeys(("client_id", "extension_id", "dealer_id"))
        expected = {**owners, "extension_group_id": user.group, "admin": False}
        kit.expect_properties("what the user is", session.me, expected)
        kit.expect(session.caller.get(kit.path("extension_group")), 403, "access_denied")
