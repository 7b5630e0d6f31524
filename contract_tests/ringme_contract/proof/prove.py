"""Shows that the kit finds what it should: every fault, nothing else, and no credit for nothing."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from typing import Any

from ringme_contract.proof.fault import Fault, all_faults
from ringme_contract.proof.null_servers import NULL_SERVERS
from ringme_contract.proof.trial import HEALTHY, FaultFinding, ServerFinding, try_fault, try_server
from ringme_contract.verdict import breakdown

Finding = FaultFinding | ServerFinding


@dataclass
class Proof:
    """The outcome of the proof. `errors` are trials that broke down."""

    faults: dict[str, FaultFinding] = field(default_factory=dict)
    servers: dict[str, ServerFinding] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    @property
    def complaints(self) -> list[str]:
        """All that keeps the proof from holding, a line each: what was not found, and too much."""
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
    """Tries the faults (all, if none are given) and the servers without a fault, `jobs` at a time.

    `progress` is called with the name of each trial that is done, and what it came to.
    """
    proof = Proof()
    chosen = list(all_faults().values() if faults is None else faults)
    with ProcessPoolExecutor(max_workers=jobs, initializer=_leave_signals_alone) as pool:
        waiting: dict[Future[Any], str] = {}
        if servers:
            # The longest ones first.
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
    except Exception as error:
        proof.errors.append(f"{name}: {breakdown(error)}")
        return None
    if isinstance(finding, FaultFinding):
        proof.faults[name] = finding
    else:
        proof.servers[name] = finding
    return finding
