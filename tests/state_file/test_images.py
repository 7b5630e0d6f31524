"""Images in a state file: an incomplete one does no harm after a kill."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from ringme_mock.command_log import file_log
from ringme_mock.http.image import Image
from state_file.persistent_mock import PersistentMock, persistent_mock

WRITING, WRITTEN, DROPPING, DROPPED = "writing", "written", "dropping", "dropped"
COUNT = 10


class SimulatedKill(Exception):
    """A simulated kill."""


def keep_image(mock: PersistentMock, until: str) -> None:
    """Write an image of all sessions into the file, up to a simulated kill."""
    file, number = mock.file, mock.file.latest
    all_pieces = list(Image(mock.app.sessions).pieces())

    async def pieces() -> AsyncIterator[bytes]:
        for piece in all_pieces[:-1]:
            yield piece
        if until == WRITING:
            raise SimulatedKill
        yield all_pieces[-1]

    async def pause(_: float) -> None:
        if until == DROPPING:
            raise SimulatedKill

    async def keep() -> None:
        await file.keep_image(number, pieces())
        if until in (DROPPING, DROPPED):
            await file.drop_before(number)

    with pytest.MonkeyPatch.context() as patch, suppress(SimulatedKill):
        patch.setattr(file_log, "_AT_ONCE", COUNT)
        patch.setattr(asyncio, "sleep", pause)
        asyncio.run(keep())


@pytest.mark.parametrize("moment", [WRITING, WRITTEN, DROPPING, DROPPED])
def test_kill_while_an_image_is_written_loses_nothing(moment: str, tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    with persistent_mock(path) as mock:
        token = mock.token("client-admin")["access_token"]
        first = mock.add_group(token, "first")["id"]
        mock.control("PUT", "snapshots/one")
        for _ in range(2):
            # More commands than are dropped in one step.
            mock.control("POST", "bulk", {"client": 12, "groups": 3})
            for number in range(COUNT):
                mock.control("PUT", "callback-course", {"rings": number % 9})
        keep_image(mock, moment)
        mock.add_group(token, "last")
        before = mock.view()
    with persistent_mock(path) as mock:
        assert mock.view() == before
        assert mock.add_group(token, "next")["id"] == first + 8
        replayed = mock.commands
        keep_image(mock, DROPPED)
        assert mock.file.entries()[0].last == mock.file.latest
    if moment == WRITING:
        assert replayed > 2 * COUNT
    else:
        assert replayed == 1
    with persistent_mock(path) as mock:
        assert mock.commands == 0
        assert asyncio.run(mock.file.image(asyncio.run(mock.file.latest_image())))
