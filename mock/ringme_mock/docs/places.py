"""Paths of the parts of the documentation."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent

PAGES = _HERE / "pages.yaml"
CONTENT = _HERE / "content"
TEMPLATES = _HERE / "templates"
ASSETS = _HERE / "assets"
REDOC = _HERE / "vendor" / "redoc"
CONTROL_DOCUMENT = _HERE.parent / "control" / "control.yaml"
