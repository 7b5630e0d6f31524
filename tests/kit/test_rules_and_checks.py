"""Every rule of the document has a check, and every check a rule."""

from __future__ import annotations

from ringme_contract.check import LAYERS, all_checks
from ringme_contract.proof.trial import contract
from ringme_spec.document import read_yaml
from ringme_spec.paths import SPEC
from ringme_spec.rules import read_rules


def test_every_rule_has_a_check_and_every_check_a_rule() -> None:
    rules = read_rules(read_yaml(SPEC))
    checked = {one.rule for one in all_checks(contract())}
    assert set(rules) - {one.of for one in rules.values()} <= checked <= set(rules)


def test_every_layer_has_checks_and_every_check_has_a_docstring() -> None:
    checks = all_checks(contract())
    assert {one.layer for one in checks} == set(LAYERS)
    assert all(one.function.__doc__ for one in checks)


def test_every_rule_names_operations_of_the_document() -> None:
    document = read_yaml(SPEC)
    known = {
        operation["operationId"]
        for item in document["paths"].values()
        for operation in item.values()
    }
    for rule in read_rules(document).values():
        assert set(rule.operations) <= {"*", *known}, rule.id
