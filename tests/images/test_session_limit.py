"""Limit of sessions if several processes serve one state."""

from __future__ import annotations

import asyncio

from images.local_replicas import LocalReplica, token_of
from images.memory_log import LogContents
from ringme_mock.http.sessions import Settings
from support.server import TRUSTED


def test_next_session_evicts_all_beyond_the_limit_that_began_at_the_same_time() -> None:
    async def scenario() -> None:
        contents = LogContents()
        replicas = [await LocalReplica(contents, member).start() for member in (0, 1)]
        for one in replicas:
            one.sessions.settings = Settings(max_sessions=3)
        began = [
            token_of(one, TRUSTED, f"/s/{name}{number}")
            for number, one in enumerate(replicas)
            for name in "abc"
        ]
        await asyncio.gather(*began)
        await token_of(replicas[0], TRUSTED, "/s/last")
        for one in replicas:
            await one.catch_up()
            names = [session.name for session in one.sessions.known()]
            assert len(names) == 3
            assert "last" in names
            one.stop()

    asyncio.run(scenario())
