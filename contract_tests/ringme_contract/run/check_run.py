"""From options to a finding on every rule, for the command and the pytest plugin."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from ringme_contract.check import Check, all_checks, choose, in_profile
from ringme_contract.check_context import CheckContext
from ringme_contract.entries.operation_paths import Paths
from ringme_contract.http.conformance import json_object
from ringme_contract.http.no_response import Unreachable
from ringme_contract.http.transport import Transport
from ringme_contract.http.way_to_target import is_loopback
from ringme_contract.profiles import measure
from ringme_contract.run.engine import Engine, RunResult
from ringme_contract.run.evaluation import (
    Expectation,
    Report,
    assessed_rules,
    evaluate,
    exit_code,
    load_expectations,
)
from ringme_contract.target import MOCK, OPTIONAL_IDENTITIES, REFUSED, Target, load_target
from ringme_contract.verdict import Failure, Outcome, Verdict
from ringme_spec.contract import Contract, read_contract
from ringme_spec.errors import ConfigError
from ringme_spec.paths import SPEC
from ringme_spec.redaction import mask_text

# Identities without a user who must get a token: some have to be refused, others are applications.
TOKENLESS = (*REFUSED, "login", "public")

# Shown if it may be the reason.
_TAKEN = (
    "each run deletes some recorded items (delete_recorded_items), so a target that was checked"
    " before may have too few of them; a new session of the mock, URL/s/NAME, has all of them"
)


class CannotRun(ConfigError):
    """The run cannot begin; the message says in one line why, and how to fix that."""


@dataclass(frozen=True)
class Options:
    """Options of a run; None means the value of the target file."""

    url: str | None = None
    target: Path | None = None
    document: Path | None = None
    overlay: tuple[Path, ...] = ()
    layers: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    seed: int = 0
    shuffle: int | None = None
    wait: float = 0
    timeout: float | None = None
    time_budget: float | None = None
    jobs: int | None = None
    profile: str | None = None
    read_only: bool = False
    expect: Path | None = None
    ca: Path | None = None
    docs: str = ""


class Session:
    """A target that responds, the checks chosen for it, and its expected failures."""

    def __init__(self, options: Options, kit: CheckContext, checks: list[Check]) -> None:
        self.kit = kit
        self.checks = checks
        self.rules = kit.contract.rules
        self.engine = Engine(kit)
        self.expectations: dict[str, Expectation] = {}
        self.notes: list[str] = []
        self.started = datetime.now(UTC)
        self._options = options

    @property
    def assessed(self) -> set[str]:
        if self._options.layers or self._options.rules:
            return {check.rule for check in self.checks}
        return assessed_rules(self.rules, self.checks)

    @property
    def today(self) -> date:
        return self.started.date()

    @property
    def troubles(self) -> list[str]:
        if (
            self._options.layers
            or self._options.rules
            or "client" not in self.kit.target.identities
        ):
            return []
        try:
            return list(measure(self.kit).troubles(self.kit.profile, self.kit.target))
        except (Failure, Unreachable, KeyError, TypeError, ValueError):
            # The checks report these errors in more detail.
            return []

    def run(self, progress: Callable[[Outcome], None] = lambda _: None) -> Report:
        return self.report(self.engine.run(self.checks, self._options.shuffle, progress))

    def report(self, result: RunResult) -> Report:
        findings = evaluate(result, self.rules, self.assessed, self.expectations, self.today)
        repeated = self.kit.transport.repeated
        if repeated:
            again = f"{repeated} requests were sent again"
            self.notes.append(f"{again}, because they were lost or over the rate limit")
        lacking = any(one.verdict is Verdict.NOT_REACHED for one in findings)
        complete = not (result.interrupted or result.gone)
        if lacking and complete and self.kit.target.delete_recorded_items:
            self.notes.append(_TAKEN)
        return Report(
            self.kit.target,
            self.kit.contract,
            result,
            findings,
            exit_code(findings, result.interrupted),
            self._options.seed,
            self._options.shuffle,
            self.started,
            self.notes,
            command_of(self._options, self.kit.target.url),
            self._options.docs or _docs_of_mock(self.kit.target),
        )


@contextmanager
def open_session(
    options: Options, http: httpx.Client | None = None, checks: list[Check] | None = None
) -> Iterator[Session]:
    """Reads target and document, and waits for the target. Raises ConfigError.

    `http` calls an application in this process; `checks` replace those of the kit.
    """
    contract = read_document(options)
    rules = contract.rules
    target = read_target(options, contract)
    found = in_profile(all_checks(contract) if checks is None else checks, target.profile)
    chosen = choose(found, options.layers, options.rules, rules)
    expectations = load_expectations(options.expect, rules) if options.expect else {}
    transport = Transport(target, contract, http)
    with open_kit(transport, contract, options.wait, options.seed) as kit:
        session = Session(options, kit, chosen)
        session.expectations = expectations
        session.notes += try_tokens(kit)
        yield session


@contextmanager
def open_kit(
    transport: Transport, contract: Contract, wait: float = 0, seed: int = 0
) -> Iterator[CheckContext]:
    """Waits for the target to respond; closes the transport at the end. Raises CannotRun."""
    with closing(transport):
        try:
            transport.wait_until_ready(wait)
            yield CheckContext(transport.target, contract, transport, seed)
        except Unreachable as error:
            raise CannotRun(f"the target cannot be reached: {error}") from None


def read_document(options: Options) -> Contract:
    """The document of the options, or that of the distribution. Raises ConfigError."""
    path = options.document or SPEC
    if not path.is_file():
        raise CannotRun(f"{path}: file not found; give another one with --document")
    contract = read_contract(path, options.overlay)
    if not contract.rules:
        raise CannotRun(f"{path}: has no x-rules, so there is nothing to check a target against")
    return contract


def read_target(options: Options, contract: Contract) -> Target:
    """The target of the options. Raises ConfigError."""
    path = options.target
    if options.url is not None:
        _refuse_address(options.url, contract)
    if path is None:
        if options.url is None:
            raise CannotRun("no target: give a URL, or a file with --target")
        if not is_loopback(options.url):
            raise CannotRun(
                f"{options.url}: a target file with the logins is needed: "
                "`ringme-contract init target.toml` writes one; pass it with --target"
            )
        path = MOCK
    if path != MOCK and not path.exists():
        raise CannotRun(f"{path}: cannot be read; `ringme-contract init {path}` writes such a file")
    target = load_target(path, options.url, contract)
    _refuse_address(target.url, contract)
    return replace(
        target,
        timeout=options.timeout or target.timeout,
        budget=options.time_budget or target.budget,
        jobs=options.jobs or target.jobs,
        profile=options.profile or target.profile,
        read_only=options.read_only or target.read_only,
        ca=options.ca or target.ca,
    )


def _refuse_address(url: str, contract: Contract) -> None:
    """Raises CannotRun for a text that is not a URL, or includes parts that the kit adds."""
    shown = mask_text(url)
    if not url.startswith(("http://", "https://")):
        raise CannotRun(f"{shown}: a URL begins with http:// or https://")
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
        httpx.URL(url)
    except (ValueError, httpx.InvalidURL) as error:
        raise CannotRun(f"{shown}: is not a URL: {mask_text(str(error))}") from None
    if parts.username is not None:
        # They would take the place of the token, and get into every report.
        raise CannotRun(f"{shown}: leave user and password out, they would replace each token")
    if not host or port == 0:
        raise CannotRun(f"{shown}: names no host and port")
    # A path is allowed: that of a gateway, or of a session of the mock.
    added = Paths(contract.operations.values())
    both = (added.base, added.only("token"))
    inside = any(f"{one}/" in f"{parts.path}/" for one in both)
    if inside or parts.query or parts.fragment:
        raise CannotRun(
            f"{shown}: give what comes before {both[0]}; the kit adds {' and '.join(both)}"
        )


def _docs_of_mock(target: Target) -> str:
    """The URL of the mock's documentation; empty for another target."""
    return f"{httpx.URL(target.url).join('/docs/')}" if target.source == str(MOCK) else ""


def command_of(options: Options, url: str) -> str:
    words = ["ringme-contract", "check", url]
    for name, value in (("--target", options.target), ("--document", options.document)):
        words += [name, str(value)] if value else []
    words += ["--profile", options.profile] if options.profile else []
    words += [word for path in options.overlay for word in ("--overlay", str(path))]
    return shlex.join([*words, *(["--read-only"] if options.read_only else [])])


def try_tokens(kit: CheckContext) -> list[str]:
    """A line for each identity that gets no token. Raises CannotRun if none gets one."""
    tried, refused = 0, []
    for name, identity in kit.target.identities.items():
        if name in TOKENLESS or name in OPTIONAL_IDENTITIES:
            continue
        tried += 1
        response = kit.request_token(**identity.parameters)
        if not response.is_success or not json_object(response).get("access_token"):
            what = f"identities.{name} gets no token: {said(response)}"
            refused.append(f"{kit.target.source}: {what}")
    if tried == 0:
        raise CannotRun(f"{kit.target.source}: identities: has no user who can log in")
    if len(refused) == tried:
        raise CannotRun(
            refused[0] if tried == 1 else f"{refused[0]} (none of {tried} identities gets a token)"
        )
    return refused


def said(response: httpx.Response) -> str:
    """A response of the token endpoint in a few words."""
    line = f"POST {response.request.url.path}: status {response.status_code}"
    if response.is_redirect:
        return f"{line}, a redirect to {response.headers.get('Location')}: give that URL instead"
    try:
        body = response.json()
    except ValueError:
        media_type = response.headers.get("Content-Type", "no media type").partition(";")[0]
        return f"{line} with {media_type} and not JSON: is this the host of the API?"
    if not isinstance(body, dict):
        return line
    word = body.get("error") or body.get("status") or body.get("message")
    return f"{line} {word}" if word else line
