"""A folder of fixtures, whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ringme_contract.capture.list_reader import Entry
from ringme_spec.errors import ConfigError


def check_free(folder: Path) -> None:
    """Raise ConfigError for a folder that is there and not empty."""
    try:
        taken = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    except OSError as error:
        raise ConfigError(f"{folder}: cannot be read: {error.strerror}") from None
    if taken:
        raise ConfigError(f"{folder}: must be an empty folder, or not there yet")


def write_folder(
    unfinished: Path,
    folder: Path,
    entries: Mapping[str, list[Entry]],
    gone: Mapping[str, list[Any]],
) -> None:
    """Write a file for each collection, in a folder that gets its name when it is complete."""
    check_free(folder)
    try:
        unfinished.mkdir(exist_ok=True)
        for name, listed in entries.items():
            text = _fixture(listed, gone.get(name, []))
            (unfinished / f"{name}.yaml").write_text(text, "utf-8")
        folder.parent.mkdir(parents=True, exist_ok=True)
        unfinished.replace(folder)
    except OSError as error:
        raise ConfigError(f"{folder}: cannot be written: {error.strerror}") from None


def _fixture(entries: list[Entry], gone: list[Any]) -> str:
    """Write JSON that is YAML as well, an entry a line."""
    head = f'"gone": {json.dumps(gone)},\n' if gone else ""
    lines = ",\n".join(json.dumps(one) for one in entries)
    return f'{{{head}"entries": [\n{lines}\n]}}\n'
