"""A Hypothesis state machine that drives target and model, and the search for a short failure."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.http.no_response import Unreachable
from ringme_contract.model.reference_model import ReferenceModel, Step, kinds
from ringme_contract.verdict import Failure, NotReached

SEQUENCES = 7
LENGTH = 14
_REPLAYS = 60
_NUMBER = st.integers(0, 11)


@check("sequences", needs=("client", "other_client"), smoke=True)
def lists_equal_a_plain_model_after_every_step(kit: CheckContext) -> None:
    """Random sequences over groups, numbers, users and calls of two clients."""
    failed = _search(kit)
    if failed is None:
        return
    steps, failure = _shorten(kit, *failed)
    failure.message += f" (after {' ; '.join(map(str, steps))})"
    raise failure


class _Found(Exception):
    """Ends a run of Hypothesis once a sequence has failed; what it is stands beside."""


def _search(kit: CheckContext) -> tuple[list[Step], Failure] | None:
    """The first sequence that fails, and how; None if none does."""
    found: list[tuple[list[Step], Failure]] = []
    stopped: list[Exception] = []

    class Machine(RuleBasedStateMachine):
        """Each step goes to the target and the model; then all lists are compared."""

        def __init__(self) -> None:
            super().__init__()
            self.model = ReferenceModel(kit)
            self.steps: list[Step] = []

        @rule(kind=st.sampled_from(_weighted(kinds())), who=_NUMBER, which=_NUMBER, what=_NUMBER)
        def any_step(self, kind: str, who: int, which: int, what: int) -> None:
            self.take(Step(kind, who, which, what))

        @initialize(who=_NUMBER)
        def begin(self, who: int) -> None:
            """A group with a number and a user, so that no sequence works on nothing."""
            for kind in ("create_group", "create_number", "create_user"):
                self.take(Step(kind, who, 1, 0))

        def take(self, step: Step) -> None:
            self.steps.append(step)
            with self.noted():
                self.model.do(step)
                self.model.compare(step)

        @contextmanager
        def noted(self) -> Iterator[None]:
            """Notes what is wrong.

            Hypothesis would take a target that responds otherwise the second time for a flaw of the
            test; the first failure is what counts.
            """
            try:
                yield
            except Failure as failure:
                found.append((list(self.steps), failure))
                raise _Found from None
            except (NotReached, Unreachable) as error:
                stopped.append(error)
                raise

        def teardown(self) -> None:
            try:
                if not (found or stopped):
                    with self.noted():
                        self.model.compare()
            finally:
                self.model.restore()

    try:
        sequences = kit.profile.times(SEQUENCES)
        run_state_machine_as_test(seed(kit.seed)(Machine), settings=_settings(sequences))
    except KeyboardInterrupt:
        raise
    except BaseException:
        if stopped:
            raise stopped[0] from None
        if not found:
            raise
    return found[0] if found else None


def _weighted(names: list[str]) -> list[str]:
    """Making things comes more often than deleting them, or sequences end up with nothing."""
    often = {"create_group": 3, "place_number": 3, "create_number": 2, "create_user": 2}
    return [name for name in names for _ in range(often.get(name, 1))]


def _settings(sequences: int) -> settings:
    return settings(
        max_examples=sequences,
        # One sequence alone need not be long.
        stateful_step_count=LENGTH if sequences > 1 else LENGTH // 2,
        deadline=None,
        database=None,
        # A changing target makes Hypothesis' own shrinking meaningless: see `_shorten`.
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        print_blob=False,
    )


def _shorten(kit: CheckContext, steps: list[Step], failure: Failure) -> tuple[list[Step], Failure]:
    """The shortest sequence that still fails, found by leaving out parts, large ones first.

    Begins again as long as that helps: without one step another may have become needless.
    """
    left, before = _REPLAYS, len(steps) + 1
    while len(steps) < before and left > 0:
        before = len(steps)
        for size in (8, 4, 2, 1):
            start = 0
            while start < len(steps) and left > 0:
                attempt = steps[:start] + steps[start + size :]
                again = _replay(kit, attempt) if attempt else None
                left -= 1
                if again is None:
                    start += 1
                else:
                    steps, failure = attempt[: again[0]], again[1]
    return steps, failure


def _replay(kit: CheckContext, steps: list[Step]) -> tuple[int, Failure] | None:
    """The number of steps until a sequence fails, and the failure; None if it does not."""
    model = ReferenceModel(kit)
    try:
        for count, step in enumerate(steps, start=1):
            try:
                model.do(step)
                model.compare()
            except Failure as failure:
                return count, failure
    finally:
        model.restore()
    return None
