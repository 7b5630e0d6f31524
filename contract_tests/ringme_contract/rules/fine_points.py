"""What is easily overlooked: faults of these kinds pass all of the plainer checks."""

from __future__ import annotations

import json
from typing import Any

from ringme_contract.check import check
from ringme_contract.check_context import TOKEN_PATH, Caller, CheckContext
from ringme_contract.lists import lists_with, read_list
from ringme_contract.own_entries import OwnEntries, send
from ringme_contract.rules.views import (
    GROUPS,
    ITEMS,
    NUMBERS,
    USERS,
    expect_same_view,
    members_path,
    readers,
)
from ringme_contract.verdict import NotReached


@check("token-in", layer="rules", writes=False)
def parameters_are_read_wherever_they_stand(kit: CheckContext) -> None:
    """A wrong secret is refused in each place; a token for whatever is sent is no answer."""
    good = kit.target.identities["client"].parameters
    secret = good["client_secret"]
    bad = {**good, "client_secret": ("0" if secret[0] != "0" else "1") + secret[1:]}
    ways: dict[str, dict[str, Any]] = {"": {"data": bad}}
    ways["multipart"] = {"files": {name: (None, value) for name, value in bad.items()}}
    ways["token_query"] = {"params": bad}
    for capability, arguments in ways.items():
        if capability not in kit.target.off:
            kit.expect(kit.anonymous.request("POST", TOKEN_PATH, **arguments), 401)


@check("error-unauthorized", layer="rules", writes=False)
def a_token_is_good_letter_by_letter(kit: CheckContext) -> None:
    """Capitals count, and so does every letter; the token as it is stays good."""
    token = str(kit.caller("client").token)
    for wrong in (token.swapcase(), token.lower(), token.upper(), token[:-1], token[1:], token * 2):
        if wrong != token:
            kit.expect(Caller(kit, "wrong token", wrong).get("/user/"), 401)
    kit.caller("client").read("/user/")


@check("access", layer="rules", needs=("client", "login"))
def a_user_made_read_only_may_use_get_alone(kit: CheckContext) -> None:
    """From its first request on, and whatever the section; it is shown to be read_only."""
    group = kit.new_group()["id"]
    user, password = kit.new_group_user(group, access="read_only")
    caller = kit.log_in("read-only user", user["login"], password)
    kit.expect_equal("access of the new user", caller.read("/user/")["access"], "read_only")
    caller.read(members_path(group))
    path = f"{GROUPS}{group}"
    for answer in (
        caller.put(path, {"name": kit.new_name("group")}),
        caller.post(GROUPS, {"name": kit.new_name("group")}),
        caller.delete(path),
    ):
        kit.expect(answer, 403, "user_access_type_deny")


@check("codes", layer="rules", deletes_recorded_items=True)
def deleting_a_range_has_the_code_of_a_delete(kit: CheckContext) -> None:
    """204 with nothing in it, for the ranges of a group that has no items."""
    group = kit.new_group()["id"]
    start, end = kit.target.range
    for name in ("record", "voicemail"):
        if name not in kit.target.off:
            path = f"/extension_group/{group}/{name}/"
            answer = kit.caller("client").delete(path, start_datetime=start, end_datetime=end)
            kit.expect(answer, 204)
            kit.expect_equal(f"the body of the answer to DELETE {path}", answer.content, b"")


@check("body", layer="rules")
def a_body_in_another_encoding_is_refused(kit: CheckContext) -> None:
    """UTF-16 and UTF-32 are no UTF-8, even if the rest is right, with a charset as without."""
    own, client = OwnEntries.new(kit), kit.caller("client")
    for operation in kit.secured_operations:
        if operation.body is None:
            continue
        body = json.dumps(own.body(operation))
        for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"):
            content = body.encode(encoding)
            for charset, codes in (("", (400,)), (f"; charset={encoding}", (400, 415))):
                answer = send(
                    kit, client, operation.method, operation.fill(own.values), content=content,
                    headers={"Content-Type": f"application/json{charset}"},
                )  # fmt: skip
                if answer.status_code not in codes:
                    what = f"{operation.id} takes a body in {encoding}{charset}"
                    kit.fail(what, codes, answer.status_code)
    own.expect_unchanged("bodies in another encoding")


@check("group-delete", layer="rules")
def what_was_read_before_is_gone_for_whoever_read_it(kit: CheckContext) -> None:
    """No answer of before the deletion comes again: of a group, its user, and their lists."""
    client, group = kit.caller("client"), kit.new_group()["id"]
    user, _ = kit.new_group_user(group)
    items = {f"{GROUPS}{group}": GROUPS, f"{USERS}{user['id']}": USERS}
    callers = readers(kit)
    for caller in callers:
        for path, listed in items.items():
            key = caller.read(path)["id"]
            kit.expect_true(f"{path} is listed", key in _ids(caller.read(listed)))
        caller.read(members_path(group))
    kit.expect(client.delete(f"{GROUPS}{group}"), 204)
    for caller in callers:
        for path, listed in items.items():
            kit.expect(caller.get(path), 404)
            key = int(path.rpartition("/")[2])
            kit.expect_true(f"{path} is not listed", key not in _ids(caller.read(listed)))
        kit.expect(caller.get(members_path(group)), 404, "extension_group_not_found")


@check("group-delete", layer="rules")
def items_of_every_kind_stay_when_a_group_goes(kit: CheckContext) -> None:
    """Records, voicemail, faxes: for each of them a number that has some loses its group."""
    client = kit.caller("client")
    lists = [one for one in lists_with(kit, owner="client") if one.collection.name in ITEMS]
    before = {one.path: read_list(kit, client, one, "@me") for one in lists}
    asked = 0
    for one in lists:
        numbers = _ids(client.read(NUMBERS))
        keys = [key for item in before[one.path] if (key := item["extension_id"]) in numbers]
        if not keys:
            continue
        group = kit.new_group()["id"]
        kit.place(keys[0], group)
        kit.expect(client.delete(f"{GROUPS}{group}"), 204)
        after = {other.path: read_list(kit, client, other, "@me") for other in lists}
        expect_same_view(kit, "deleting a group", after, before)
        asked += 1
    if not asked:
        raise NotReached("no number of the client has recorded items in the target's range")


@check("extension-filters", layer="rules", writes=False)
def a_name_counts_with_its_prefix_and_without(kit: CheckContext) -> None:
    """The first and the last number of the client, by either form, in every list of numbers."""
    client = kit.caller("client")
    numbers = client.read(NUMBERS)
    if not numbers:
        raise NotReached("the client has no number")
    for number in (numbers[0], numbers[-1]):
        group = number["extension_group_id"]
        paths = [NUMBERS] if group is None else [NUMBERS, members_path(group)]
        for path in paths:
            for name in (number["name"], number["name"].rpartition("*")[2]):
                found = [one["id"] for one in client.read(path, name=name)]
                kit.expect_equal(f"{path} of the name {name}", found, [number["id"]])


def _ids(things: list[dict[str, Any]]) -> set[int]:
    return {thing["id"] for thing in things}
