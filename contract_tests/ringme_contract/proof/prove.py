"""Shows that the kit finds what it should: every fault, nothing else, and no credit for nothing."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from typing import Any

from ringme_contract.proof.fault import Fault, all_faults
from ringme_contract.proof.null_servers import NULL_SERVERS, deserved_passes
from ringme_contract.proof.running import ServerError
from ringme_contract.proof.trial import FaultFinding, ServerFinding, try_fault, try_server
from ringme_contract.run.evaluation import ExitCode
from ringme_contract.verdict import Verdict

Finding = FaultFinding | ServerFinding
_HEALTHY = "healthy"


@dataclass
class Proof:
    """The outcome of the proof. `errors` are servers that did not start."""

    faults: dict[str, FaultFinding] = field(default_factory=dict)
    servers: dict[str, ServerFinding] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    @property
    def survivors(self) -> list[FaultFinding]:
        """The faults that no check found."""
        return [one for one in self.faults.values() if not one.caught]

    @property
    def unshown(self) -> list[FaultFinding]:
        """The faults that were found, but not as breaches of all the rules that they break."""
        return [one for one in self.faults.values() if one.caught and one.unshown]

    @property
    def misfits(self) -> list[FaultFinding]:
        """The faults that made the mock break down, and so are not what they are said to be."""
        return [one for one in self.faults.values() if one.failure]

    @property
    def false_alarms(self) -> list[str]:
        """Complaints of the kit about the healthy mock."""
        healthy = self.servers.get(_HEALTHY)
        if healthy is None or healthy.code == ExitCode.PASSED:
            return [] if healthy is None else healthy.messages
        return healthy.messages or [f"the run ends with {healthy.code}"]

    @property
    def undeserved(self) -> dict[str, list[str]]:
        """Rules that servers which implement nothing got credit for."""
        found = {}
        for name in NULL_SERVERS:
            server = self.servers.get(name)
            if server is None:
                continue
            wrong = [rule for rule in server.passed if rule not in deserved_passes()[name]]
            if server.code == ExitCode.PASSED:
                wrong.append("the whole run")
            if wrong:
                found[name] = wrong
        return found

    @property
    def holds(self) -> bool:
        """True if everything was found, and nothing but that."""
        return not (
            self.survivors
            or self.unshown
            or self.misfits
            or self.false_alarms
            or self.undeserved
            or self.errors
        )


def prove(
    faults: Iterable[Fault] | None = None,
    servers: bool = True,
    full: bool = False,
    jobs: int = 2,
    progress: Callable[[str, Finding | None], None] | None = None,
) -> Proof:
    """Tries the faults (all, if none are given) and the servers without a fault, `jobs` at a time.

    `progress` is called with the name of each trial that is done, and what it came to.
    """
    proof = Proof()
    chosen = list(all_faults().values() if faults is None else faults)
    with ProcessPoolExecutor(max_workers=jobs, initializer=_leave_signals_alone) as pool:
        waiting: dict[Future[Any], str] = {}
        if servers:
            # The longest ones first.
            waiting[pool.submit(try_server)] = _HEALTHY
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
    # In the order of the file, whoever was done first.
    proof.faults = {one.id: proof.faults[one.id] for one in chosen if one.id in proof.faults}
    return proof


def _leave_signals_alone() -> None:
    """For the processes of the pool: it is the command that is interrupted, and waits for them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _take(proof: Proof, name: str, done: Future[Any]) -> Finding | None:
    try:
        finding: Finding = done.result()
    except ServerError as error:
        proof.errors.append(f"{name}: {error}")
        return None
    if isinstance(finding, FaultFinding):
        proof.faults[name] = finding
    else:
        proof.servers[name] = finding
    return finding


def is_alarm(finding: Finding | None) -> bool:
    """True if a trial came to something that the proof must not come to."""
    if finding is None:
        return True
    if isinstance(finding, FaultFinding):
        return not finding.caught or bool(finding.unshown) or bool(finding.failure)
    if finding.name == _HEALTHY:
        return finding.code != ExitCode.PASSED or bool(finding.messages)
    return finding.code == ExitCode.PASSED or any(
        finding.verdicts[rule] == Verdict.PASS.value and rule not in deserved_passes()[finding.name]
        for rule in finding.verdicts
    )
