"""Action on the user of the token."""

from __future__ import annotations

from ringme_mock.actions.context import ActionContext
from ringme_mock.actions.response import Reply


def current(context: ActionContext) -> Reply:
    """Respond with the caller, of the owner ids only that of its type (rule whoami)."""
    shown = dict(context.view(context.user))
    own, _ = context.state.access.owner_of(context.user)
    for name, prop in context.operation.resource["owners"].items():
        if name != own:
            shown[prop] = None
    return context.reply(shown)
