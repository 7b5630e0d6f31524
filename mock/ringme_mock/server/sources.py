"""The files that a mock is made from: document, fixtures, and faults to begin with."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from ringme_mock.app import MockApp, create_app
from ringme_mock.control.fault_file import read_fault_file
from ringme_mock.faults.fault_rule import FaultRule
from ringme_mock.faults.forced_response import ForcedResponses
from ringme_mock.http.sessions import Settings
from ringme_mock.store.fixtures import FILES_FOLDER
from ringme_spec.contract import Contract
from ringme_spec.errors import ConfigError

# Of each file that is there: when it was changed, its length, and which file it is.
Stamp = dict[str, tuple[int, int, int]]


@dataclass(frozen=True)
class Sources:
    """Where the files are. `faults` None: there is no such file."""

    spec: Path
    fixtures: Path
    faults: Path | None = None
    overlays: tuple[Path, ...] = ()
    added_fixtures: tuple[Path, ...] = ()

    def make(self, settings: Settings, control: str) -> MockApp:
        """A mock of what the files hold now.

        Raises ConfigError with one line that names the file and what is wrong in it.
        """
        rules = read_fault_file(self.faults) if self.faults else ()
        app = create_app(
            self.spec,
            self.fixtures,
            settings=replace(settings, faults=rules),
            control=control,
            overlays=self.overlays,
            added_fixtures=self.added_fixtures,
        )
        if rules:
            _check(app.contract, rules, self.faults)
        return app

    def named(self) -> list[Path]:
        """The files and the folder as they were named."""
        return [*self.documents, *self.fixture_folders, *([self.faults] if self.faults else [])]

    @property
    def documents(self) -> tuple[Path, ...]:
        """The document and its overlays."""
        return (self.spec, *self.overlays)

    @property
    def fixture_folders(self) -> tuple[Path, ...]:
        """The folder with the fixtures, and those that add to it."""
        return (self.fixtures, *self.added_fixtures)

    def stamp(self) -> Stamp:
        """Differs from an earlier one when a file was changed, added or removed since."""
        found: Stamp = {}
        for path in self._files():
            try:
                status = path.stat()
            except OSError:
                # It went between the look into its folder and this one.
                continue
            found[str(path)] = (status.st_mtime_ns, status.st_size, status.st_ino)
        return found

    def fixtures_digest(self) -> str:
        """Differs from an earlier one when the fixtures hold something else."""
        digest = hashlib.sha256()
        for folder in self.fixture_folders:
            for path in _files_of(folder):
                try:
                    content = path.read_bytes()
                except OSError:
                    continue
                digest.update(f"{path.relative_to(folder)} {len(content)} ".encode())
                digest.update(content)
        return digest.hexdigest()

    def folders(self) -> list[Path]:
        """Those in which a change of the files shows."""
        wanted = [path.parent for path in self.documents]
        for folder in self.fixture_folders:
            wanted += [folder, folder / FILES_FOLDER]
        if self.faults:
            wanted.append(self.faults.parent)
        return sorted({folder.resolve() for folder in wanted if folder.is_dir()})

    def _files(self) -> Iterator[Path]:
        yield from self.documents
        if self.faults:
            yield self.faults
        for folder in self.fixture_folders:
            yield from _files_of(folder)


def _files_of(folder: Path) -> Iterator[Path]:
    for place in (folder, folder / FILES_FOLDER):
        if place.is_dir():
            yield from sorted(path for path in place.iterdir() if path.is_file())


def _check(contract: Contract, rules: tuple[FaultRule, ...], path: Path | None) -> None:
    """Raises ConfigError for a fault that can never happen."""
    answers = ForcedResponses(contract)
    for number, rule in enumerate(rules, start=1):
        try:
            answers.check_rule(rule)
        except ValueError as error:
            raise ConfigError(f"{path}: fault {number}: {error}") from None
