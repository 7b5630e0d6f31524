"""Users of one group: made, confined to it, blocked, deleted."""

from __future__ import annotations

from ringme_contract.check import check
from ringme_contract.check_context import API, Caller, CheckContext
from ringme_contract.factories import Item
from ringme_contract.own_entries import send
from ringme_contract.rules.views import (
    GROUPS,
    NUMBERS,
    TEXTS,
    USERS,
    USERS_OF_TARGET,
    Session,
    busy_number,
    expect_same_view,
    expect_shown,
    item_ids,
    member_ids,
    members_path,
    never_used,
    own_id,
    reads,
    request_token,
    settings_view,
)

NEEDS = ("client", "login")
# Nothing was recorded then, so that deleting this range deletes nothing.
LONG_AGO = {"start_datetime": "1999-12-31 23:59:58", "end_datetime": "1999-12-31 23:59:59"}


def new_body(kit: CheckContext, group: int, **keys: object) -> Item:
    name = kit.new_name("user")
    body: Item = {
        "name": name,
        "login": name.replace(" ", "-"),
        "password": f"pass-{kit.random.randrange(16**12):012x}",
        "email": "contract@example.com",
        "extension_group_id": group,
    }
    return {**body, **keys}


def _expect_refused(kit: CheckContext, body: Item, status: int, word: str | None = None) -> None:
    response = send(kit, kit.caller("client"), "POST", API + USERS, json=body)
    kit.expect(response, status, word)


def _expect_reach(kit: CheckContext, caller: Caller, owner: str, key: object, status: int) -> None:
    """Every GET of a section has this status."""
    word = {200: None, 403: "access_denied", 404: f"{owner}_not_found"}[status]
    for path, query in reads(kit, owner, key):
        kit.expect(caller.get(path, **query), status, word)


@check("group-user-create", layer="rules", needs=NEEDS)
def a_new_user_logs_in_as_one_of_its_group(kit: CheckContext) -> None:
    """The response is what was sent, with defaults; the user is of type extension_group."""
    group = kit.new_group()["id"]
    defaults = {
        "access": "full",
        "status": "active",
        "comment": None,
        "extra_params": None,
        "timezone": "Europe/Moscow",
    }
    user, password = kit.new_group_user(group)
    given = {"access": "read_only", "timezone": "Asia/Novosibirsk"}
    for keys in ({}, *({**given, "comment": text, "extra_params": text} for text in TEXTS)):
        body = new_body(kit, group, **keys)
        user, password = kit.new_group_user(group, **body)
        shown = {**defaults, **body, "id": user["id"]}
        del shown["password"]
        kit.expect_equal("the response to a new user", user, shown)
        expect_shown(kit, USERS, user)
    me = Session(kit, "new user", user["login"], password).caller.read("/user/")
    owners = {
        name: me[f"{name}_id"] for name in ("client", "extension_group", "extension", "dealer")
    }
    expected = {"client": None, "extension_group": group, "extension": None, "dealer": None}
    kit.expect_equal("the owners of the new user", owners, expected)
    for name in ("id", "login", "access", "timezone", "extra_params"):
        kit.expect_equal(f"{name} of the new user", me[name], user[name])
    kit.expect_true("the new user is no administrator", not me["admin"], me["admin"])


@check("group-user-create", layer="rules", needs=NEEDS)
def a_taken_login_is_refused(kit: CheckContext) -> None:
    """That of any user that the kit can see, of any type and client; by creation and by update."""
    client, group = kit.caller("client"), kit.new_group()["id"]
    user, password = kit.new_group_user(group)
    other, _ = kit.new_group_user(kit.new_group()["id"])
    seen = [name for name in USERS_OF_TARGET if name in kit.target.identities]
    taken = {user["login"], *(kit.caller(name).read("/user/")["login"] for name in seen)}
    before = settings_view(kit)
    for login in sorted(taken):
        _expect_refused(kit, new_body(kit, group, login=login), 400)
        if login != user["login"]:
            body = {"login": login, "name": "half applied", "password": "half-applied"}
            kit.expect(client.put(f"{USERS}{user['id']}", body), 400)
        kit.expect(client.put(f"{USERS}{other['id']}", {"login": login}), 400)
        expect_same_view(kit, f"asking for the taken login {login}", settings_view(kit), before)
    kit.expect(client.put(f"{USERS}{user['id']}", {"login": user["login"]}), 200)
    me = Session(kit, "user", user["login"], password).caller.read("/user/")
    kit.expect_equal("who logs in with the login", me["id"], user["id"])


@check("group-user-create", layer="rules", needs=NEEDS)
def no_answer_holds_the_password(kit: CheckContext) -> None:
    """Not those of success, not those of failure, and neither the old one nor the new one."""
    client, group = kit.caller("client"), kit.new_group()["id"]
    secrets = [f"Secret{kit.random.randrange(16**16):016x}" for _ in range(2)]
    user, first = kit.new_group_user(group, password=secrets[0])
    path = f"{USERS}{user['id']}"
    wrong = new_body(kit, group, password=secrets[0])
    responses = [
        client.get(path),
        client.get(USERS),
        client.put(path, {"password": secrets[1]}),
        client.get(path),
        client.get(USERS),
        client.put(path, {"password": secrets[0] * 20}),
        client.put(path, {"password": secrets[1], "email": "none"}),
        client.put(path, {"password": [secrets[1]]}),
        client.post(USERS, {**wrong, "login": user["login"]}),
        client.post(USERS, {**wrong, "email": secrets[0]}),
        client.post(USERS, {**wrong, "password": {"is": secrets[0]}}),
        request_token(kit, user["login"], secrets[0]),
        request_token(kit, secrets[1], secrets[1]),
        Session(kit, "user", user["login"], secrets[1]).caller.get("/user/"),
    ]
    texts = [str(user), *(response.text for response in responses)]
    for text in texts:
        shown = [secret for secret in secrets if secret in text]
        kit.expect_true("a response is free of the password", not shown, text[:300])
    kit.expect_equal("the password that was used", first, secrets[0])


@check("group-user-create", layer="rules", needs=NEEDS)
def an_update_of_a_user_changes_just_the_keys_sent(kit: CheckContext) -> None:
    """In every view; after a new password the old one is no good, after a new login the old one."""
    client, group = kit.caller("client"), kit.new_group()["id"]
    user, password = kit.new_group_user(group, comment="first", extra_params="312")
    old, login = user, new_body(kit, group)["login"]
    steps: list[Item] = [
        {},
        {"name": kit.new_name("renamed")},
        {"comment": None},
        {"email": "contract.second@example.com", "timezone": "Asia/Omsk"},
        {"extra_params": "null"},
        {"access": "read_only"},
        {"extra_params": None, "access": "full"},
        {"login": login},
    ]
    for body in steps:
        response = kit.expect(client.put(f"{USERS}{user['id']}", body), 200).json()
        kit.expect_equal(f"the response to an update with {body}", response, {**user, **body})
        expect_shown(kit, USERS, response)
        old, user = user, response
    kit.expect(request_token(kit, old["login"], password), 401, "invalid_grant")
    Session(kit, "user", login, password)
    response = client.put(f"{USERS}{user['id']}", {"password": f"{password}-new"})
    kit.expect_equal("the response to a new password", kit.expect(response, 200).json(), user)
    kit.expect(request_token(kit, login, password), 401, "invalid_grant")
    Session(kit, "user", login, f"{password}-new")


@check("group-user-create", layer="rules", needs=(*NEEDS, "other_client"))
def a_group_that_is_not_there_gets_no_user(kit: CheckContext) -> None:
    """One that never was, a deleted one, another client's: 404, and nobody is made or moved."""
    client, group = kit.caller("client"), kit.new_group()["id"]
    user, _ = kit.new_group_user(group)
    deleted, foreign = kit.new_group()["id"], kit.new_group("other_client")["id"]
    kit.expect(client.delete(f"{GROUPS}{deleted}"), 204)
    before = settings_view(kit), settings_view(kit, "other_client")
    for key in (never_used(kit, GROUPS), deleted, foreign):
        _expect_refused(kit, new_body(kit, key), 404, "extension_group_not_found")
        body = {"name": "half applied", "extension_group_id": key}
        response = client.put(f"{USERS}{user['id']}", body)
        kit.expect(response, 404, "extension_group_not_found")
        now = settings_view(kit), settings_view(kit, "other_client")
        for after, was in zip(now, before, strict=True):
            expect_same_view(kit, "a user for a group that is not there", after, was)


@check("group-user-scope", layer="rules", needs=(*NEEDS, "other_client"))
def a_group_user_reaches_its_own_group_alone(kit: CheckContext) -> None:
    """All of its section; 403 for another group, whose client it ever is, 404 for none."""
    own, sibling = kit.new_group()["id"], kit.new_group()["id"]
    foreign = kit.new_group("other_client")["id"]
    number = kit.new_extension(extension_group_id=own)
    outside = kit.new_extension(extension_group_id=sibling)
    user, password = kit.new_group_user(own)
    caller = Session(kit, "user of the group", user["login"], password).caller
    _expect_reach(kit, caller, "extension_group", own, 200)
    _expect_reach(kit, caller, "extension", number["id"], 200)
    seen = caller.read(members_path(own))
    kit.expect_equal("the members as its user sees them", seen, [number])
    _expect_reach(kit, caller, "extension_group", sibling, 403)
    _expect_reach(kit, caller, "extension_group", foreign, 403)
    _expect_reach(kit, caller, "extension_group", never_used(kit, GROUPS), 404)
    _expect_reach(kit, caller, "extension", outside["id"], 403)
    _expect_reach(kit, caller, "client", "@me", 403)
    for group, status in ((own, 204), (sibling, 403), (foreign, 403)):
        for path, query in reads(kit, "extension_group", group):
            if path.endswith(("/record/", "/voicemail/")):
                response = caller.delete(path, **{**query, **LONG_AGO})
                kit.expect(response, status, "access_denied" if status == 403 else None)


@check("group-user-scope", layer="rules", needs=NEEDS)
def a_group_user_sees_what_its_client_sees_of_the_group(kit: CheckContext) -> None:
    """A number with items is put into its group: same lists, same files; 403 by another group."""
    client, number = kit.caller("client"), busy_number(kit)
    own, sibling = kit.new_group()["id"], kit.new_group()["id"]
    kit.place(number["id"], own)
    callers = []
    for group in (own, sibling):
        user, password = kit.new_group_user(group)
        callers.append(Session(kit, "user of a group", user["login"], password).caller)
    caller, stranger = callers
    for path, query in reads(kit, "extension_group", own):
        whole = client.read(path, **query)
        kit.expect_equal(f"{path} as the group's user sees it", caller.read(path, **query), whole)
        kit.expect(stranger.get(path, **query), 403, "access_denied")
    for collection, ids in item_ids(kit, client, "extension_group", own).items():
        for key in ids[:1]:
            path = f"/extension_group/{own}/{collection}/{key}"
            kit.expect(caller.get(path), 200)
            kit.expect(stranger.get(path), 403, "access_denied")
            kit.expect(
                stranger.get(f"/extension_group/{sibling}/{collection}/{key}"),
                404,
                f"{collection}_not_found",
            )


@check("group-user-scope", layer="rules", needs=NEEDS)
def a_user_moved_to_another_group_reaches_that_one(kit: CheckContext) -> None:
    """With the token that it has: the new group at once, the former one no more."""
    first, second = kit.new_group()["id"], kit.new_group()["id"]
    user, password = kit.new_group_user(first)
    caller = Session(kit, "moved user", user["login"], password).caller
    for group, other in ((second, first), (first, second)):
        body = {"extension_group_id": group}
        kit.expect(kit.caller("client").put(f"{USERS}{user['id']}", body), 200)
        kit.expect_equal("its group", caller.read("/user/")["extension_group_id"], group)
        _expect_reach(kit, caller, "extension_group", group, 200)
        _expect_reach(kit, caller, "extension_group", other, 403)


@check("group-user-follows-membership", layer="rules", needs=NEEDS)
def a_number_that_leaves_is_out_of_reach(kit: CheckContext) -> None:
    """By another group, by none, by its deletion; and within reach again as soon as it is back."""
    client, number = kit.caller("client"), kit.new_extension()["id"]
    groups = [kit.new_group()["id"] for _ in range(2)]
    callers = []
    for group in groups:
        user, password = kit.new_group_user(group)
        callers.append(Session(kit, f"user of group {group}", user["login"], password).caller)
    # The same tokens all the way.
    for place in (groups[0], groups[1], None, groups[1], groups[0], None, groups[0]):
        body = {"extension_group_id": place}
        kit.expect(client.put(f"{NUMBERS}{number}", body), 200)
        for group, caller in zip(groups, callers, strict=True):
            inside = group == place
            _expect_reach(kit, caller, "extension", number, 200 if inside else 403)
            members = [one["id"] for one in caller.read(members_path(group))]
            kit.expect_equal(f"members of group {group}", members, [number] if inside else [])
    kit.expect(client.delete(f"{NUMBERS}{number}"), 204)
    for group, caller in zip(groups, callers, strict=True):
        _expect_reach(kit, caller, "extension", number, 404)
        kit.expect_equal(f"members of group {group}", caller.read(members_path(group)), [])


@check("group-user-follows-membership", layer="rules", needs=NEEDS)
def its_items_leave_with_the_number(kit: CheckContext) -> None:
    """Lists and files of a number with items, for the user of the group that it leaves."""
    client, number = kit.caller("client"), busy_number(kit)["id"]
    group = kit.new_group()["id"]
    user, password = kit.new_group_user(group)
    caller = Session(kit, "user of the group", user["login"], password).caller
    of_number = item_ids(kit, client, "extension", number)
    kit.place(number, group)
    kit.expect_equal("items", item_ids(kit, caller, "extension_group", group), of_number)
    files = [
        f"/extension_group/{group}/{name}/{key}" for name, ids in of_number.items() for key in ids
    ]
    for path in files[:3]:
        kit.expect(caller.get(path), 200)
    kit.expect(client.put(f"{NUMBERS}{number}", {"extension_group_id": None}), 200)
    _expect_reach(kit, caller, "extension", number, 403)
    nothing: dict[str, list[str]] = {name: [] for name in of_number}
    kit.expect_equal("items", item_ids(kit, caller, "extension_group", group), nothing)
    for path in files[:3]:
        kit.expect(caller.get(path), 404)
    kit.expect_equal("members", member_ids(kit, group), [])


@check("group-user-scope", layer="rules", needs=("client", "group"), writes=False)
def the_group_identity_reaches_its_own_group_alone(kit: CheckContext) -> None:
    """The user that the target names, and every other group of its client."""
    own = own_id(kit, "group", "extension_group")
    _expect_reach(kit, kit.caller("group"), "extension_group", own, 200)
    for group in kit.caller("client").read(GROUPS)[:20]:
        if group["id"] != own:
            _expect_reach(kit, kit.caller("group"), "extension_group", group["id"], 403)
