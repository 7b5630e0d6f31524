"""Reads the OpenAPI document that the pages are about."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ringme_spec.contract import Contract
from ringme_spec.document import read_yaml
from ringme_spec.errors import ConfigError


def read_document(path: Path) -> dict[str, Any]:
    """The document of a file. Raises ConfigError for one that the mock could not live by."""
    document = read_yaml(path)
    if not isinstance(document, dict) or not {"openapi", "paths"} <= document.keys():
        raise ConfigError(f"{path}: is not an OpenAPI document: it needs `openapi` and `paths`")
    try:
        return Contract(document).document
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from None
