"""Tables of errors, from the document's responses and content/errors.yaml."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ringme_spec.contract import Contract
from ringme_spec.document import read_yaml
from ringme_spec.operations import Operation

CONTENT = Path(__file__).parent / "content"
# A kind of error: `code`, `word` if any, `meaning`, `rule`, and the `operations` that have it.
Row = dict[str, Any]


def error_texts() -> dict[str, Any]:
    """Read content/errors.yaml: names of properties, and meanings of errors."""
    texts: dict[str, Any] = read_yaml(CONTENT / "errors.yaml")
    return texts


def read_errors(contract: Contract) -> list[Row]:
    """Read all errors of the API, by status and then in the order of content/errors.yaml.

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
    """Read the error codes of the token endpoint, in the order of the document.

    Its errors share one schema for all statuses, so these come from content/errors.yaml.
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
