"""Actions that `x-resource` can name, each a function of the action context."""

from __future__ import annotations

from collections.abc import Callable

from ringme_mock.actions import entries, media, token_endpoint, whoami
from ringme_mock.actions.context import ActionContext
from ringme_mock.actions.response import Reply

Action = Callable[[ActionContext], Reply]

ACTIONS: dict[str, Action] = {
    "list": entries.list_entries,
    "create": entries.create,
    "read": entries.read,
    "update": entries.update,
    "delete": entries.delete,
    "current": whoami.current,
    "delete_range": media.delete_range,
    "stats": media.stats,
    "download": media.download,
    "storage_url": media.storage_url,
    "token": token_endpoint.create,
}
