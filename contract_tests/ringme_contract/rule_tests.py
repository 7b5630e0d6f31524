"""The test of the pytest plugin, which is parametrized with the rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ringme_contract.pytest_items import RuleRunner


def test_rule(
    ringme_rule: str, ringme_runner: RuleRunner, record_property: Callable[[str, object], None]
) -> None:
    finding = ringme_runner.finding(ringme_rule)
    ringme_runner.skip_unassessed(finding)
    record_property("ringme_verdict", finding.verdict.value)
    ringme_runner.tell(finding)
