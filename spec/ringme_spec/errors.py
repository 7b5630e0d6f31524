"""Errors in files that users provide."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

_MOST_LINES = 20
_MOST_NAMES = 40


class ConfigError(Exception):
    """A document, fixture or option that cannot be used: one line per problem, which names it."""


def read_each(items: Iterable[T], read: Callable[[T], R]) -> list[R]:
    """Read all items. Raises one ConfigError with the problems of all of them."""
    found, problems = [], []
    for item in items:
        try:
            found.append(read(item))
        except ConfigError as error:
            problems += str(error).splitlines()
    raise_all(problems)
    return found


def raise_all(problems: Iterable[str]) -> None:
    """Raise one ConfigError for all problems, if there are any; the first 20 of very many."""
    # Names of keys may contain line breaks.
    lines = list(dict.fromkeys(" ".join(one.splitlines()) for one in problems))
    if len(lines) > _MOST_LINES + 1:
        lines[_MOST_LINES:] = [f"... and {len(lines) - _MOST_LINES} more"]
    if lines:
        raise ConfigError("\n".join(lines))


@contextmanager
def file_errors(path: Path, done: str = "written") -> Iterator[None]:
    """Raise ConfigError if the file or folder cannot be `written`, or `read`."""
    try:
        yield
    except OSError as error:
        raise ConfigError(f"{path}: cannot be {done}: {error.strerror}") from None


def prefixed(prefix: str, error: ConfigError) -> ConfigError:
    """Return the error with a prefix before each line, such as the name of a file."""
    return ConfigError("\n".join(f"{prefix}: {line}" for line in str(error).splitlines()))


def reason_of(error: Exception) -> str:
    """Describe an error that reading a part of the document raised, such as a missing key."""
    if isinstance(error, KeyError):
        return f"{error.args[0]} is missing"
    if isinstance(error, (TypeError, AttributeError)):
        # Their texts are about Python's types, but the cause is a value of another JSON type.
        return "is not valid OpenAPI: a part of it has the wrong type"
    return str(error)


def unknown_key(name: str, known: Iterable[str], what: str = "key") -> str:
    """Describe an unknown key (or other word) with the nearest known one, or with many."""
    near = difflib.get_close_matches(name, known := list(known), 1)
    names = ", ".join(known[:_MOST_NAMES]) + ", ..." * (len(known) > _MOST_NAMES)
    plural = f"{what}es" if what.endswith("s") else f"{what}s"
    hint = f"did you mean {near[0]}?" if near else f"known {plural}: {names}"
    return f"unknown {what} {name[:100]}; {hint}"
