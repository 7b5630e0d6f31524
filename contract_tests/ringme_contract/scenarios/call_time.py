"""Time that a check has before its call ends by itself."""

from __future__ import annotations

import time
from functools import wraps

from ringme_contract.check import CheckFunction
from ringme_contract.check_context import CheckContext
from ringme_contract.verdict import Failure

# Seconds that every call rings. After this time, a failure may be due to a slow machine.
_RINGS = 0.8
# Seconds after which a check has waited for a state of the call in vain.
_WAITED = 10.0
_TRIES = 4


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
