"""Instructions of the Containerfile, by stage."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CONTAINERFILE = ROOT / "Containerfile"


@dataclass
class Stage:
    """Stage of the Containerfile: name, if any, and instructions as (keyword, arguments)."""

    name: str
    instructions: list[tuple[str, str]] = field(default_factory=list)

    def all(self, word: str) -> list[str]:
        """Return the arguments of each instruction with a keyword."""
        return [rest for one, rest in self.instructions if one == word]

    def variables(self) -> dict[str, str]:
        """Return the variables that ENV sets."""
        pairs = (part.partition("=") for text in self.all("ENV") for part in shlex.split(text))
        return {name: value for name, _, value in pairs}


def read_stages() -> list[Stage]:
    """Return the stages of the Containerfile; the last one becomes the image."""
    text = re.sub(r"^\s*#.*\n", "", CONTAINERFILE.read_text("utf-8"), flags=re.MULTILINE)
    stages: list[Stage] = []
    for line in text.replace("\\\n", " ").splitlines():
        word, _, rest = line.strip().partition(" ")
        if word == "FROM":
            stages.append(Stage(rest.partition(" AS ")[2]))
        elif word and stages:
            stages[-1].instructions.append((word, " ".join(rest.split())))
    return stages


def words(text: str) -> list[str]:
    """Return the words of an instruction in JSON form."""
    found: list[str] = json.loads(text)
    return found
