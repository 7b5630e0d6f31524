"""Each rule of the document against the implementation, with all checks of the kit."""

from ringme_contract.rule_tests import test_rule

__all__ = ["test_rule"]
