"""Users of groups are the only users that their section knows."""

from __future__ import annotations

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext

_USERS = "/client/@me/user/extension_group/"


@check("error-not-found", layer="rules")
def a_user_of_another_kind_is_no_group_user(kit: CheckContext) -> None:
    """The client's own user, by its id: not to be read, and then not to be changed or deleted."""
    caller = kit.caller("client")
    me = caller.read("/user/")
    path = f"{_USERS}{me['id']}"
    # A server that shows it might delete it as well, and with it the one who asks.
    kit.expect(caller.get(path), 404, "user_not_found")
    kit.expect(caller.put(path, {"comment": "not a group user"}), 404, "user_not_found")
    kit.expect(caller.delete(path), 404, "user_not_found")
    kit.expect_equal("the client's own user", caller.read("/user/"), me)
    listed = [one["id"] for one in caller.read(_USERS)]
    kit.expect_true("the list of group users leaves it out", me["id"] not in listed, listed)
