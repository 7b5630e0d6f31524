"""Links to operations on the page of the API reference."""

from __future__ import annotations

import re

from ringme_spec.operations import Operation


def anchor(operation: Operation) -> str:
    """Make the fragment as Redoc 2 does: operations are below the first of their tags."""
    tags = operation.node.get("tags", [])
    section = f"tag/{re.sub(r'[^A-Za-z0-9_.-]+', '-', tags[0])}/" if tags else ""
    return f"{section}operation/{operation.id}"
