"""Values of the pages, derived from the document on first use."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from ringme_spec.contract import Contract
from ringme_spec.document import read_yaml
from ringme_spec.errors import ConfigError
from ringme_spec.extensions import extension_keys
from ringme_spec.operations import Operation
from ringme_spec.paths import SPEC

CONTENT = Path(__file__).parent / "content"
# An error: `code`, `word` if any, `meaning`, `rule`, and its `operations`.
Row = dict[str, Any]
_CONTROL = Path(__file__).parents[1] / "control" / "control.yaml"
_BRACKETS = re.compile(r"\[([A-Z](?:[ ,][^\]]*)?)\]\s*$")
_LETTER = re.compile(r"\b[A-Z]\b")
RESULTS = SPEC.parent / "bench" / "results"
# Files that `bench/` writes; the value of a missing one is None.
_FILES = ("compare", "peers", "growth", "load", "soak", "fuzz")


def error_texts() -> dict[str, Any]:
    """Read content/errors.yaml: names of properties, and meanings of errors."""
    texts: dict[str, Any] = read_yaml(CONTENT / "errors.yaml")
    return texts


def read_errors(contract: Contract) -> list[Row]:
    """Collect all errors of the API, by status and then in the order of content/errors.yaml.

    An error that is missing there gets the description of its response.
    """
    texts = error_texts()
    found: dict[tuple[str, str | None], Row] = {}
    for operation, code, response in _error_responses(contract):
        if _words(contract, response, texts["token_word_property"]):
            continue
        for word in _words(contract, response, texts["word_property"]) or [None]:
            row = _row(code, word, response.get("description", ""))
            found.setdefault((code, word), row)["operations"].append(operation)
    rows = []
    for entry in texts["errors"]:
        code, word = str(entry["code"]), entry.get("word")
        if (code, word) in found or entry.get("beside_operations"):
            row = found.pop((code, word), _row(code, word, ""))
            rule = contract.rules.get(entry["rule"])
            rows.append({**row, "meaning": entry["meaning"], "rule": rule})
    return sorted([*rows, *found.values()], key=lambda row: str(row["code"]))


def read_token_errors(contract: Contract) -> list[Row]:
    """Collect the error codes of the token endpoint, in the order of the document.

    They share one schema, so their statuses come from content/errors.yaml.
    """
    texts = error_texts()
    rows: dict[str, Row] = {}
    for _, _, response in _error_responses(contract):
        for word in _words(contract, response, texts["token_word_property"]):
            text = texts["token_errors"].get(word, {"codes": [], "meaning": ""})
            rows[word] = {"word": word, **text}
    return list(rows.values())


def _row(code: str, word: str | None, meaning: str) -> Row:
    row: Row = {"code": code, "word": word, "meaning": meaning, "rule": None, "operations": []}
    return {**row, "anchor": word or f"code-{code}"}


def _error_responses(
    contract: Contract,
) -> Iterator[tuple[Operation, str, dict[str, Any]]]:
    for operation in contract.operations.values():
        for code, response in operation.responses.items():
            if code.startswith(("4", "5")):
                yield operation, code, response


def _words(contract: Contract, response: dict[str, Any], name: str) -> list[Any]:
    """List the values that a property of a response can have."""
    found: list[Any] = []
    for media in response.get("content", {}).values():
        schema = contract.schemas.resolve(media.get("schema", {}))
        for part in (schema, *schema.get("allOf", [])):
            properties = contract.schemas.resolve(part).get("properties", {})
            found += properties.get(name, {}).get("enum", [])
    return found


class Material:
    """Contract, and everything that the templates derive from it.

    `report` is the result of `read_report`. `served` means that a running mock shows the pages, so
    that links can lead to the mock itself.
    """

    def __init__(
        self, contract: Contract, report: dict[str, Any] | None = None, served: bool = False
    ) -> None:
        self.contract = contract
        self.document = contract.document
        self.operations = contract.operations
        self.rules = tuple(contract.rules.values())
        self.token_operation = contract.token_operation
        self.report = report
        self.served = served

    extensions = cached_property(lambda self: extension_keys())
    errors = cached_property(lambda self: read_errors(self.contract))
    token_errors = cached_property(lambda self: read_token_errors(self.contract))
    grades = cached_property(lambda self: read_yaml(CONTENT / "grades.yaml"))
    guide = cached_property(lambda self: read_yaml(CONTENT / "guide.yaml"))
    speed = cached_property(lambda self: read_speed())
    control = cached_property(lambda self: read_yaml(_CONTROL))

    @property
    def chosen_operations(self) -> list[Operation]:
        """Operations with the grade C alone."""
        return [one for one in self.operations.values() if set(grades_of(one.description)) == {"C"}]

    @property
    def token_response(self) -> dict[str, dict[str, Any]]:
        """Properties of the response with a token, each with its schema."""
        schema = self.token_operation.success_schema if self.token_operation else None
        return self.contract.schemas.properties(schema) if schema else {}

    @property
    def grants(self) -> dict[str, dict[str, Any]]:
        """Grants of the token operation by grant_type: types of applications, parameters."""
        return self.token_operation.resource["grants"] if self.token_operation else {}

    @property
    def scopes(self) -> dict[str, str]:
        """Descriptions of the access levels of applications."""
        scopes: dict[str, str] = {}
        for scheme in self.document.get("components", {}).get("securitySchemes", {}).values():
            for flow in scheme.get("flows", {}).values():
                scopes |= flow.get("scopes", {})
        return scopes


def grades_of(description: str) -> tuple[str, ...]:
    """Find the letters in brackets at the end: `... [D, id and names C]` has D and C."""
    found = _BRACKETS.search(description)
    return tuple(_LETTER.findall(found.group(1))) if found else ()


def read_speed(folder: Path = RESULTS) -> dict[str, Any]:
    """Read the results in a folder. Raises ConfigError for an invalid file."""
    return {name: _read(folder / f"{name}.json") for name in _FILES}


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(found, dict) or "conditions" not in found:
            raise ValueError
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        raise ConfigError(f"{path}: is not a result of make bench") from None
    return found
