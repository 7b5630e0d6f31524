"""Worker process on a port of its own.

`python -m workers.replica_process FOLDER [DEFECT or CRASH_POINT] [OPTIONS]`. The workers of
`serve --workers` share a port, so a client could not choose between them.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from ringme_mock.actions.request_context import RequestContext
from ringme_mock.cli import serve
from ringme_mock.command_log.shared_counts import SharedCounts
from ringme_mock.command_log.turns import Turns
from ringme_mock.server import runner
from ringme_mock.server.options import Options
from ringme_mock.server.runner import TimedServer, uvicorn_config
from ringme_mock.server.workers import Worker
from ringme_mock.store.collection import Key
from ringme_mock.store.rate_limits import Allowance, Counted, RateLimits
from workers.crash_points import CRASH_POINTS, NO_CRASH, crash_at

# Defects that checks of several processes must find.
READS_WITHOUT_TURN, COUNTS_APART = "reads-without-turn", "counts-apart"
# In seconds; much longer than a request takes on a busy machine.
_SELDOM = 0.5


def _make_defect(defect: str) -> None:
    look, count, last = Turns.look, RateLimits.count, 0.0

    async def look_seldom(self: Turns) -> None:
        nonlocal last
        if time.monotonic() - last > _SELDOM:
            last = time.monotonic()
            await look(self)

    async def do_nothing(self: SharedCounts, request: RequestContext) -> None:
        return

    def count_apart(
        self: RateLimits, client: Key, limit: int | None, counted: Counted | None = None
    ) -> Allowance:
        return count(self, client, limit)

    if defect == COUNTS_APART:
        RateLimits.count = count_apart  # type: ignore[method-assign]
    else:
        # Counting would read the log, too.
        SharedCounts.count = do_nothing  # type: ignore[method-assign]
        SharedCounts.catch_up = do_nothing  # type: ignore[method-assign]
        Turns.look = look_seldom  # type: ignore[method-assign, assignment]


def main(folder: str, *arguments: str) -> None:
    if arguments and arguments[0] in (READS_WITHOUT_TURN, COUNTS_APART):
        _make_defect(arguments[0])
        arguments = arguments[1:]
    elif arguments and arguments[0] in (NO_CRASH, *CRASH_POINTS):
        crash_at(arguments[0])
        arguments = arguments[1:]
    options = Options(**serve.make_context("serve", list(arguments)).params)
    listener = runner.listen("127.0.0.1", 0)
    worker = Worker(options, Path(folder), os.getppid())
    server = TimedServer(uvicorn_config(worker, lifespan="on"))
    server.announce = lambda: print(runner.url(listener, "http"), flush=True)  # noqa: T201
    server.run(sockets=[listener])


if __name__ == "__main__":
    main(*sys.argv[1:])
