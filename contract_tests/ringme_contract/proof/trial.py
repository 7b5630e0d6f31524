"""Trials of the kit with faulty servers, a healthy one and null servers.

They show that the kit finds every fault and nothing else, and that an empty server passes nothing.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from ringme_contract.check import LAYERS, Check, all_checks
from ringme_contract.http.transport import Transport
from ringme_contract.proof.fault import Fault, all_faults
from ringme_contract.proof.null_servers import NULL_SERVERS, deserved_passes
from ringme_contract.proof.site import RunningServer, running_server
from ringme_contract.run.check_run import CannotRun, Options, open_kit, open_session
from ringme_contract.run.engine import CONFORMS, Engine, RunResult
from ringme_contract.run.evaluation import ExitCode, assessed_rules, evaluate, exit_code
from ringme_contract.target import MOCK, load_target
from ringme_contract.verdict import Outcome, Verdict, breakdown
from ringme_spec.contract import Contract, read_contract
from ringme_spec.paths import SPEC

# Seconds of a trial; enough for a server that breaks everything.
BUDGET = 1800.0
HEALTHY = "healthy"


@dataclass
class FaultFinding:
    """Findings of the kit on one fault.

    `caught` has the first failed check of each layer, `broken` the rules found broken, `unshown`
    rules of the fault that were not. `failure` is an exception of the mock: the patch has a bug.
    """

    fault: Fault
    caught: dict[str, str] = field(default_factory=dict)
    messages: dict[str, str] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    unshown: list[str] = field(default_factory=list)
    checks: int = 0
    seconds: float = 0.0
    failure: str = ""

    @property
    def layers(self) -> list[str]:
        return [layer for layer in LAYERS if layer in self.caught]

    @property
    def complaints(self) -> list[str]:
        told = f"{self.fault.id}: {self.fault.sentence}"
        lines = [] if self.caught else [f"survived: {told}"]
        if self.caught and self.unshown:
            lines.append(f"not shown as {', '.join(self.unshown)}: {told}")
        if self.failure:
            lines.append(f"the mock broke down: {self.fault.id}: {self.failure}")
        return lines

    def note(self, outcome: Outcome) -> None:
        """Adds an outcome that shows that a MUST, or a rule of the fault, is broken."""
        is_due = contract().rules[outcome.rule].level == "MUST" or outcome.rule in self.fault.rules
        if outcome.verdict is not Verdict.FAIL or not is_due:
            return
        if outcome.layer not in self.caught:
            self.caught[outcome.layer] = outcome.check
            self.messages[outcome.layer] = outcome.message
        if outcome.rule not in self.broken:
            self.broken.append(outcome.rule)


@dataclass
class ServerFinding:
    """Findings on a server without a fault, or on one that implements nothing."""

    name: str
    code: int
    verdicts: dict[str, str]
    messages: list[str]
    seconds: float

    @property
    def passed(self) -> list[str]:
        return [rule for rule, verdict in self.verdicts.items() if verdict == Verdict.PASS.value]

    @property
    def complaints(self) -> list[str]:
        """False alarms on the healthy mock, or rules that a null server passes wrongly."""
        if self.name == HEALTHY:
            lines = self.messages
            if self.code != ExitCode.PASSED:
                lines = lines or [f"the run ends with {self.code}"]
            return [f"false alarm: {line}" for line in lines]
        wrong = [rule for rule in self.passed if rule not in deserved_passes()[self.name]]
        wrong += ["the whole run"] if self.code == ExitCode.PASSED else []
        return [f"the server {self.name} must not pass: {', '.join(wrong)}"] if wrong else []


def try_fault(name: str, full: bool = False) -> FaultFinding:
    """Runs the checks of the rules that a fault breaks; all others only if those pass.

    With `full` every layer runs up to its first failure, to show which layers find it.
    """
    start, finding = time.monotonic(), FaultFinding(all_faults()[name])
    with _engine(fault=name) as (server, engine):
        _search(engine, finding, full)
    finding.failure = server.failure
    finding.unshown = [rule for rule in finding.fault.rules if rule not in finding.broken]
    finding.seconds = time.monotonic() - start
    return finding


def try_server(null: str = "") -> ServerFinding:
    """Runs all checks against the healthy mock or a null server."""
    start = time.monotonic()
    checks, rules = all_checks(contract()), contract().rules
    with _engine(null=null) as (server, engine):
        result = engine.run(checks)
        code = _exit_code(server.url, result)
    bad = [one for one in result.outcomes if one.verdict is not Verdict.PASS]
    return ServerFinding(
        null or HEALTHY,
        int(code),
        {name: result.verdict(rules[name]).value for name in assessed_rules(rules, checks)},
        [f"{one.verdict.value}: {one.check}: {one.message}" for one in bad],
        time.monotonic() - start,
    )


@contextmanager
def _engine(fault: str = "", null: str = "") -> Iterator[tuple[RunningServer, Engine]]:
    with running_server(fault, null) as server:
        target = replace(load_target(MOCK, server.url), budget=BUDGET)
        with open_kit(Transport(target, contract()), contract()) as kit:
            yield server, Engine(kit)


def _exit_code(url: str, result: RunResult) -> ExitCode:
    """The exit code of `ringme-contract check` for a server; it requests tokens first."""
    try:
        with open_session(Options(url=url)) as session:
            return exit_code(evaluate(result, session.rules, session.assessed, {}, session.today))
    except CannotRun:
        return ExitCode.COULD_NOT_RUN


def _search(engine: Engine, finding: FaultFinding, full: bool) -> None:
    """Runs checks until the fault is found as far as necessary."""
    named = set(finding.fault.rules)
    for one in in_order(all_checks(contract()), named):
        known = one.rule in finding.broken or (full and one.rule not in named)
        if one.layer in finding.caught and known:
            continue
        if not full and _is_enough(finding, one, named):
            continue
        finding.checks += 1
        for outcome in engine.run_one(one):
            finding.note(outcome)


def in_order(checks: Iterable[Check], named: set[str]) -> list[Check]:
    """Sorts checks of the named rules first, and quick layers before slow ones."""
    return sorted(
        checks,
        key=lambda one: (one.rule not in named, one.layer == "schema", LAYERS.index(one.layer)),
    )


def _is_enough(finding: FaultFinding, one: Check, named: set[str]) -> bool:
    """True if a check can add nothing to the findings."""
    if one.rule in named:
        return one.rule in finding.broken
    # Any check can show that a response does not conform; this is true of no other rule.
    return bool(finding.caught) and (CONFORMS not in named or CONFORMS in finding.broken)


@cache
def contract() -> Contract:
    """The document that all servers of the proof are checked against."""
    return read_contract(SPEC)


# --- the whole proof


Finding = FaultFinding | ServerFinding


@dataclass
class Proof:
    """The outcome of the proof. `errors` are trials that broke down."""

    faults: dict[str, FaultFinding] = field(default_factory=dict)
    servers: dict[str, ServerFinding] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    @property
    def complaints(self) -> list[str]:
        findings: list[Finding] = [*self.faults.values(), *self.servers.values()]
        lines = [line for one in findings for line in one.complaints]
        return [*lines, *(f"broke down: {line}" for line in self.errors)]


def prove(
    faults: Iterable[Fault] | None = None,
    servers: bool = True,
    full: bool = False,
    jobs: int = 2,
    progress: Callable[[str, Finding | None], None] | None = None,
) -> Proof:
    """Tries the faults (by default all) and servers without a fault, `jobs` at a time.

    `progress` is called with the name and the finding of each finished trial.
    """
    proof = Proof()
    chosen = list(all_faults().values() if faults is None else faults)
    with ProcessPoolExecutor(max_workers=jobs, initializer=_leave_signals_alone) as pool:
        waiting: dict[Future[Any], str] = {}
        if servers:
            # The longest trials first.
            waiting[pool.submit(try_server)] = HEALTHY
            waiting.update({pool.submit(try_server, name): name for name in NULL_SERVERS})
        waiting.update({pool.submit(try_fault, one.id, full): one.id for one in chosen})
        try:
            for done in as_completed(waiting):
                finding = _take(proof, waiting[done], done)
                if progress:
                    progress(waiting[done], finding)
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)
            raise
    # In the order of the file.
    proof.faults = {one.id: proof.faults[one.id] for one in chosen if one.id in proof.faults}
    return proof


def _leave_signals_alone() -> None:
    """Leaves signals of the pool's processes to the command, which waits for them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _take(proof: Proof, name: str, done: Future[Any]) -> Finding | None:
    try:
        finding: Finding = done.result()
    except Exception as error:
        proof.errors.append(f"{name}: {breakdown(error)}")
        return None
    if isinstance(finding, FaultFinding):
        proof.faults[name] = finding
    else:
        proof.servers[name] = finding
    return finding
