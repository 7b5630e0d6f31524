"""Runs checks against a target and turns their results into outcomes."""

from __future__ import annotations

import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field, replace

from ringme_contract.check import Check
from ringme_contract.check_context import CheckContext
from ringme_contract.deviations import Deviation, before, trace
from ringme_contract.http.no_response import Unreachable
from ringme_contract.hypothesis_files import hypothesis_files
from ringme_contract.recording import Exchange, first_problem
from ringme_contract.verdict import (
    READ_ONLY,
    Failure,
    NotOffered,
    NotReached,
    Outcome,
    Verdict,
    breakdown,
    combine,
)
from ringme_spec.rules import Rule

# Two rules that any check can show to be broken, and the rule of the rate limit.
CONFORMS, NO_5XX, LIMITS = "conforms", "no-5xx", "limits"
ISOLATION = "entry-isolation"
# The identity of another client.
_OTHER = "other_client"
_EVIDENCE = 12
# After this many requests without a response, the target is checked for being gone.
_GONE = 3


@dataclass
class RunResult:
    """Result of a run: every outcome, and the operations covered by requests."""

    target: str
    run_id: str
    outcomes: list[Outcome] = field(default_factory=list)
    cells: set[tuple[str, int, str]] = field(default_factory=set)
    requests: int = 0
    seconds: float = 0.0
    interrupted: bool = False
    left_behind: list[str] = field(default_factory=list)
    # Set if the target stopped responding.
    gone: str = ""

    def of_rule(self, rule: str) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.rule == rule]

    def verdict(self, rule: Rule) -> Verdict:
        """The verdict of a rule; a SHOULD that fails is a warning."""
        verdict = combine(self.of_rule(rule.id))
        if verdict is Verdict.FAIL and rule.level != "MUST":
            return Verdict.WARN
        return verdict


class Engine:
    """Runs checks, each with test data of its own that is removed afterwards.

    Checks that only read run first, concurrently. Then come isolated ones, also concurrently. All
    others run alone, as they look at the data of the whole client; those that delete recorded items
    are the last.
    """

    def __init__(self, kit: CheckContext) -> None:
        self._kit = kit
        self._gone = ""
        kit.transport.end.begin(kit.target.time_budget)

    def run(
        self,
        checks: Iterable[Check],
        shuffle: int | None = None,
        progress: Callable[[Outcome], None] = lambda _: None,
    ) -> RunResult:
        """Runs the checks; with `shuffle`, a seed, in random order."""
        chosen = list(checks)
        if shuffle is not None:
            random.Random(shuffle).shuffle(chosen)
        result = RunResult(self._kit.target.url, self._kit.run_id)
        start = time.monotonic()

        lock = threading.Lock()

        def run(check: Check) -> list[Outcome]:
            outcomes = self._run_unless_interrupted(check, result)
            with lock:
                for outcome in outcomes:
                    progress(outcome)
            return outcomes

        for turn in (0, 1):
            for outcomes in self._kit.map(run, [one for one in chosen if one.turn == turn]):
                result.outcomes += outcomes
        for one in sorted(chosen, key=lambda one: one.turn):
            if one.turn > 1:
                result.outcomes += run(one)
        try:
            self._kit.finish()
        except KeyboardInterrupt:
            result.interrupted = True
        result.seconds = time.monotonic() - start
        result.requests = self._kit.transport.count
        result.gone = self._gone
        result.cells = set(self._kit.transport.cells)
        result.left_behind = [
            f"{line} ({times} times)" if times > 1 else line
            for line, times in Counter(self._kit.left_behind).items()
        ]
        return result

    def _run_unless_interrupted(self, check: Check, result: RunResult) -> list[Outcome]:
        result.interrupted = result.interrupted or self._kit.transport.end.interrupted
        if not result.interrupted:
            try:
                return self.run_one(check)
            except KeyboardInterrupt:
                # The check has cleaned up; the reports say what is known so far.
                result.interrupted = True
        why = "the run was interrupted"
        return [Outcome(check.id, check.rule, check.layer, Verdict.NOT_REACHED, why)]

    def run_one(self, check: Check) -> list[Outcome]:
        """The outcome of a check, and outcomes for its responses."""
        try:
            # Outcomes keep a part of the evidence; all of it would be a hundred megabytes.
            with self._kit.transport.recording() as evidence, hypothesis_files():
                outcome, again = self._outcome(check, evidence)
                if again:
                    evidence.clear()
                    outcome, _ = self._outcome(check, evidence)
                return [outcome, *_besides(check, evidence, self._kit)]
        except Exception as error:
            message = self._kit.transport.redaction.mask_text(breakdown(error))
            return [Outcome(check.id, check.rule, check.layer, Verdict.ERROR, message)]

    def _outcome(self, check: Check, evidence: list[Exchange]) -> tuple[Outcome, bool]:
        """The outcome, and if it may be another one when the check is repeated."""
        kit, start = self._kit.for_check(check.id), time.monotonic()
        outcome, again = Outcome(check.id, check.rule, check.layer, Verdict.PASS), False
        try:
            self._refuse(check)
            kit.guard.may_delete_recorded_items = check.deletes_recorded_items
            with kit.transport.unthrottled() if check.rule == LIMITS else nullcontext():
                check.function(kit)
            if not evidence:
                raise NotReached("the check sent no request")
        except Failure as failure:
            outcome.verdict = Verdict.FAIL
            outcome.message = failure.message
            outcome.expected, outcome.got = failure.expected, failure.got
            outcome.deviations = list(failure.deviations)
        except NotReached as reason:
            outcome.verdict, outcome.message = Verdict.NOT_REACHED, str(reason)
        except NotOffered as reason:
            outcome.verdict, outcome.message = Verdict.NOT_OFFERED, str(reason)
        except Unreachable as reason:
            outcome.verdict, again = Verdict.NOT_REACHED, reason.again
            outcome.message = f"no response: {reason}"
        except Exception as error:
            # A check can read all responses that conform; if all did, the check has a bug.
            problem = first_problem(evidence)
            if problem is None:
                outcome.verdict, outcome.message = Verdict.ERROR, breakdown(error)
            else:
                outcome.verdict = Verdict.FAIL
                outcome.message = f"a response does not match the document: {problem}"
        finally:
            try:
                self._prove(outcome, evidence)
            finally:
                kit.clean_up()
        outcome.seconds = time.monotonic() - start
        return outcome, again

    def _prove(self, outcome: Outcome, evidence: list[Exchange]) -> None:
        """Keeps the requests that show the outcome, and traces its possible causes."""
        redaction = self._kit.transport.redaction
        outcome.message = redaction.mask_text(outcome.message)
        if outcome.verdict is Verdict.ERROR:
            outcome.exchanges = evidence[-_EVIDENCE:]
        if outcome.verdict is not Verdict.FAIL:
            return
        contract, mask = self._kit.contract, redaction.mask
        outcome.expected, outcome.got = mask(outcome.expected), mask(outcome.got)
        bad = [one for one in evidence if one.problems] or evidence[-1:]
        found = outcome.deviations or [Deviation(one) for one in bad[:1]]
        outcome.deviations = [
            replace(trace(one, evidence, contract), expected=mask(one.expected), got=mask(one.got))
            for one in found
        ]
        outcome.exchanges = evidence[-_EVIDENCE:]
        if len(found) == 1:
            (one,) = outcome.deviations
            led_there = [*before(one.exchange, evidence), one.exchange][-_EVIDENCE:]
            missing = one.write is not None and one.write not in led_there
            outcome.exchanges = [one.write, *led_there] if one.write and missing else led_there
        elif found:
            outcome.exchanges = [one.exchange for one in found[:_EVIDENCE]]

    def _refuse(self, check: Check) -> None:
        target = self._kit.target
        if self._kit.transport.end.left(cleaning=False) <= 0:
            raise NotReached(f"the time budget of {target.time_budget:g} s is used up")
        if self._kit.transport.unreachable >= _GONE:
            self._look_for_target()
        if check.writes and target.read_only:
            raise NotOffered(READ_ONLY)
        if check.deletes_recorded_items and not target.delete_recorded_items:
            raise NotOffered("recorded items must not be deleted (delete_recorded_items is false)")
        off = [name for name in check.uses if name in target.off]
        if off:
            raise NotOffered(f"the target lacks {', '.join(off)}")
        lacking = [name for name in check.needs if name not in target.identities]
        if lacking:
            raise NotReached(f"the target file has no identity {', '.join(lacking)}")

    def _look_for_target(self) -> None:
        """Saves the remaining checks a timeout each if the target is gone."""
        try:
            self._kit.transport.wait_until_ready(0)
        except Unreachable as error:
            self._gone = f"the target stopped responding: {error}"
            if cut_off := self._kit.transport.cut_off_last():
                hint = " (--jobs 1 shows which of them ended it)" if len(cut_off) > 1 else ""
                self._gone += f"; requests cut off at that time{hint}: {', '.join(cut_off)}"
            raise NotReached(f"the target stopped responding: {error}") from None
        self._gone = ""
        self._kit.transport.unreachable = 0


def _besides(check: Check, evidence: list[Exchange], kit: CheckContext) -> Iterator[Outcome]:
    """Outcomes for the rules that any check can show to be broken."""

    def failed(rule: str, message: str, bad: list[Exchange], shown: Iterable[Exchange]) -> Outcome:
        name = f"{check.layer}/{rule}/{check.name}"
        outcome = Outcome(name, rule, check.layer, Verdict.FAIL, message, exchanges=bad[:3])
        outcome.deviations = [trace(Deviation(one), (), kit.contract) for one in shown]
        return outcome

    if bad := [one for one in evidence if one.problems]:
        # One deviation for each way in which responses differ from the document.
        ways = {(one.operation, one.status, one.problems[0]): one for one in bad}
        yield failed(CONFORMS, bad[0].problems[0], bad, ways.values())
    if bad := [one for one in evidence if one.breaks or _is_failure(one.status)]:
        said = bad[0].breaks or f"status {bad[0].status}"
        yield failed(NO_5XX, f"{bad[0].line}: {said}", bad, bad[:3])
    told = _leaks(evidence, kit.run_id, kit.target.identities)
    if told and ISOLATION in kit.contract.rules:
        (one, text), bad = told[0], [one for one, _ in told]
        what = f"shows {one.identity} the text {text!r}, which only another client has sent"
        yield failed(ISOLATION, f"{one.line}: {what}", bad, bad[:3])


def _is_failure(status: int) -> bool:
    """True for a server error; 501 and 505 are valid for odd methods and versions."""
    return status >= 500 and status not in (501, 505)


def _leaks(
    exchanges: Iterable[Exchange], run_id: str, identities: Container[str]
) -> list[tuple[Exchange, str]]:
    """Responses to one client with a name that only the other client has sent.

    A name is unique: it begins with the prefix of the run and ends with a number that is used once.
    """
    # If only one client has sent requests there is nothing to find, and searching is slow.
    exchanges = list(exchanges)
    if len({one.identity == _OTHER for one in exchanges}) < 2:
        return []
    name = re.compile(rf'{re.escape(run_id)}(?:-\d+)?[^"\d]+\d+')
    sent: dict[bool, set[str]] = {True: set(), False: set()}
    found = []
    for one in exchanges:
        if not one.mentions(run_id):
            continue
        other = one.identity == _OTHER
        sent[other].update(name.findall(f"{one.request_body} {one.url}"))
        foreign = sent[not other] - sent[other]
        if foreign and one.identity in identities:
            told = foreign.intersection(name.findall(one.response_body))
            found += [(one, text) for text in sorted(told)]
    return found
