"""The Containerfile as a list of instructions, stage by stage."""

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
    """One stage: its name if it has one, and its instructions, each a word and what follows."""

    name: str
    instructions: list[tuple[str, str]] = field(default_factory=list)

    def all(self, word: str) -> list[str]:
        """What follows each instruction of a kind."""
        return [rest for one, rest in self.instructions if one == word]

    def variables(self) -> dict[str, str]:
        """What ENV sets."""
        pairs = (part.partition("=") for text in self.all("ENV") for part in shlex.split(text))
        return {name: value for name, _, value in pairs}


def read_stages() -> list[Stage]:
    """The stages of the Containerfile, the last one being what becomes the image."""
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
    """The words of an instruction in its JSON form."""
    found: list[str] = json.loads(text)
    return found
