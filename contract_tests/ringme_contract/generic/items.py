"""Single items against the lists that show them."""

from __future__ import annotations

from urllib.parse import quote

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.generic.owners import ClientView
from ringme_contract.lists import lists_with, read_list

_FILES = 3


@check("me", writes=False)
def at_me_is_the_client_of_the_token(kit: CheckContext) -> None:
    """Every list of the client by `@me`, by `%40me` and by the client's id."""
    caller = kit.client
    client = kit.own_key("client", kit.roles.clients)
    escaped = quote(kit.roles.own_client)
    for operation in lists_with(kit, owner=kit.roles.clients):
        by_me = read_list(kit, caller, operation)
        kit.expect_equal(f"{operation.id} by id", read_list(kit, caller, operation, client), by_me)
        got = read_list(kit, caller, operation, escaped)
        kit.expect_equal(f"{operation.id} by {escaped}", got, by_me)


@check("media-file", writes=False, smoke=True)
def files_are_as_long_as_their_items_say(kit: CheckContext) -> None:
    """A few records, voicemails and faxes of the client's groups."""
    caller, fetched = kit.client, 0
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
    kit.need(fetched, "no group of the client has recorded items in the target's range")
