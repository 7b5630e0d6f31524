"""All that reports tell of a run."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property

from ringme_contract.profiles import SMOKE
from ringme_contract.run.causes import Cause, find_causes
from ringme_contract.run.engine import RunResult
from ringme_contract.run.evaluation import ExitCode, RuleFinding, summary
from ringme_contract.target import Target
from ringme_contract.verdict import Verdict
from ringme_spec.contract import Contract


@dataclass
class Report:
    """All that reports tell of a run."""

    target: Target
    contract: Contract
    result: RunResult
    findings: list[RuleFinding]
    code: ExitCode
    seed: int = 0
    shuffle: int | None = None
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    notes: list[str] = field(default_factory=list)
    again: str = "ringme-contract check"
    docs: str = ""

    @property
    def summary(self) -> str:
        """The verdict in one line; that of a smoke run says that it is no more than that."""
        text = summary(self.findings)
        smoke = self.target.profile == SMOKE
        return f"smoke run, no claim of conformance: {text}" if smoke else text

    @cached_property
    def causes(self) -> list[Cause]:
        """Causes of the failures that nobody expected, those of a MUST first."""
        states = (Verdict.FAIL.value, Verdict.WARN.value)
        broken = [one for one in self.findings if one.state in states]
        found = find_causes(outcome for one in broken for outcome in one.failures)
        return sorted(found, key=lambda cause: self.state_of(cause) != Verdict.FAIL.value)

    def state_of(self, cause: Cause) -> str:
        """`fail`, or `warn` if no rule that the cause breaks is a MUST."""
        states = {one.rule.id: one.state for one in self.findings}
        fails = any(states[name] == Verdict.FAIL.value for name in cause.rules)
        return Verdict.FAIL.value if fails else Verdict.WARN.value
