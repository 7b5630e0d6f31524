"""State that is kept in a file: opened, compared with what is served, and replayed."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from ringme_mock.app import MockApp
from ringme_mock.command_log.file_recorder import FileRecorder
from ringme_mock.command_log.identity import check_identity, identity
from ringme_mock.command_log.log_file import LogFile
from ringme_mock.command_log.log_replay import Replayed, replay
from ringme_mock.http.sessions import Settings
from ringme_mock.server.sources import Sources

_MADE = "made"


@dataclass
class KeptState:
    """A mock whose state is kept, and what was replayed."""

    app: MockApp
    file: LogFile
    replayed: Replayed

    def go_on(self) -> None:
        """Let calls in progress go on by themselves, in the running event loop."""
        for session in self.app.sessions.known():
            session.calls.settle()

    @property
    def note(self) -> str:
        done = self.replayed
        again = f"; {done.commands} changes were replayed in {done.seconds:.2f} s"
        return f"The state is kept in {self.file.path}{again if done.commands else ''}."


def resume(
    path: Path, waits: bool, sources: Sources, settings: Settings, control: str
) -> KeptState:
    """Make a mock with the state of a file, which keeps what it does from now on.

    With `waits`, it does so on the disk before each response.
    Raises ConfigError for a file that cannot be used, or belongs to other sources.
    """
    file = LogFile(path, waits)
    try:
        about = file.about()
        recorder = FileRecorder(file)
        # The fixtures of today are those of the day on which the state was made.
        made = float(about.get(_MADE) or time.time())
        recorder.applying.resting = made
        app = sources.make(settings, control, recorder)
        options = {
            "faults file": sources.faults_digest(),
            "--max-entries": settings.max_entries,
            "--today": settings.today,
        }
        wanted = identity(app.contract.document, sources.fixtures_digest(), options)
        if about:
            check_identity(path, about, wanted)
        else:
            file.describe({**wanted, _MADE: repr(made)})
        return KeptState(app, file, replay(app, recorder))
    except BaseException:
        file.close()
        raise
