"""Writes the reports of a run, and a log of all its exchanges."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path

from ringme_contract.recording import Exchange
from ringme_contract.report.content import badge, json_report
from ringme_contract.report.html import html_page
from ringme_contract.report.junit import junit
from ringme_contract.report.replay import write_scripts
from ringme_contract.run.evaluation import Report
from ringme_contract.verdict import breakdown
from ringme_spec.errors import ConfigError, file_errors, read_each

# Reports by option: the name of the file in a folder of reports, and the function for its text.
FILES: dict[str, tuple[str, Callable[[Report], str]]] = {
    "junit": ("junit.xml", junit),
    "json": ("report.json", json_report),
    "html": ("report.html", html_page),
    "badge": ("badge.json", badge),
}


_Single = Mapping[str, Path | None]


def try_reports(folder: Path | None, single: _Single) -> list[Path]:
    """The paths of all reports. Raises ConfigError if one of them cannot be written."""
    wanted = [path for path, _ in _wanted(folder, single)]
    read_each(wanted, try_path)
    return wanted


def try_path(path: Path) -> None:
    """Raises ConfigError for a file that cannot be written; creates its folder."""
    if path.parent.is_file():
        raise ConfigError(f"{path.parent}: cannot be written: is a file, not a folder")
    with file_errors(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
    with file_errors(path):
        is_new = not path.exists()
        path.open("a", encoding="utf-8").close()
        if is_new:
            path.unlink()


def write_reports(
    report: Report, folder: Path | None, single: _Single, scripts: Path | None = None
) -> list[str]:
    """Writes all reports to a folder, and single ones to their paths.

    A script for each cause goes to `scripts`, by default `replay` in the folder. Returns a line for
    each report that could not be written; the others are complete.
    """
    problems = []
    for path, make in _wanted(folder, single):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # JSON may contain a lone surrogate, which UTF-8 cannot encode.
            path.write_text(make(report), encoding="utf-8", errors="backslashreplace")
        except OSError as error:
            problems.append(_problem(path, error))
        except Exception as error:
            problems.append(f"{path}: {breakdown(error)}")
    scripts = scripts or (folder / "replay" if folder and report.causes else None)
    try:
        if scripts:
            write_scripts(report, scripts)
    except OSError as error:
        problems.append(_problem(scripts or Path(), error))
    return problems


def _wanted(folder: Path | None, single: _Single) -> list[tuple[Path, Callable[[Report], str]]]:
    found = [(folder / file, make) for file, make in FILES.values()] if folder else []
    return found + [(path, FILES[name][1]) for name, path in single.items() if path]


def _problem(path: Path, error: OSError) -> str:
    return f"{path}: cannot be written: {error.strerror}"


@contextmanager
def exchange_log(
    path: Path | None, problems: list[str]
) -> Iterator[Callable[[Exchange], None] | None]:
    """A function that logs exchanges as lines of JSON, secrets masked; None without a path.

    The first error of writing is added to `problems`. Raises ConfigError.
    """
    if path is None:
        yield None
        return
    lock, names = threading.Lock(), [one.name for one in fields(Exchange)]

    def write(exchange: Exchange) -> None:
        line = json.dumps({name: getattr(exchange, name) for name in names})
        with lock, noted():
            if not problems:
                file.write(f"{line}\n")

    @contextmanager
    def noted() -> Iterator[None]:
        try:
            yield
        except OSError as error:
            problems[:] = [_problem(path, error)]

    with file_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("w", encoding="ascii")
    try:
        yield write
    finally:
        with noted():
            file.close()
