"""Reads the OpenAPI document that the pages are about."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ringme_mock.contract import Contract
from ringme_mock.document import read_yaml
from ringme_mock.errors import StartError


def read_document(path: Path) -> dict[str, Any]:
    """The document of a file. Raises StartError for one that the mock could not live by."""
    document = read_yaml(path)
    if not isinstance(document, dict) or not {"openapi", "paths"} <= document.keys():
        raise StartError(f"{path}: is not an OpenAPI document: it needs `openapi` and `paths`")
    try:
        return Contract(document).document
    except StartError as error:
        raise StartError(f"{path}: {error}") from None
