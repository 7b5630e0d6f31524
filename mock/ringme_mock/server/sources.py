"""Files of a mock: document, overlays, fixtures and faults."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ringme_mock.app import MockApp, create_app
from ringme_mock.control.fault_file import read_fault_file
from ringme_mock.faults.fault_rule import FaultRule
from ringme_mock.faults.forced_response import ForcedResponses
from ringme_mock.http.sessions import Settings
from ringme_mock.store.fixtures import FILES_FOLDER
from ringme_spec.contract import Contract
from ringme_spec.errors import ConfigError, read_each

if TYPE_CHECKING:
    from ringme_mock.command_log.replica import Replica

# Time of change, length and inode of each file.
Stamp = dict[str, tuple[int, int, int]]


@dataclass(frozen=True)
class Sources:
    spec: Path
    fixtures: Path
    faults: Path | None = None
    overlays: tuple[Path, ...] = ()
    added_fixtures: tuple[Path, ...] = ()

    def make(self, settings: Settings, control: str, recorder: Replica | None = None) -> MockApp:
        """Make a mock of the files. Raises ConfigError that names the file and its error."""
        rules = read_fault_file(self.faults) if self.faults else ()
        app = create_app(
            self.spec,
            self.fixtures,
            settings=replace(settings, faults=rules),
            control=control,
            overlays=self.overlays,
            added_fixtures=self.added_fixtures,
            recorder=recorder,
        )
        if rules:
            _check(app.contract, rules, self.faults)
        return app

    def named(self) -> list[Path]:
        return [*self.documents, *self.fixture_folders, *([self.faults] if self.faults else [])]

    @property
    def documents(self) -> tuple[Path, ...]:
        return (self.spec, *self.overlays)

    @property
    def fixture_folders(self) -> tuple[Path, ...]:
        return (self.fixtures, *self.added_fixtures)

    def stamp(self) -> Stamp:
        """Return a value that changes if a file is changed, added or removed."""
        found: Stamp = {}
        for path in self._files():
            try:
                status = path.stat()
            except OSError:
                # It was removed after its folder was read.
                continue
            found[str(path)] = (status.st_mtime_ns, status.st_size, status.st_ino)
        return found

    def fixtures_digest(self) -> str:
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

    def faults_digest(self) -> str:
        return hashlib.sha256(self.faults.read_bytes()).hexdigest() if self.faults else ""

    def folders(self) -> list[Path]:
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
    for one in (folder, folder / FILES_FOLDER):
        if one.is_dir():
            yield from sorted(path for path in one.iterdir() if path.is_file())


def _check(contract: Contract, rules: tuple[FaultRule, ...], path: Path | None) -> None:
    """Raise ConfigError for faults that can never happen."""
    forced = ForcedResponses(contract)

    def check(numbered: tuple[int, FaultRule]) -> None:
        number, rule = numbered
        try:
            forced.check_rule(rule)
        except ValueError as error:
            raise ConfigError(f"{path}: fault {number}: {error}") from None

    read_each(enumerate(rules, start=1), check)
