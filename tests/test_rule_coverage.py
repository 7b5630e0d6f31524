"""Tests name rules of the document; that each rule has a check is held in tests/kit."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from ringme_spec.document import read_yaml
from ringme_spec.paths import SPEC

TESTS = Path(__file__).parent


def marked_rules() -> Iterator[str]:
    """The rules that tests say they hold, by `pytest.mark.rule`."""
    for path in TESTS.rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.rule":
                for argument in node.args:
                    if isinstance(argument, ast.Constant):
                        yield str(argument.value)


def test_no_test_names_a_rule_that_the_document_does_not_have() -> None:
    known = [rule["id"] for rule in read_yaml(SPEC)["x-rules"]]
    assert set(marked_rules()) <= set(known)
    assert len(known) == len(set(known))
