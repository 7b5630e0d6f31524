"""Actions that `x-resource` can name, each a function of the request context."""

from __future__ import annotations

from collections.abc import Callable

from ringme_mock.actions import (
    authorization,
    current_calls,
    entries,
    listing,
    media,
    token_endpoint,
)
from ringme_mock.actions.request_context import RequestContext
from ringme_mock.actions.response import Reply

Action = Callable[[RequestContext], Reply]

# Actions that change the state although the method is GET: a code is issued.
CHANGING_READS = frozenset({"authorize"})

ACTIONS: dict[str, Action] = {
    "list": listing.list_entries,
    "create": entries.create,
    "read": entries.read,
    "update": entries.update,
    "delete": entries.delete,
    "current": entries.current,
    "delete_listed": media.delete_listed,
    "delete_range": media.delete_listed,
    "stats": media.stats,
    "download": media.download,
    "storage_url": media.storage_url,
    "list_calls": current_calls.list_calls,
    "read_call": current_calls.read_call,
    "move_call": current_calls.move_call,
    "end_call": current_calls.end_call,
    "callback": current_calls.order_callback,
    "token": token_endpoint.create,
    "revoke": token_endpoint.revoke,
    "authorize": authorization.authorize,
    "show_login": authorization.show_login,
    "log_in": authorization.log_in,
}
