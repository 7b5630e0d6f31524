"""Build of the documentation as a static site: one folder, which works without a server."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from ringme_mock.docs.book import Book
from ringme_mock.docs.material import Material
from ringme_spec.contract import Contract
from ringme_spec.errors import ConfigError

# Marks a folder that a later build may replace.
MARKER = ".ringme-mock-site"
_MARKER_TEXT = "Made by `ringme-mock docs`, which replaces this folder as a whole.\n"


def build_site(folder: Path, contract: Contract, report: Path | None = None) -> list[str]:
    """Write all files of the documentation to a folder, and replace a former site.

    `report` is a folder with a contract report for the site. Returns the names of the pages. Raises
    ConfigError, and leaves the folder as it was, if that fails.
    """
    folder = folder.resolve()
    _check_replaceable(folder)
    book = Book(Material(contract, read_report(report) if report else None))
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as beside:
            new, old = Path(beside, "new"), Path(beside, "old")
            _write(new, book)
            if folder.exists():
                folder.rename(old)
            try:
                new.rename(folder)
            except OSError:
                if old.exists():
                    old.rename(folder)
                raise
    except OSError as error:
        raise ConfigError(f"{folder}: cannot be written: {error.strerror}") from None
    return [page["file"] for page in book.pages]


def read_report(folder: Path) -> dict[str, Any]:
    """Read the folder of `ringme-contract check --report-dir`: its page and values of its JSON.

    Raises ConfigError if there is no report.
    """
    page, values = folder / "report.html", folder / "report.json"
    try:
        found = {"page": page.read_bytes(), "summary": None, "target": None, "started": None}
    except OSError as error:
        raise ConfigError(
            f"{page}: cannot be read: {error.strerror};"
            " ringme-contract check URL --report-dir FOLDER makes a report"
        ) from None
    if not values.exists():
        return found
    try:
        report = json.loads(values.read_text(encoding="utf-8"))
        summary, started = report["summary"]["text"], report["run"]["started"]
        return {**found, "summary": summary, "target": report["target"], "started": started}
    except (OSError, ValueError, KeyError, TypeError):
        raise ConfigError(f"{values}: is not a report of ringme-contract") from None


def _check_replaceable(folder: Path) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        raise ConfigError(f"{folder}: is not a folder")
    if any(folder.iterdir()) and not (folder / MARKER).exists():
        raise ConfigError(
            f"{folder}: has files in it and is not a site that this command made;"
            " name a new or an empty folder"
        )


def _write(folder: Path, book: Book) -> None:
    for name, file in book.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.make())
    (folder / MARKER).write_text(_MARKER_TEXT, encoding="utf-8")
