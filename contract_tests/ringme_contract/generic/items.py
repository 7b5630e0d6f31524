"""Single items against the lists that show them."""

from __future__ import annotations

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.generic.owners import ClientView
from ringme_contract.lists import lists_with, read_list
from ringme_contract.verdict import NotReached

_FILES = 3


@check("me", layer="generic", writes=False)
def at_me_is_the_client_of_the_token(kit: CheckContext) -> None:
    """Every list of the client by `@me`, by `%40me` and by the client's id."""
    caller = kit.caller("client")
    client = kit.own_key("client", kit.roles.clients)
    for operation in lists_with(kit, owner=kit.roles.clients):
        by_me = read_list(kit, caller, operation, "@me")
        kit.expect_equal(f"{operation.id} by id", read_list(kit, caller, operation, client), by_me)
        kit.expect_equal(
            f"{operation.id} by %40me", read_list(kit, caller, operation, "%40me"), by_me
        )


@check("media-file", layer="generic", writes=False, smoke=True)
def files_are_as_long_as_their_items_say(kit: CheckContext) -> None:
    """A few records, voicemails and faxes of the client's groups."""
    caller, fetched = kit.caller("client"), 0
    for operation in lists_with(kit, owner=kit.roles.groups, ranged=True):
        rule = operation.collection
        if rule.content is None:
            continue
        for group in ClientView(kit).groups:
            for item in read_list(kit, caller, operation, group["id"])[:_FILES]:
                path = kit.path(rule.name, item[rule.key], **{kit.roles.groups: group["id"]})
                response = kit.expect(caller.get(path), 200)
                length = len(response.content)
                kit.expect_equal(f"the length of {path}", length, item[rule.content.size])
                fetched += 1
    if not fetched:
        raise NotReached("no group of the client has recorded items in the target's range")
