"""Refusals: each status and word in the situations that the table of errors names."""

from __future__ import annotations

from typing import Any

import httpx

from ringme_contract.check import check
from ringme_contract.check_context import API, Caller, CheckContext, configures
from ringme_contract.factories import NOWHERE
from ringme_contract.own_entries import OwnEntries, send
from ringme_contract.scenarios.token_grants import changed
from ringme_contract.scenarios.views import (
    GROUPS,
    NUMBERS,
    USERS,
    expect_named,
    members_path,
    own_id,
)
from ringme_contract.verdict import NotOffered

_TOO_LONG = ("x" * 256, "\U0001f4de" * 256)


@check("error-body", layer="scenarios", needs=("client", "client_read_only"))
def errors_are_json_with_a_message(kit: CheckContext) -> None:
    """One of each code, and a word with those that have one."""
    client, group = kit.caller("client"), kit.new_group()["id"]
    text = {"content": b"x", "headers": {"Content-Type": "text/plain"}}
    for code, word, response in (
        (400, None, client.post(GROUPS, {})),
        (400, None, client.get(GROUPS, per_page=1001)),
        (401, None, kit.anonymous.get(GROUPS)),
        (403, "user_access_type_deny", kit.caller("client_read_only").put(f"{GROUPS}{group}", {})),
        (404, "client_not_found", client.get(f"/client/{NOWHERE}/extension_group/")),
        (404, "extension_group_not_found", client.get(f"{GROUPS}{NOWHERE}")),
        (404, None, client.get("/nothing/of/the/kind/")),
        (405, None, client.request("PATCH", API + GROUPS, json={})),
        (415, None, send(kit, client, "POST", API + GROUPS, **text)),
    ):
        kit.expect(response, code, word)
        kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        kit.expect_equal(f"the media type of a {code}", kind, "application/json")
        message = response.json()["message"]
        kit.expect_true(
            f"the message of a {code} is a text",
            isinstance(message, str) and message != "",
            message,
        )


@check("error-validation", layer="scenarios")
def a_body_that_breaks_its_schema_is_refused(kit: CheckContext) -> None:
    """A key that is missing, of another type, too short, too long, or none of the values."""
    own = OwnEntries.new(kit)
    for operation in kit.secured_operations:
        if operation.body is None:
            continue
        body = own.body(operation) or {}
        for name, value in _broken(operation.id):
            broken = {**body, name: value}
            if value is ...:
                del broken[name]
            response = send(
                kit, kit.caller("client"), operation.method, operation.fill(own.values), json=broken
            )
            expect_named(kit, response, name)
    own.expect_unchanged("bodies that break their schema")


def _broken(operation: str) -> list[tuple[str, Any]]:
    """Keys with values that they must not have; an ellipsis for a key that must not be missing."""
    creates = operation.startswith("create")
    if operation.endswith("ExtensionGroup"):
        found: list[tuple[str, Any]] = [("name", one) for one in ("", *_TOO_LONG, None, 5, ["x"])]
        found += [("extra_params", one) for one in (5, True, {"a": 1}, ["x"])]
    elif operation.endswith("Extension"):
        found = [("type", one) for one in ("telephone", "", None, 5)]
        found += [("status", one) for one in ("on", None, True)]
        found += [("extension_group_id", one) for one in ("x", 0, -1, 1.5, [1], True)]
        found += [("label", 5), ("caller_id_name", 5), ("extra_params", 5), ("message_did", 5)]
        found += [("ani_rfc3325", "true"), ("ani_rfc3325", None), ("dial_rule_id", "1")]
        found += [("name", one) for one in (("abc", "", "*1", None, 300) if creates else ())]
    else:
        found = [
            (name, one) for name in ("name", "login", "password") for one in ("", *_TOO_LONG, 5)
        ]
        found += [("email", one) for one in ("nobody", "a b@example.com", None, "")]
        found += [("access", "write"), ("status", "off"), ("extension_group_id", "x")]
        found += [("email_notify", "yes"), ("comment", 5), ("timezone", 3)]
        found += [("extension_group_id", None)]
    required = {
        "createExtensionGroup": ("name",),
        "createExtension": ("name",),
        "createGroupUser": ("name", "login", "password", "email", "extension_group_id"),
    }
    return found + [(name, ...) for name in required.get(operation, ())]


@check("error-validation", layer="scenarios")
def a_parameter_that_breaks_its_schema_is_refused(kit: CheckContext) -> None:
    """Ids that are none, an order that is none, a range that is missing, a filter that is none."""
    own, client = OwnEntries.new(kit), kit.caller("client")
    seen: set[str] = set()
    for operation in kit.secured_operations:
        # Ranges are not deleted here, not even in a group that has nothing.
        if operation.action == "delete_range":
            continue
        for name in operation.path_names:
            if name in ("record_uuid", "uuid"):
                continue
            # One wrong value everywhere, all of them once.
            for wrong in ("x",) if name in seen else ("x", "0", "-1", "1.5"):
                expect_named(kit, own.request(client, operation, **{name: wrong}), name)
            seen.add(name)
        path = operation.fill(own.values)
        if not operation.reads or not operation.ranged:
            continue
        query = kit.range_query
        if operation.action == "list":
            for wrong in ("up",) if operation.collection.name in seen else ("up", "DESC", "1"):
                response = client.request("GET", path, params={**query, "order": wrong})
                expect_named(kit, response, "order")
            seen.add(operation.collection.name)
        for name in query if operation.range_required else ():
            rest = {key: value for key, value in query.items() if key != name}
            expect_named(kit, client.request("GET", path, params=rest), name)
    for path in (NUMBERS, members_path(own.group["id"])):
        for name, wrong in (("type", "telephone"), ("status", "on"), ("extension_group_id", "x")):
            expect_named(kit, client.get(path, **{name: wrong}), name)
    own.expect_unchanged("parameters that break their schema")


@check("error-unauthorized", layer="scenarios", needs=("client", "login"))
def who_has_no_good_token_is_refused(kit: CheckContext) -> None:
    """No token, a made-up one, one letter off, another scheme, and that of a deleted user."""
    own = OwnEntries.new(kit)
    token = str(kit.caller("client").token)
    gone = kit.log_in("deleted user", own.user["login"], own.password)
    kit.expect(gone.get("/user/"), 200)
    other, _ = kit.new_group_user(own.group["id"], comment="own")
    kit.expect(kit.caller("client").delete(f"{USERS}{own.user['id']}"), 204)
    own.user, own.values["user_id"] = other, other["id"]
    similar = changed(token)
    for name, header in (
        ("anonymous", None), ("made-up token", f"Bearer {'0' * 30}"),
        ("deleted user", f"Bearer {gone.token}"),
        ("one letter off", f"Bearer {similar}"), ("cut short", f"Bearer {token[:-1]}"),
        ("too long", f"Bearer {token}0"), ("no token", "Bearer"), ("Basic", f"Basic {token}"),
        ("no scheme", token),
        ("in quotes", f'Bearer "{token}"'), ("two", f"Bearer {token} {token}"),
    ):  # fmt: skip
        caller = Caller(kit, name, None)
        headers = {"Authorization": header} if header else {}
        for path in ("/user/", GROUPS, members_path(own.group["id"])):
            _expect_unauthorized(kit, caller.request("GET", API + path, headers=headers))
        body = {"json": {"name": kit.new_name("refused")}, "headers": headers}
        item = f"{API}{GROUPS}{own.group['id']}"
        _expect_unauthorized(kit, send(kit, caller, "POST", API + GROUPS, **body))
        _expect_unauthorized(kit, caller.request("PUT", item, **body))
        _expect_unauthorized(kit, caller.request("DELETE", item, headers=headers))
    own.expect_unchanged("requests without a good token")


@check("error-unauthorized", layer="scenarios")
def every_operation_needs_a_token(kit: CheckContext) -> None:
    """Each one of the document below the base of the API."""
    own = OwnEntries.new(kit)
    for operation in kit.secured_operations:
        _expect_unauthorized(kit, own.request(kit.anonymous, operation))
    own.expect_unchanged("requests without a token")


def _expect_unauthorized(kit: CheckContext, response: httpx.Response) -> None:
    kit.expect(response, 401)
    kit.expect_equal("the message of a 401", response.json().get("message"), "Unauthorized")
    kit.expect_equal("WWW-Authenticate", response.headers.get("WWW-Authenticate"), "Bearer")


@check("error-user-blocked", layer="scenarios", needs=("client", "login"))
def a_blocked_user_is_refused_everywhere(kit: CheckContext) -> None:
    """Each operation, with the token from before, as soon as the user is blocked."""
    own, client = OwnEntries.new(kit), kit.caller("client")
    caller = kit.log_in("blocked group user", own.user["login"], own.password)
    kit.expect(caller.get("/user/"), 200)
    blocked = client.put(f"{USERS}{own.user['id']}", {"status": "blocked"})
    own.user = kit.expect(blocked, 200).json()
    for operation in kit.secured_operations:
        kit.expect(own.request(caller, operation), 403, "user_blocked")
    own.expect_unchanged("requests of a blocked user")


@check("error-user-blocked", layer="scenarios", needs=("blocked",), writes=False)
def a_blocked_user_of_the_target_is_refused(kit: CheckContext) -> None:
    """It gets no token; should it get one all the same, each request is refused."""
    _expect_blocked(kit, "blocked")


@check("error-user-blocked", layer="scenarios", needs=(), writes=False)
def a_user_of_a_blocked_client_is_refused(kit: CheckContext) -> None:
    """The same, though nobody has blocked the user."""
    if "blocked_client" not in kit.target.identities:
        raise NotOffered("the target names no identity blocked_client")
    _expect_blocked(kit, "blocked_client")


def _expect_blocked(kit: CheckContext, identity: str) -> None:
    response = kit.request_token(**kit.target.identities[identity].parameters)
    if response.status_code == 200:
        caller = Caller(kit, identity, response.json()["access_token"])
        kit.expect(caller.get("/user/"), 403, "user_blocked")
    kit.expect(response, 403, "user_blocked")


@check("error-app-access", layer="scenarios", needs=("client", "call_api"))
def an_application_with_call_api_changes_no_settings(kit: CheckContext) -> None:
    """403 for each change of groups, numbers and users; each read, and what calls left, is open."""
    own, caller = OwnEntries.new(kit), kit.caller("call_api")
    for operation in kit.secured_operations:
        if configures(operation):
            kit.expect(own.request(caller, operation), 403, "app_access_type_deny")
        elif operation.action == "delete":
            # Of no item at all: that it is missing shows that deleting it was not forbidden.
            kit.expect(
                own.request(caller, operation), 404, f"{operation.collection.name}_not_found"
            )
        elif operation.reads and not set(operation.path_names) & {"record_uuid", "uuid"}:
            kit.expect(own.request(caller, operation), 200)
    own.expect_unchanged("requests through an application with call_api")


@check("error-user-access", layer="scenarios", needs=("client", "client_read_only", "login"))
def a_user_who_may_only_read_changes_nothing(kit: CheckContext) -> None:
    """403 for every method but GET: a read-only user of the client, and one of a group."""
    own = OwnEntries.new(kit)
    user, password = kit.new_group_user(own.group["id"], access="read_only")
    member = kit.log_in("read-only group user", user["login"], password)
    for caller in (kit.caller("client_read_only"), member):
        for operation in kit.secured_operations:
            if not operation.reads:
                kit.expect(own.request(caller, operation), 403, "user_access_type_deny")
    own.expect_unchanged("requests of users who may only read")


@check("error-access-denied", layer="scenarios", needs=("client", "other_client", "login"))
def what_lies_out_of_reach_is_refused(kit: CheckContext) -> None:
    """Another client, its groups and numbers; for a group user all but its own group."""
    own, sibling = OwnEntries.new(kit), OwnEntries.new(kit)
    client, other = kit.caller("client"), kit.caller("other_client")
    member = kit.log_in("new group user", own.user["login"], own.password)
    theirs: dict[str, object] = {
        "client_id": own_id(kit, "other_client", "client"),
        "ext_group_id": kit.new_group("other_client")["id"],
        "extension_id": kit.new_extension("other_client")["id"],
    }
    ours = {**own.values, "client_id": own_id(kit, "client", "client")}
    beside = sibling.values
    for operation in kit.secured_operations:
        if not operation.path_names:
            continue
        for caller, values in ((client, theirs), (other, ours), (member, beside)):
            kit.expect(own.request(caller, operation, **values), 403, "access_denied")
    for thing in (own, sibling):
        thing.expect_unchanged("requests out of reach")
    kit.expect(member.get(members_path(own.group["id"])), 200)


@check("error-access-denied", layer="scenarios", needs=("client", "extension"))
def a_user_of_a_number_reaches_that_number_alone(kit: CheckContext) -> None:
    """Neither groups, nor the client, nor another number."""
    caller, own = kit.caller("extension"), OwnEntries.new(kit)
    number = own_id(kit, "extension", "extension")
    for operation in kit.secured_operations:
        if not operation.path_names:
            continue
        kit.expect(own.request(caller, operation), 403, "access_denied")
        if operation.path_names == ("extension_id",):
            kit.expect(own.request(caller, operation, extension_id=number), 200)
    own.expect_unchanged("requests of a user of a number")


@check("error-unauthorized", layer="scenarios", writes=False)
def a_token_is_good_letter_by_letter(kit: CheckContext) -> None:
    """Capitals count, and so does every letter; the token as it is stays good."""
    token = str(kit.caller("client").token)
    for wrong in (token.swapcase(), token.lower(), token.upper(), token[:-1], token[1:], token * 2):
        if wrong != token:
            kit.expect(Caller(kit, "wrong token", wrong).get("/user/"), 401)
    kit.caller("client").read("/user/")
