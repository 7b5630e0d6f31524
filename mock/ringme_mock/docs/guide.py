"""The guide: steps to run in several languages, and their output."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from ringme_mock.docs.places import CONTENT
from ringme_spec.document import read_yaml


@dataclass(frozen=True)
class Language:
    """A language of the guide; `lexer` is its name for the highlighter."""

    id: str
    name: str
    lexer: str


@dataclass(frozen=True)
class Step:
    """One step: `code` by language, and the JSON that every language prints.

    `varies` names the keys whose values differ from run to run.
    """

    id: str
    title: str
    text: str
    code: dict[str, str]
    answer: str
    varies: tuple[str, ...]

    @property
    def shown_response(self) -> str:
        return json.dumps(json.loads(self.answer), indent=2, ensure_ascii=False)


@dataclass(frozen=True)
class Guide:
    """All steps, in the order in which they must run."""

    url: str
    languages: tuple[Language, ...]
    steps: tuple[Step, ...]


def read_guide() -> Guide:
    content: dict[str, Any] = read_yaml(CONTENT / "guide.yaml")
    languages = tuple(Language(**entry) for entry in content["languages"])
    return Guide(
        url=content["url"],
        languages=languages,
        steps=tuple(
            Step(
                id=entry["id"],
                title=entry["title"],
                text=entry["text"],
                code={language.id: entry[language.id] for language in languages},
                answer=entry["answer"],
                varies=tuple(entry.get("varies", ())),
            )
            for entry in content["steps"]
        ),
    )
