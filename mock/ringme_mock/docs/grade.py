"""The grade of a statement: how sure it is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ringme_mock.docs.places import CONTENT
from ringme_spec.document import read_yaml

_BRACKETS = re.compile(r"\[([A-Z](?:[ ,][^\]]*)?)\]\s*$")
_LETTER = re.compile(r"\b[A-Z]\b")


@dataclass(frozen=True)
class Grade:
    """A letter of the document with its word and its meaning."""

    letter: str
    word: str
    meaning: str


def read_grades() -> dict[str, Grade]:
    entries = read_yaml(CONTENT / "grades.yaml")
    return {letter: Grade(letter, **entry) for letter, entry in entries.items()}


def grades_of(description: str) -> tuple[str, ...]:
    """Find the letters in brackets at the end: `... [D, id and names C]` has D and C."""
    found = _BRACKETS.search(description)
    return tuple(_LETTER.findall(found.group(1))) if found else ()
