"""Upkeep of a replica: work that is done periodically."""

from __future__ import annotations

import asyncio
import logging

from ringme_mock.command_log import log
from ringme_mock.command_log.replica import Replica
from ringme_mock.errors import ApiError

logger = logging.getLogger(__name__)

_PAUSE = 0.1
# Pauses between reports.
_REPORT = 10


class Upkeep:
    """Task that keeps a replica as new as the log, and reports that the process is alive."""

    def __init__(self, replica: Replica) -> None:
        self._replica = replica

    async def run(self) -> None:
        """Run until the state is found to differ from that of other processes."""
        count = 0
        while not self._replica.differs:
            try:
                await self._look()
                if count % _REPORT == 0:
                    await self._report()
            except (ApiError, OSError) as error:
                # Requests report this to their clients, and the next round is another try.
                logger.debug("the log cannot be reached: %s", error)
            count += 1
            await asyncio.sleep(_PAUSE)

    async def _look(self) -> None:
        replica = self._replica
        await replica.turns.look()
        for session in replica.sessions.known():
            if session.journal.followed:
                session.used = replica.sessions.seconds()
                await session.journal.load()

    async def _report(self) -> None:
        replica, sessions = self._replica, self._replica.sessions
        used = {one.name: one.used for one in sessions.known()}
        report = await replica.log.report(replica.turns.position, used)
        replica.processes = report.processes
        for session in sessions.known():
            session.used = max(session.used, report.used.get(session.name, 0.0))
        if report.leads and not replica.leads:
            await replica.lead()
        replica.leads = report.leads
        for session in sessions.idle() if report.leads else ():
            await replica.keep(session, log.END)
        await replica.images.look(report.leads, report.lowest)
