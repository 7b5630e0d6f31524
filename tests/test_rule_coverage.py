"""Every rule of the document has a test, and every test names rules of the document."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from ringme_spec.document import read_yaml
from ringme_spec.paths import SPEC

TESTS = Path(__file__).parent
# What no single test can hold: the kit looks at every answer, and at random sequences.
HELD_BY_THE_KIT = {"conforms", "sequences"}


def marked_rules() -> Iterator[str]:
    """The rules that tests say they hold, by `pytest.mark.rule`."""
    for path in TESTS.rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.rule":
                for argument in node.args:
                    if isinstance(argument, ast.Constant):
                        yield str(argument.value)


def test_every_rule_of_the_document_has_a_test_and_every_test_a_known_rule() -> None:
    known = [rule["id"] for rule in read_yaml(SPEC)["x-rules"]]
    assert set(known) == set(marked_rules()) | HELD_BY_THE_KIT
    assert len(known) == len(set(known))
