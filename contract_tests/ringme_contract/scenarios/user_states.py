"""Users of a group that are blocked, active again, and deleted."""

from __future__ import annotations

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.scenarios.users import NEEDS, User, expect_error
from ringme_contract.scenarios.views import expect_gone, expect_shown, reads


@check("user-block", needs=NEEDS, isolated=True, smoke=True)
def a_blocked_user_is_shut_out_at_once(kit: CheckContext) -> None:
    """Its tokens, its login, its refresh token; nobody else's. Active again, all work again."""
    user = User(kit)
    session, beside = user.log_in(), User(kit, user.group).log_in()
    members = kit.path("extension", extension_group=user.group)
    for _ in range(2):
        kit.expect(session.caller.get(members), 200)
        expect_shown(kit, "user", user.change(status="blocked"))
        for place, query in ((kit.me, {}), *reads(kit, "extension_group", user.group)):
            kit.expect(session.caller.get(place, **query), 403, "user_blocked")
        kit.expect(session.caller.post(kit.path("extension_group"), {}), 403, "user_blocked")
        kit.expect(user.request_token(), 403, "user_blocked")
        kit.expect(session.request_refresh(), 403, "user_blocked")
        kit.expect(beside.caller.get(members), 200)
        user.change(status="active")
        user.log_in()
    session.expect_good()


@check("user-block", needs=NEEDS, isolated=True)
def a_user_made_blocked_cannot_log_in(kit: CheckContext) -> None:
    """Until it becomes active."""
    user = User(kit, status="blocked")
    expect_shown(kit, "user", {**user.entry, "status": "blocked"})
    kit.expect(user.request_token(), 403, "user_blocked")
    # To others than the user itself nothing is told of it.
    expect_error(kit, user.request_token(password=f"{user.password}x"), "invalid_grant")
    user.change(status="active")
    user.log_in()


@check("user-delete", needs=NEEDS, isolated=True, smoke=True)
def the_tokens_of_a_deleted_user_end(kit: CheckContext) -> None:
    """All of them, from several logins; 404 by every method. Other users stay."""
    user = User(kit)
    other = User(kit, user.group)
    sessions, beside = [user.log_in() for _ in range(2)], other.log_in()
    expect_shown(kit, "user", user.entry, everybody=True)
    user.delete()
    members = kit.path("extension", extension_group=user.group)
    for session in sessions:
        session.expect_over()
        kit.expect(session.caller.get(members), 401)
    expect_error(kit, user.request_token(), "invalid_grant")
    expect_gone(kit, "user", user.entry["id"], "user_not_found")
    expect_shown(kit, "user", other.entry)
    kit.expect(beside.caller.get(members), 200)
    other.log_in()


@check("user-delete", needs=NEEDS, isolated=True)
def the_login_of_a_deleted_user_is_free(kit: CheckContext) -> None:
    """Its next owner is another user: new id, new password; the old tokens stay dead."""
    user = User(kit)
    old = user.log_in()
    user.delete()
    again = User(kit, login=user.login)
    key = again.entry["id"]
    kit.expect_true("the new user has an id of its own", key != user.entry["id"], key)
    expect_shown(kit, "user", again.entry)
    old.expect_over()
    expect_error(kit, user.request_token(), "invalid_grant")
    me = again.log_in().me
    kit.expect_equal("who logs in now", (me["id"], me["extension_group_id"]), (key, again.group))
    old.expect_over()
    # For a change as well, and once the user went with its group.
    kit.expect(kit.client.delete(kit.path("extension_group", again.group)), 204)
    User(kit, user.group).change(login=user.login)
