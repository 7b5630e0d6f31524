"""Single items against the lists that show them."""

from __future__ import annotations

from urllib.parse import quote

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.generic.owners import ClientView
from ringme_contract.lists import lists_with, read_list

_FILES = 3
_PLAIN = {"Accept-Encoding": "identity"}


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
    """A few records, voicemails and faxes of the client's groups: each an attachment with a name.

    By HEAD the first one of each group is told to be as long.
    """
    caller, fetched = kit.client, 0
    for operation in lists_with(kit, owner=kit.roles.groups, ranged=True):
        rule = operation.collection
        if rule.content is None:
            continue
        for group in ClientView(kit).groups:
            items = read_list(kit, caller, operation, group["id"])[:_FILES]
            for item in items:
                path = kit.path(rule.name, item[rule.key], **{kit.roles.groups: group["id"]})
                response, size = kit.expect(caller.get(path), 200), item[rule.content.size]
                kit.expect_equal(f"the length of {path}", len(response.content), size)
                told = response.headers.get("Content-Disposition", "").lower()
                is_named = told.startswith("attachment") and "filename" in told
                kit.expect_true("the file is an attachment with a name", is_named, told)
                if item is items[0]:
                    # A compressed file would be of another length.
                    head = kit.expect(caller.request("HEAD", path, headers=_PLAIN), 200)
                    length = head.headers.get("Content-Length", str(size))
                    kit.expect_equal(f"Content-Length of HEAD {path}", length, str(size))
                fetched += 1
    kit.need(fetched, "no group of the client has recorded items in the target's range")
