"""Users of a group that are blocked, active again, and deleted."""

from __future__ import annotations

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.scenarios.group_users import NEEDS
from ringme_contract.scenarios.views import (
    Session,
    expect_gone,
    expect_shown,
    reads,
    request_token,
)


@check("user-block", needs=NEEDS, isolated=True, smoke=True)
def a_blocked_user_is_shut_out_at_once(kit: CheckContext) -> None:
    """Its tokens, its login, its refresh token; nobody else's. Active again, all work again."""
    client, group = kit.client, kit.new_group()["id"]
    (user, password), (other, secret) = kit.new_group_user(group), kit.new_group_user(group)
    session = Session(kit, "user", user["login"], password)
    beside = Session(kit, "user beside it", other["login"], secret)
    path, members = kit.path("user", user["id"]), kit.path("extension", extension_group=group)
    for _ in range(2):
        kit.expect(session.caller.get(members), 200)
        response = kit.expect(client.put(path, {"status": "blocked"}), 200).json()
        kit.expect_equal("the response", response, {**user, "status": "blocked"})
        expect_shown(kit, "user", response)
        kit.expect(session.caller.get(kit.me), 403, "user_blocked")
        for place, query in reads(kit, "extension_group", group):
            kit.expect(session.caller.get(place, **query), 403, "user_blocked")
        kit.expect(session.caller.post(kit.path("extension_group"), {}), 403, "user_blocked")
        kit.expect(request_token(kit, user["login"], password), 403, "user_blocked")
        kit.expect(session.request_refresh(), 403, "user_blocked")
        kit.expect(beside.caller.get(members), 200)
        kit.expect(client.put(path, {"status": "active"}), 200)
        Session(kit, "user", user["login"], password)
    kit.expect(session.caller.get(kit.me), 200)
    kit.expect(session.request_refresh(), 200)


@check("user-block", needs=NEEDS, isolated=True)
def a_user_made_blocked_cannot_log_in(kit: CheckContext) -> None:
    """Until it becomes active."""
    user, password = kit.new_group_user(kit.new_group()["id"], status="blocked")
    expect_shown(kit, "user", {**user, "status": "blocked"})
    kit.expect(request_token(kit, user["login"], password), 403, "user_blocked")
    # To others than the user itself nothing is told of it.
    response = kit.expect(request_token(kit, user["login"], f"{password}x"), 401)
    kit.expect_equal("the error", response.json().get("error"), "invalid_grant")
    response = kit.client.put(kit.path("user", user["id"]), {"status": "active"})
    kit.expect(response, 200)
    Session(kit, "user", user["login"], password)


@check("user-block", needs=("blocked",), writes=False)
def the_blocked_identity_gets_no_token(kit: CheckContext) -> None:
    """The user that the target names as blocked."""
    response = kit.request_token(**kit.target.identities["blocked"].parameters)
    kit.expect(response, 403, "user_blocked")


@check("user-delete", needs=NEEDS, isolated=True, smoke=True)
def the_tokens_of_a_deleted_user_end(kit: CheckContext) -> None:
    """All of them, from several logins; 404 by every method. Other users stay."""
    group = kit.new_group()["id"]
    (user, password), (other, secret) = kit.new_group_user(group), kit.new_group_user(group)
    sessions = [Session(kit, "user", user["login"], password) for _ in range(2)]
    beside = Session(kit, "user beside it", other["login"], secret)
    expect_shown(kit, "user", user, everybody=True)
    kit.expect(kit.client.delete(kit.path("user", user["id"])), 204)
    for session in sessions:
        session.expect_over("a deleted user")
        kit.expect(session.caller.get(kit.path("extension", extension_group=group)), 401)
    kit.expect(request_token(kit, user["login"], password), 401, "invalid_grant")
    expect_gone(kit, "user", user["id"], "user_not_found")
    expect_shown(kit, "user", other)
    kit.expect(beside.caller.get(kit.path("extension", extension_group=group)), 200)
    Session(kit, "user beside it", other["login"], secret)


@check("user-delete", needs=NEEDS, isolated=True)
def the_login_of_a_deleted_user_is_free(kit: CheckContext) -> None:
    """Its next owner is another user: new id, new password; the old tokens stay dead."""
    first, second = kit.new_group()["id"], kit.new_group()["id"]
    user, password = kit.new_group_user(first)
    old = Session(kit, "deleted user", user["login"], password)
    kit.expect(kit.client.delete(kit.path("user", user["id"])), 204)
    again, secret = kit.new_group_user(second, login=user["login"])
    kit.expect_true("the new user has an id of its own", again["id"] != user["id"], again["id"])
    expect_shown(kit, "user", again)
    old.expect_over("the former owner of the login")
    kit.expect(request_token(kit, user["login"], password), 401, "invalid_grant")
    me = Session(kit, "new user", again["login"], secret).caller.read(kit.me)
    seen = (me["id"], me["extension_group_id"])
    kit.expect_equal("who logs in now", seen, (again["id"], second))
    old.expect_over("the former owner of the login")
    # For a change as well, and once the user went with its group.
    client = kit.client
    kit.expect(client.delete(kit.path("extension_group", second)), 204)
    beside, _ = kit.new_group_user(first)
    response = client.put(kit.path("user", beside["id"]), {"login": user["login"]})
    kit.expect_equal("the login", kit.expect(response, 200).json()["login"], user["login"])
