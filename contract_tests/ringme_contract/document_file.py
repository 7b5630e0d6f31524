"""Where the document is that an implementation is held against, and its content."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import yaml

from ringme_spec.rules import read_rules

_NAME = "openapi.yaml"
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class DocumentError(Exception):
    """A document that is not there or cannot be used, in one line."""


def find_document(path: Path | None = None) -> Path:
    """The path itself, else the document of an installed wheel, else that of the checkout.

    Raises DocumentError if there is none.
    """
    candidates = [path] if path is not None else _usual_places()
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    raise DocumentError(f"{candidates[-1]}: there is no such file; --document names another")


def load_document(path: Path) -> dict[str, Any]:
    """The document in a YAML or JSON file, as plain values. Raises DocumentError."""
    try:
        # Through JSON, so that no two parts of it are the same object and no key is a number.
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - safe
        document = json.loads(json.dumps(content))
    except OSError as error:
        raise DocumentError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise DocumentError(f"{path}: is not text in UTF-8") from None
    except (yaml.YAMLError, TypeError, ValueError) as error:
        raise DocumentError(f"{path}: is not valid YAML: {str(error).splitlines()[0]}") from None
    if not isinstance(document, dict) or not isinstance(document.get("paths"), dict):
        raise DocumentError(f"{path}: is no OpenAPI document: it has no paths")
    try:
        rules = read_rules(document)
    except (KeyError, TypeError) as error:
        raise DocumentError(f"{path}: x-rules: cannot be read: {error}") from None
    if not rules:
        raise DocumentError(f"{path}: has no x-rules, so there is nothing to hold a target to")
    return document


def _usual_places() -> list[Path]:
    # The kit and the mock are installed together, and the document comes with the mock: it is
    # looked up as a file, and nothing of the mock is imported.
    found = importlib.util.find_spec("ringme_spec")
    packages = [Path(place) for place in (found and found.submodule_search_locations) or ()]
    return [
        *(package / "_data" / _NAME for package in packages),
        Path(__file__).resolve().parents[2] / _NAME,
    ]
