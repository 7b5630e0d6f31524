"""The files of docs/examples: shown on pages, and to download."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ringme_spec.paths import EXAMPLES

# A line of Markdown that stands for a file, such as [[vitest/groups.ts]].
_SHOWN = re.compile(r"^\[\[([\w./-]+\.(\w+))\]\]$", re.MULTILINE)
# What an editor or a run may leave beside them.
LEFT = ("__pycache__", "node_modules", "test-results")


def published_examples() -> Iterator[tuple[str, Path]]:
    """Name the files to download. Pages are not among them: they would be pages of the site."""
    for path in sorted(EXAMPLES.rglob("*")):
        name = path.relative_to(EXAMPLES)
        if path.is_file() and path.suffix != ".html" and not set(LEFT) & set(name.parts):
            yield name.as_posix(), path


def with_examples(text: str) -> str:
    """Put files into Markdown, each below its name, where a line stands for one."""

    def shown(found: re.Match[str]) -> str:
        content = (EXAMPLES / found[1]).read_text(encoding="utf-8")
        return f"### `{found[1]}`\n\n````{found[2]}\n{content}````"

    return _SHOWN.sub(shown, text)
