"""Rules as parameters of pytest, and the verdict of each as the result of a test."""

from __future__ import annotations

import hashlib
import importlib
import inspect
import os
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from ringme_contract.check import all_checks, choose, in_profile
from ringme_contract.http.serving import served
from ringme_contract.profiles import DEFAULT
from ringme_contract.report.finding_text import details
from ringme_contract.report.printable import printable
from ringme_contract.run.check_run import Options, Session, open_session, read_document
from ringme_contract.run.engine import CONFORMS, RunResult
from ringme_contract.run.evaluation import (
    EXPECTED_FAILURE,
    UNEXPECTED_PASS,
    RuleFinding,
    evaluate_rule,
)
from ringme_contract.target import MOCK
from ringme_contract.verdict import Outcome, Verdict

if sys.platform != "win32":
    import fcntl


class RuleRunner:
    """Runs the checks of single rules, each check once in this process."""

    def __init__(self, session: Session) -> None:
        self._session = session
        # The time that other tests take between two rules does not count.
        session.kit.transport.end.suspend()
        self._outcomes: dict[str, list[Outcome]] = {}

    def finding(self, rule: str) -> RuleFinding:
        """The finding on a rule, the same as in a run of all checks.

        Any check can show that a response does not conform. So the rule about that needs all
        checks, and runs those that have not run in this process yet.
        """
        result = RunResult(self._session.kit.target.url, self._session.kit.run_id)
        transport = self._session.kit.transport
        with transport.end.running(), taking_turns(result.target), transport.end.on_signals():
            for check in self._session.checks:
                if check.id not in self._outcomes and rule in (check.rule, CONFORMS):
                    self._outcomes[check.id] = self._session.engine.run_one(check)
        for outcomes in self._outcomes.values():
            result.outcomes += outcomes
        session = self._session
        return evaluate_rule(result, session.rules[rule], session.expectations, session.today)

    def skip_unassessed(self, finding: RuleFinding) -> None:
        """Skips the test if no chosen layer has a check of the rule, and no response broke it."""
        if not finding.outcomes and finding.rule.id not in self._session.assessed:
            pytest.skip("not assessed: none of the chosen layers has a check of this rule")

    def tell(self, finding: RuleFinding) -> None:
        state = finding.state
        if state == Verdict.PASS.value:
            return
        noted = state in (UNEXPECTED_PASS, EXPECTED_FAILURE)
        text = f"{state}: {finding.note if noted else '; '.join(finding.reasons)}"
        if state in (Verdict.FAIL.value, Verdict.WARN.value):
            text = details(finding)
        if finding.fails:
            pytest.fail(printable(text), pytrace=False)
        if state in (Verdict.WARN.value, EXPECTED_FAILURE):
            pytest.xfail(printable(text))
        pytest.skip(printable(text))


def rule_parameters(config: pytest.Config, options: Options) -> list[Any]:
    """A parameter with markers for each rule, CONFORMS last. Raises ConfigError."""
    contract = read_document(options)
    rules = contract.rules
    checks = in_profile(all_checks(contract), options.profile or DEFAULT)
    checks = choose(checks, options.layers, options.rules, rules)
    layers = {rule: sorted({one.layer for one in checks if one.rule == rule}) for rule in rules}
    names = [rule for rule in rules if layers[rule] or rule == CONFORMS or not options.layers]
    found = []
    for name in sorted(names, key=CONFORMS.__eq__):
        area = rules[name].area
        own = "ringme_" + area.replace(" ", "_")
        config.addinivalue_line("markers", f"{own}: rules of the area {area}")
        marks = [pytest.mark.ringme_area(area), getattr(pytest.mark, own)]
        marks += [pytest.mark.ringme_layer(layer) for layer in layers[name]]
        found.append(pytest.param(name, id=name, marks=marks))
    return found


@contextmanager
def open_runner(app: Any, options: Options) -> Iterator[RuleRunner]:
    with _connected(app, options) as (chosen, http), open_session(chosen, http) as session:
        yield RuleRunner(session)
        with session.kit.transport.end.running(), taking_turns(session.kit.target.url):
            session.kit.finish()
        for line in session.kit.left_behind:
            warnings.warn(printable(f"not cleaned up: {line}"), stacklevel=2)


@contextmanager
def _connected(app: Any, options: Options) -> Iterator[tuple[Options, httpx.Client | None]]:
    if app is None:
        yield options, None
        return
    options = replace(options, target=options.target or MOCK)
    if is_asgi(app):
        with served(app) as url:
            yield replace(options, url=url), None
        return
    url = "http://app.localhost"
    # An exception of the application is its 500, as it would be behind a server.
    transport = httpx.WSGITransport(app=app, raise_app_exceptions=False)
    with httpx.Client(base_url=url, transport=transport) as http:
        yield replace(options, url=url), http


def is_asgi(app: Any) -> bool:
    call = app if inspect.isfunction(app) or inspect.ismethod(app) else type(app).__call__
    return inspect.iscoroutinefunction(call)


def import_app(name: str) -> Any:
    """Imports `module:attribute`, and calls it if it is a function without parameters."""
    module, _, attribute = name.partition(":")
    try:
        app: Any = importlib.import_module(module)
        for part in (attribute or "app").split("."):
            app = getattr(app, part)
    except (ImportError, AttributeError, ValueError) as error:
        pytest.exit(f"ringme-contract: --ringme-app {name}: {error}", pytest.ExitCode.USAGE_ERROR)
    if inspect.isfunction(app) and not inspect.signature(app).parameters:
        return app()
    return app


@contextmanager
def taking_turns(url: str) -> Iterator[None]:
    """Lets one process at a time check a URL, since checks change entries that others compare."""
    if sys.platform == "win32":
        yield
        return
    name = hashlib.sha256(f"{os.getuid()} {url}".encode()).hexdigest()[:16]
    path = Path(tempfile.gettempdir()) / f"ringme-contract-{name}.lock"
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
