"""Refusals: each status and word in the situations that the table of errors names."""

from __future__ import annotations

import httpx

from ringme_contract.check import check
from ringme_contract.check_context import Caller, CheckContext, configures
from ringme_contract.factories import NOWHERE
from ringme_contract.own_entries import OwnEntries
from ringme_contract.scenarios.token_grants import changed
from ringme_contract.scenarios.views import (
    own_id,
    user_of,
)
from ringme_contract.verdict import NotOffered


@check(
    "error-body", layer="scenarios", needs=("client", "client_read_only"), isolated=True, smoke=True
)
def errors_are_json_with_a_message(kit: CheckContext) -> None:
    """One of each code, and a word with those that have one."""
    client, group = kit.caller("client"), kit.new_group()["id"]
    text = {"content": b"x", "headers": {"Content-Type": "text/plain"}}
    for code, word, response in (
        (400, None, client.post(kit.path("extension_group"), {})),
        (400, None, client.get(kit.path("extension_group"), per_page=1001)),
        (401, None, kit.anonymous.get(kit.path("extension_group"))),
        (
            403,
            "user_access_type_deny",
            kit.caller("client_read_only").put(kit.path("extension_group", group), {}),
        ),
        (404, "client_not_found", client.get(kit.path("extension_group", client=NOWHERE))),
        (404, "extension_group_not_found", client.get(kit.path("extension_group", NOWHERE))),
        (404, None, client.get(f"{kit.base}/nothing/of/the/kind/")),
        (405, None, client.request("PATCH", kit.path("extension_group"), json={})),
        (415, None, client.request("POST", kit.path("extension_group"), **text)),
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


@check("error-unauthorized", layer="scenarios", needs=("client", "login"), isolated=True)
def who_has_no_good_token_is_refused(kit: CheckContext) -> None:
    """No token, a made-up one, one letter off, another scheme, and that of a deleted user."""
    own = OwnEntries(kit)
    token = str(kit.caller("client").token)
    gone = user_of(kit, own, "deleted user")
    kit.expect(gone.get(kit.me), 200)
    kit.expect(kit.caller("client").delete(kit.path("user", own["user"]["id"])), 204)
    own.create("user")
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
        for path in (
            kit.me,
            kit.path("extension_group"),
            kit.path("extension", extension_group=own["extension_group"]["id"]),
        ):
            _expect_unauthorized(kit, caller.request("GET", path, headers=headers))
        body = {"json": {"name": kit.new_name("refused")}, "headers": headers}
        item = kit.path("extension_group", own["extension_group"]["id"])
        _expect_unauthorized(kit, caller.request("POST", kit.path("extension_group"), **body))
        _expect_unauthorized(kit, caller.request("PUT", item, **body))
        _expect_unauthorized(kit, caller.request("DELETE", item, headers=headers))
    own.expect_unchanged("requests without a good token")


@check("error-unauthorized", layer="scenarios", isolated=True, smoke=True)
def every_operation_needs_a_token(kit: CheckContext) -> None:
    """Each one of the document below the base of the API."""
    own = OwnEntries(kit)
    for operation in kit.secured_operations:
        _expect_unauthorized(kit, own.request(kit.anonymous, operation))
    own.expect_unchanged("requests without a token")


def _expect_unauthorized(kit: CheckContext, response: httpx.Response) -> None:
    kit.expect(response, 401)
    kit.expect_equal("the message of a 401", response.json().get("message"), "Unauthorized")
    kit.expect_equal("WWW-Authenticate", response.headers.get("WWW-Authenticate"), "Bearer")


@check(
    "error-user-blocked", layer="scenarios", needs=("client", "login"), isolated=True, smoke=True
)
def a_blocked_user_is_refused_everywhere(kit: CheckContext) -> None:
    """Each operation, with the token from before, as soon as the user is blocked."""
    own, client = OwnEntries(kit), kit.caller("client")
    caller = user_of(kit, own, "blocked group user")
    kit.expect(caller.get(kit.me), 200)
    blocked = client.put(kit.path("user", own["user"]["id"]), {"status": "blocked"})
    own.replace("user", kit.expect(blocked, 200).json())
    for operation in kit.secured_operations:
        kit.expect(own.request(caller, operation), 403, "user_blocked")
    own.expect_unchanged("requests of a blocked user")


@check("error-user-blocked", layer="scenarios", needs=("blocked",), writes=False, smoke=True)
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
        kit.expect(caller.get(kit.me), 403, "user_blocked")
    kit.expect(response, 403, "user_blocked")


@check(
    "error-app-access", layer="scenarios", needs=("client", "call_api"), isolated=True, smoke=True
)
def an_application_with_call_api_changes_no_settings(kit: CheckContext) -> None:
    """403 for each change of groups, numbers and users; each read, and what calls left, is open."""
    own, caller = OwnEntries(kit), kit.caller("call_api")
    for operation in kit.secured_operations:
        if configures(operation):
            kit.expect(own.request(caller, operation), 403, "app_access_type_deny")
        elif operation.action == "delete" and not own.holds(operation):
            # Of no item at all: that it is missing shows that deleting it was not forbidden.
            kit.expect(own.request(caller, operation), 404, operation.collection.missing)
        elif operation.reads and own.holds(operation):
            kit.expect(own.request(caller, operation), 200)
    own.expect_unchanged("requests through an application with call_api")


@check(
    "error-user-access",
    layer="scenarios",
    needs=("client", "client_read_only", "login"),
    isolated=True,
    smoke=True,
)
def a_user_who_may_only_read_changes_nothing(kit: CheckContext) -> None:
    """403 for every method but GET: a read-only user of the client, and one of a group."""
    own = OwnEntries(kit)
    user, password = kit.new_group_user(own["extension_group"]["id"], access="read_only")
    member = kit.log_in("read-only group user", user["login"], password)
    for caller in (kit.caller("client_read_only"), member):
        for operation in kit.secured_operations:
            if not operation.reads:
                kit.expect(own.request(caller, operation), 403, "user_access_type_deny")
    own.expect_unchanged("requests of users who may only read")


@check(
    "error-access-denied",
    layer="scenarios",
    needs=("client", "other_client", "login"),
    isolated=True,
    smoke=True,
)
def what_lies_out_of_reach_is_refused(kit: CheckContext) -> None:
    """Another client, its groups and numbers; for a group user all but its own group."""
    own, sibling = OwnEntries(kit), OwnEntries(kit)
    client, other = kit.caller("client"), kit.caller("other_client")
    member = user_of(kit, own, "new group user")
    theirs = {"client": own_id(kit, "other_client", "client")}
    theirs |= {name: kit.factory.own(name, "other_client") for name in own.collections}
    ours = {"client": own_id(kit, "client", "client")}
    for operation in kit.secured_operations:
        if not operation.path_names:
            continue
        for caller, entries, values in (
            (client, own, theirs), (other, own, ours), (member, sibling, {})
        ):  # fmt: skip
            kit.expect(entries.request(caller, operation, **values), 403, "access_denied")
    for thing in (own, sibling):
        thing.expect_unchanged("requests out of reach")
    kit.expect(member.get(kit.path("extension", extension_group=own["extension_group"]["id"])), 200)


@check("error-access-denied", layer="scenarios", needs=("client", "extension"), isolated=True)
def a_user_of_a_number_reaches_that_number_alone(kit: CheckContext) -> None:
    """Neither groups, nor the client, nor another number."""
    caller, own = kit.caller("extension"), OwnEntries(kit)
    number = own_id(kit, "extension", "extension")
    for operation in kit.secured_operations:
        if not operation.path_names:
            continue
        kit.expect(own.request(caller, operation), 403, "access_denied")
        # An entry of another number is not there below this one.
        is_whole = operation.section == "extension" and len(operation.entry_parameters) == 1
        if is_whole and own.holds(operation) and operation.reads:
            kit.expect(own.request(caller, operation, extension=number), 200)
    own.expect_unchanged("requests of a user of a number")


@check("error-unauthorized", layer="scenarios", writes=False)
def a_token_is_good_letter_by_letter(kit: CheckContext) -> None:
    """Capitals count, and so does every letter; the token as it is stays good."""
    token = str(kit.caller("client").token)
    for wrong in (token.swapcase(), token.lower(), token.upper(), token[:-1], token[1:], token * 2):
        if wrong != token:
            kit.expect(Caller(kit, "wrong token", wrong).get(kit.me), 401)
    kit.caller("client").read(kit.me)
