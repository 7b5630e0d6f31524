"""Tables of errors, from the document's responses and content/errors.yaml."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from ringme_mock.docs.places import CONTENT
from ringme_spec.contract import Contract
from ringme_spec.document import read_yaml
from ringme_spec.operations import Operation
from ringme_spec.rules import Rule


@dataclass(frozen=True)
class ErrorRow:
    """One kind of error: its HTTP status, its error code if any, and its operations."""

    code: str
    word: str | None
    meaning: str
    rule: Rule | None
    operations: tuple[Operation, ...]

    @property
    def anchor(self) -> str:
        return self.word or f"code-{self.code}"


@dataclass(frozen=True)
class TokenError:
    """One error code of the token endpoint, and its HTTP statuses."""

    word: str
    codes: tuple[str, ...]
    meaning: str


def error_texts() -> dict[str, Any]:
    """Read content/errors.yaml: names of properties, and meanings of errors."""
    texts: dict[str, Any] = read_yaml(CONTENT / "errors.yaml")
    return texts


def read_errors(contract: Contract) -> list[ErrorRow]:
    """Read all errors of the API, by status and then in the order of content/errors.yaml.

    An error that is missing there gets the description of its response.
    """
    texts = error_texts()
    found = _found_in_responses(contract, texts)
    rows = []
    for entry in texts["errors"]:
        code, word = str(entry["code"]), entry.get("word")
        beside = ErrorRow(code, word, "", None, ()) if entry.get("beside_operations") else None
        row = found.pop((code, word), beside)
        if row is not None:
            rows.append(
                replace(row, meaning=entry["meaning"], rule=contract.rules.get(entry["rule"]))
            )
    rows += found.values()
    return sorted(rows, key=lambda row: row.code)


def read_token_errors(contract: Contract) -> list[TokenError]:
    """Read the error codes of the token endpoint, in the order of the document.

    Its errors share one schema for all statuses, so these come from content/errors.yaml.
    """
    texts = error_texts()
    words: dict[str, TokenError] = {}
    for _, _, response in _error_responses(contract):
        for word in _words(contract, response, texts["token_word_property"]):
            text = texts["token_errors"].get(word, {"codes": [], "meaning": ""})
            words[word] = TokenError(word, tuple(map(str, text["codes"])), text["meaning"])
    return list(words.values())


def _found_in_responses(
    contract: Contract, texts: dict[str, Any]
) -> dict[tuple[str, str | None], ErrorRow]:
    found: dict[tuple[str, str | None], ErrorRow] = {}
    for operation, code, response in _error_responses(contract):
        if _words(contract, response, texts["token_word_property"]):
            continue
        words: list[str | None] = [*_words(contract, response, texts["word_property"])]
        for word in words or [None]:
            row = found.get((code, word)) or ErrorRow(
                code, word, response.get("description", ""), None, ()
            )
            found[code, word] = replace(row, operations=(*row.operations, operation))
    return found


def _error_responses(
    contract: Contract,
) -> Iterator[tuple[Operation, str, dict[str, Any]]]:
    for operation in contract.operations.values():
        for code, response in operation.responses.items():
            if code.startswith(("4", "5")):
                yield operation, code, response


def _words(contract: Contract, response: dict[str, Any], name: str) -> list[str]:
    """List the values that a property of a response can have."""
    found: list[str] = []
    for media in response.get("content", {}).values():
        schema = contract.schemas.resolve(media.get("schema", {}))
        for part in (schema, *schema.get("allOf", [])):
            properties = contract.schemas.resolve(part).get("properties", {})
            found += properties.get(name, {}).get("enum", [])
    return found
