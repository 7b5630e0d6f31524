"""Files of the distribution: the OpenAPI document, the fixtures of the mock, examples."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent
_INSTALLED = _PACKAGE / "_data"
# A checkout has them at its top, where people look for them; a wheel has copies.
_ROOT = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent.parent

SPEC = _ROOT / "openapi.yaml"
FIXTURES = _ROOT / "fixtures"
EXAMPLES = _ROOT / "docs" / "examples"
