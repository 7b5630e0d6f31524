"""Time that a check has before its call ends by itself, and that it waits for a call."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from ringme_contract.check import CheckFunction
from ringme_contract.check_context import CheckContext
from ringme_contract.verdict import Failure

# Seconds that every call rings. After this time, a failure may be due to a slow machine.
_RINGS = 0.8
# Seconds after which a check has waited for a state of the call in vain.
_WAITED = 10.0
_TRIES = 4
# Seconds until a call must be in the lists, or gone from them.
_WAIT = 10.0
_PAUSE = 0.2


def again_if_late(function: CheckFunction) -> CheckFunction:
    """Repeat a check that failed when its call may already have moved on by itself."""

    @wraps(function)
    def repeated(kit: CheckContext) -> None:
        for _ in range(_TRIES - 1):
            start = time.monotonic()
            try:
                return function(kit)
            except Failure:
                if not _RINGS < time.monotonic() - start < _WAITED:
                    raise
        return function(kit)

    return repeated


def wait_for(kit: CheckContext, what: str, look: Callable[[], Any]) -> Any:
    """Repeats `look` until it finds something. Fails if that takes longer than _WAIT."""
    until = time.monotonic() + _WAIT
    while not (found := look()):
        if time.monotonic() > until:
            kit.fail(f"{what} within {_WAIT:g} s")
        time.sleep(_PAUSE)
    return found
