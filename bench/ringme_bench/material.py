"""What the servers of a comparison answer with: the same entries, taken from the mock."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Material:
    """An extension, a page of them, and a group as POST answers with it."""

    extension: dict[str, Any]
    extensions: list[dict[str, Any]]
    group: dict[str, Any]

    def write(self, path: Path) -> None:
        """Keeps it for the servers."""
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Material:
        """What was kept."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))
