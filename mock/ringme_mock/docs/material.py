"""Values of the pages, derived from the document on first use."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path
from typing import Any

from ringme_mock.docs.error_table import CONTENT, read_errors, read_token_errors
from ringme_mock.docs.speed import read_speed
from ringme_spec.contract import Contract
from ringme_spec.document import read_yaml
from ringme_spec.extensions import extension_keys
from ringme_spec.operations import Operation

_CONTROL = Path(__file__).parents[1] / "control" / "control.yaml"
_BRACKETS = re.compile(r"\[([A-Z](?:[ ,][^\]]*)?)\]\s*$")
_LETTER = re.compile(r"\b[A-Z]\b")


class Material:
    """The contract, and all that the templates derive from it.

    `report` is a contract report as `read_report` reads it. `served`: a running mock shows the
    pages, so links can lead to the mock itself.
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
        """The operations of which no part has another grade than C."""
        return [one for one in self.operations.values() if set(grades_of(one.description)) == {"C"}]

    @property
    def token_response(self) -> dict[str, dict[str, Any]]:
        """The properties of the response with a token, each with its schema."""
        schema = self.token_operation.success_schema if self.token_operation else None
        return self.contract.schemas.properties(schema) if schema else {}

    @property
    def grants(self) -> dict[str, dict[str, Any]]:
        """The grants of the token operation by grant_type: types of applications, parameters."""
        return self.token_operation.resource["grants"] if self.token_operation else {}

    @property
    def scopes(self) -> dict[str, str]:
        """The descriptions of the access levels of applications."""
        scopes: dict[str, str] = {}
        for scheme in self.document.get("components", {}).get("securitySchemes", {}).values():
            for flow in scheme.get("flows", {}).values():
                scopes |= flow.get("scopes", {})
        return scopes


def grades_of(description: str) -> tuple[str, ...]:
    """Find the letters in brackets at the end: `... [D, id and names C]` has D and C."""
    found = _BRACKETS.search(description)
    return tuple(_LETTER.findall(found.group(1))) if found else ()
