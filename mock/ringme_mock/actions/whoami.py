"""The user of the token."""

from __future__ import annotations

from ringme_mock.actions.context import Call
from ringme_mock.actions.response import Reply


def current(call: Call) -> Reply:
    """The caller, with no owner id but that of its type (rule whoami)."""
    shown = dict(call.view(call.user))
    own, _ = call.state.access.owner_of(call.user)
    for name, prop in call.operation.resource["owners"].items():
        if name != own:
            shown[prop] = None
    return call.reply(shown)
