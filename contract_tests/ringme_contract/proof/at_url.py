"""Faults injected before the server at a URL: which of them the kit would find there."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from ringme_contract.check import Check, all_checks
from ringme_contract.check_context import CheckContext
from ringme_contract.entries.made_entries import client_lists
from ringme_contract.http.serving import served
from ringme_contract.http.transport import Transport
from ringme_contract.proof.fault import Fault
from ringme_contract.proof.proxy import Proxy
from ringme_contract.proof.site import Site
from ringme_contract.proof.trial import BUDGET, FaultFinding, contract, in_order
from ringme_contract.run.check_run import CannotRun, open_kit, try_tokens
from ringme_contract.run.engine import Engine
from ringme_contract.run.evaluation import ExitCode
from ringme_contract.target import Target
from ringme_contract.verdict import Outcome, Verdict

FOUND, NOT_FOUND, NOT_PUT, LEFT_OUT = STATES = ("found", "not found", "not put", "left out")


class _Transport(Transport):
    """Tells the proxy while the kit cleans up."""

    def __init__(self, target: Target, proxy: Proxy) -> None:
        super().__init__(target, contract())
        self._proxy = proxy

    @contextmanager
    def cleaning(self) -> Iterator[None]:
        self._proxy.cleaning = True
        try:
            with super().cleaning():
                yield
        finally:
            self._proxy.cleaning = False


@dataclass
class UrlFinding(FaultFinding):
    """The outcome of a fault at a URL: one of STATES, with the reason."""

    state: str = NOT_FOUND
    reason: str = ""

    @property
    def said(self) -> str:
        return f"{self.state}: {self.reason}" if self.reason else self.state


@dataclass
class UrlProof:
    """The outcomes of all faults at a URL, and problems of the server without a fault."""

    target: Target
    reset: str | None = None
    checks: list[Check] = field(default_factory=lambda: list(all_checks(contract())))
    findings: list[UrlFinding] = field(default_factory=list)
    baseline: dict[str, Outcome] = field(default_factory=dict)
    unanswered: list[str] = field(default_factory=list)
    left_behind: list[str] = field(default_factory=list)

    def of(self, state: str) -> list[UrlFinding]:
        return [one for one in self.findings if one.state == state]

    @property
    def code(self) -> ExitCode:
        """The exit code: a fault that could be injected must be found, and there must be one."""
        if self.of(NOT_FOUND):
            return ExitCode.FAILED
        return ExitCode.PASSED if self.of(FOUND) else ExitCode.NOT_REACHED

    def measure(self) -> None:
        """Runs all checks without a fault, to leave out those that fail. Raises CannotRun."""
        with self._run(Site()) as (kit, _):
            try_tokens(kit)
            result = Engine(kit).run(self.checks)
            if result.interrupted:
                raise KeyboardInterrupt
            bad = [one for one in result.outcomes if one.verdict is not Verdict.PASS]
            self.baseline = {one.check: one for one in bad}

    def try_fault(self, fault: Fault) -> UrlFinding:
        """Runs the checks that pass without a fault, those of its rules first."""
        finding, site = UrlFinding(fault), Site()
        site.put(fault)
        if site.document != contract().document:
            finding.state, finding.reason = LEFT_OUT, "it is a change to the document of the mock"
        elif not any(one.rule in fault.rules for one in self.checks if one.id not in self.baseline):
            bad = [one.message for one in self.baseline.values() if one.rule in fault.rules]
            finding.state = NOT_PUT
            finding.reason = f"no check of its rules passes without it: {'; '.join(bad[:1])}"
        else:
            with self._run(site) as (kit, proxy):
                self._search(Engine(kit), finding, proxy)
        self.findings.append(finding)
        return finding

    def _search(self, engine: Engine, finding: UrlFinding, proxy: Proxy) -> None:
        """Runs checks until one fails; those of other rules only if the fault changed a message."""
        named = set(finding.fault.rules)
        for one in in_order(self.checks, named):
            if one.id in self.baseline or not (one.rule in named or proxy.changed):
                continue
            finding.checks += 1
            for outcome in engine.run_one(one):
                if outcome.check not in self.baseline:
                    finding.note(outcome)
            if finding.caught or proxy.inside or proxy.failure:
                break
        if proxy.inside:
            finding.state, finding.reason = (
                LEFT_OUT,
                f"it can only be injected inside the mock: {proxy.inside}",
            )
        elif proxy.failure:
            finding.state, finding.reason = NOT_PUT, f"it failed with an error: {proxy.failure}"
        elif finding.caught:
            finding.state, finding.reason = FOUND, next(iter(finding.caught.values()))
        elif not proxy.changed:
            finding.state, finding.reason = NOT_PUT, "no request matched it"

    @contextmanager
    def _run(self, site: Site) -> Iterator[tuple[CheckContext, Proxy]]:
        """A context of the kit for a proxy with the hooks of a site."""
        if self.reset:
            done = subprocess.run(self.reset, shell=True, check=False)  # noqa: S602 - the user's own
            if done.returncode:
                raise CannotRun(f"--reset: {self.reset}: exit code {done.returncode}")
        proxy = Proxy(self.target, site)
        with served(proxy, log_level="critical") as url:
            transport = _Transport(replace(self.target, url=url, budget=BUDGET), proxy)
            with open_kit(transport, contract()) as kit:
                try:
                    with transport.end.on_signals():
                        with transport.cleaning():
                            # Read without the fault.
                            kit.record.look(kit, client_lists(kit))
                        yield kit, proxy
                finally:
                    kit.finish()
        self.unanswered += proxy.unanswered
        self.left_behind += kit.left_behind
