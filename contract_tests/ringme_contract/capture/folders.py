"""Folders of a capture: saved responses, with which it can be resumed, and the fixtures."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ringme_contract.capture.listings import Entry
from ringme_spec.errors import ConfigError, file_errors

_HEADER = "capture.json"


class SavedResponses:
    """A folder with one file for each response, which other users cannot read.

    `about` identifies the capture: a folder of another one is refused.
    """

    def __init__(self, folder: Path, about: dict[str, Any]) -> None:
        self.folder = folder
        with file_errors(folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.resumed = self._is_begun(about)

    def _is_begun(self, about: dict[str, Any]) -> bool:
        header = self.folder / _HEADER
        if header.is_file():
            if _read(header) == about:
                return True
            raise ConfigError(
                f"{self.folder}: contains an unfinished capture of another URL, range or document;"
                " remove that folder to start again"
            )
        if any(self.folder.iterdir()):
            raise ConfigError(f"{self.folder}: already exists; remove it or choose another --out")
        _write(header, about)
        return False

    def get(self, path: str, query: dict[str, Any], request: Callable[[], Any]) -> Any:
        """Return the saved response, or call `request` and save its result."""
        name = hashlib.sha256(json.dumps([path, query]).encode()).hexdigest()
        file = self.folder / f"{name}.json"
        if file.is_file():
            return _read(file)
        found = request()
        _write(file, found)
        return found

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        raise ConfigError(f"{file}: cannot be read; remove its folder to start again") from None


def _write(file: Path, content: Any) -> None:
    """Write a file whole or not at all."""
    with file_errors(file):
        unfinished = file.with_suffix(".tmp")
        unfinished.write_text(json.dumps(content, ensure_ascii=True), "utf-8")
        unfinished.replace(file)


def check_free(folder: Path) -> None:
    """Raise ConfigError if a folder exists and is not empty."""
    with file_errors(folder, "read"):
        taken = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    if taken:
        raise ConfigError(f"{folder}: must be empty, or not exist yet")


def write_folder(
    unfinished: Path,
    folder: Path,
    entries: Mapping[str, list[Entry]],
    gone: Mapping[str, list[Any]],
) -> None:
    """Write a file for each collection; the folder gets its name once it is complete."""
    check_free(folder)
    with file_errors(folder):
        unfinished.mkdir(exist_ok=True)
        for name, listed in entries.items():
            text = _fixture(listed, gone.get(name, []))
            (unfinished / f"{name}.yaml").write_text(text, "utf-8")
        folder.parent.mkdir(parents=True, exist_ok=True)
        unfinished.replace(folder)


def _fixture(entries: list[Entry], gone: list[Any]) -> str:
    """Format as JSON, which is also YAML, with an entry on each line."""
    head = f'"gone": {json.dumps(gone)},\n' if gone else ""
    lines = ",\n".join(json.dumps(one) for one in entries)
    return f'{{{head}"entries": [\n{lines}\n]}}\n'
