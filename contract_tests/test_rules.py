"""Each rule of the document against the implementation, by all checks of the kit."""

from ringme_contract.rule_tests import test_rule

__all__ = ["test_rule"]
