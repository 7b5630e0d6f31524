"""All that the pages tell, read from the document when it is first asked for."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from ringme_mock.docs.error_table import ErrorRow, TokenError, read_errors, read_token_errors
from ringme_mock.docs.grade import Grade, read_grades
from ringme_mock.docs.grants import Grant, read_grants, read_scopes, token_operation
from ringme_mock.docs.guide import Guide, read_guide
from ringme_mock.docs.operation_entries import OperationEntry, read_operations, resolve
from ringme_mock.docs.places import CONTROL_DOCUMENT
from ringme_mock.docs.report_page import ContractReport
from ringme_mock.docs.rule_entries import Rule, by_area, of_operation, read_rules
from ringme_mock.docs.speed import Speed, read_speed
from ringme_spec.document import read_yaml
from ringme_spec.extensions import ExtensionKey, extension_keys

CHOSEN = "C"


class Material:
    """What templates take from: the document, and all that is derived from it.

    `served` says that a running mock shows the pages, so that links can lead to the mock itself.
    """

    def __init__(
        self, document: dict[str, Any], report: ContractReport | None = None, served: bool = False
    ) -> None:
        self.document = document
        self.report = report
        self.served = served

    @cached_property
    def control(self) -> dict[str, Any] | None:
        """The document of the control interface, if the mock has one."""
        if not CONTROL_DOCUMENT.exists():
            return None
        document: dict[str, Any] = read_yaml(CONTROL_DOCUMENT)
        return document

    @cached_property
    def extensions(self) -> dict[str, tuple[str, list[ExtensionKey]]]:
        """The extensions that the mock reads: description and keys by name."""
        return extension_keys()

    @cached_property
    def operations(self) -> dict[str, OperationEntry]:
        """All operations by id."""
        return read_operations(self.document)

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """All rules."""
        return read_rules(self.document, self.operations)

    @property
    def rules_by_area(self) -> dict[str, list[Rule]]:
        """All rules under their areas."""
        return by_area(self.rules)

    @property
    def chosen_rules_by_area(self) -> dict[str, list[Rule]]:
        """The rules that neither pages nor clients of the service speak of."""
        return by_area(tuple(rule for rule in self.rules if rule.grade == CHOSEN))

    @property
    def chosen_operations(self) -> list[OperationEntry]:
        """The operations that the service may not have: no part of them is of another grade."""
        return [one for one in self.operations.values() if set(one.grades) == {CHOSEN}]

    @property
    def token_operation(self) -> OperationEntry | None:
        """The operation that gives tokens."""
        name = token_operation(self.document)
        return self.operations[name] if name else None

    @property
    def token_rules(self) -> list[Rule]:
        """The rules that name the operation that gives tokens."""
        operation = self.token_operation
        return of_operation(self.rules, operation.id) if operation else []

    @property
    def token_answer(self) -> dict[str, dict[str, Any]]:
        """The keys of the answer with a token, each with its schema."""
        operation = self.token_operation
        if operation is None:
            return {}
        answer = next(node for code, node in operation.responses.items() if code.startswith("2"))
        media = next(iter(answer["content"].values()))
        schema = resolve(self.document, media["schema"])
        properties: dict[str, dict[str, Any]] = schema["properties"]
        return properties

    @cached_property
    def errors(self) -> list[ErrorRow]:
        """The table of errors."""
        return read_errors(self.document, self.operations, self.rules)

    @cached_property
    def token_errors(self) -> list[TokenError]:
        """The words of errors that the token endpoint has."""
        return read_token_errors(self.document, self.operations)

    @cached_property
    def grants(self) -> list[Grant]:
        """How a token is had."""
        return read_grants(self.document)

    @cached_property
    def scopes(self) -> dict[str, str]:
        """The access levels of applications."""
        return read_scopes(self.document)

    @cached_property
    def grades(self) -> dict[str, Grade]:
        """The grades by letter."""
        return read_grades()

    @cached_property
    def guide(self) -> Guide:
        """The guide."""
        return read_guide()

    @cached_property
    def speed(self) -> Speed:
        """What was measured last."""
        return read_speed()

    def rules_with_grade(self, letter: str) -> int:
        """How many rules have a grade."""
        return sum(rule.grade == letter for rule in self.rules)
