"""What each action of `x-resource` does: the plain ones, and those with logic of their own."""

from __future__ import annotations

from collections.abc import Callable

from ringme_mock import actions
from ringme_mock.call import Call
from ringme_mock.handlers import media, token, user
from ringme_mock.replies import Reply

Action = Callable[[Call], Reply]

ACTIONS: dict[str, Action] = {
    "list": actions.list_entries,
    "create": actions.create,
    "read": actions.read,
    "update": actions.update,
    "delete": actions.delete,
    "current": user.current,
    "delete_range": media.delete_range,
    "stats": media.stats,
    "download": media.download,
    "storage_url": media.storage_url,
    "token": token.create,
}
