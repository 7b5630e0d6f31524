"""The commands of ringme-contract: check, rules, doctor, init, prove, sweep and capture."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import click
from rich.console import Console

from ringme_contract.capture.capture_command import capture
from ringme_contract.check import LAYERS, all_checks
from ringme_contract.check_context import CheckContext
from ringme_contract.cli.doctor import Finding, examine, worst
from ringme_contract.cli.memory import share_memory
from ringme_contract.cli.output import lasting_output
from ringme_contract.cli.sweep import sweep as sweep_leftovers
from ringme_contract.command_options import (
    PATH,
    DocsUrl,
    document_options,
    option,
    pace_options,
    target_options,
)
from ringme_contract.http.connection import kit_version
from ringme_contract.http.transport import Transport
from ringme_contract.proof.prove_command import prove
from ringme_contract.recording import first_problem
from ringme_contract.report.files import FILES, exchange_log, try_path, try_reports, write_reports
from ringme_contract.report.github import step_summary, workflow_commands
from ringme_contract.report.printable import printable
from ringme_contract.report.terminal import ProgressLine, print_report
from ringme_contract.run.check_run import (
    Options,
    open_kit,
    open_session,
    read_document,
    read_target,
)
from ringme_contract.run.evaluation import ExitCode
from ringme_contract.target import template
from ringme_contract.verdict import Failure, breakdown
from ringme_spec.command_line import OneLineGroup
from ringme_spec.errors import ConfigError, file_errors


class _Commands(OneLineGroup):
    """Reports any error of the kit itself in one line."""

    def invoke(self, ctx: click.Context) -> Any:
        with lasting_output():
            try:
                return super().invoke(ctx)
            except (click.ClickException, click.exceptions.Exit, click.Abort):
                raise
            except ConfigError as error:
                _stop(str(error))
            except KeyboardInterrupt:
                _stop("interrupted", ExitCode.INTERRUPTED)
            except Exception as error:
                _stop(breakdown(error), ExitCode.ERROR)


@click.group(cls=_Commands)
@click.version_option(kit_version(), prog_name="ringme-contract")
def main() -> None:
    """Check an implementation of the RingMe API against its OpenAPI document, over HTTP.

    Options of check and doctor can also be set by environment variables: RINGME_CONTRACT_ and the
    name of the option, such as RINGME_CONTRACT_TARGET.

    Exit codes: 0 every MUST passed, 1 a MUST failed or an expected failure passed, 2 could not
    run, 3 a MUST was not reached, 4 an error in the kit, 130 interrupted. If several apply, the
    first of 1, 4 and 3 is used.

    Example: ringme-contract check http://127.0.0.1:8080/s/contract-1
    """


main.add_command(prove)
main.add_command(capture)


@main.command()
@target_options
@pace_options
@option(
    "--layer",
    "layers",
    multiple=True,
    help=f"Only this layer: {', '.join(LAYERS)}; no:NAME leaves one out; repeatable.",
)
@option(
    "--rule",
    "rules",
    multiple=True,
    help="Only this rule; no:ID leaves one out; repeatable. `ringme-contract rules` lists them.",
)
@option("--seed", type=int, default=0, show_default=True, help="Random seed.")
@option("--shuffle", type=int, help="Random seed of the order of checks.")
@option("--read-only", is_flag=True, help="Change nothing in the target.")
@option("--expect", type=PATH, help="List of expected failures (TOML).")
@option("--report-dir", type=PATH, help="Folder for reports and scripts.")
@option("--junit", type=PATH, help="Write a JUnit XML file.")
@option("--json", type=PATH, help="Write the report as JSON.")
@option("--html", type=PATH, help="Write the report as one HTML page.")
@option("--badge", type=PATH, help="Write a badge as JSON for shields.io.")
@option("--ndjson", type=PATH, help="Write each request with its response as a line of JSON.")
@option("--replay-dir", type=PATH, help="Folder for scripts that repeat failures.")
@option(
    "--docs",
    type=DocsUrl(),
    default="",
    metavar="URL",
    help="URL of the documentation, to link each rule to.",
)
@option("--quiet", is_flag=True, help="Show only the verdict and the failures.")
@option("-v", "--verbose", is_flag=True, help="Show every failed check, and all its requests.")
def check(
    quiet: bool,
    verbose: bool,
    report_dir: Path | None,
    ndjson: Path | None,
    replay_dir: Path | None,
    **settings: Any,
) -> None:
    """Check an implementation and report which rules it meets.

    URL is the part before /api/ver1.0. Without --target it must be a mock on this machine with the
    built-in fixtures. Each run deletes some recorded items, so use a new session for each run.

    \b
    Examples:
      ringme-contract check http://127.0.0.1:8080/s/contract-$(date +%s)
      ringme-contract check https://api.example.com --target target.toml --report-dir reports
    """
    share_memory()
    reports = {name: settings.pop(name) for name in FILES}
    options = Options(**settings)
    console = Console(soft_wrap=True)
    problems: list[str] = []
    # Before the run: a wrong path must not cost its time and its result.
    paths = try_reports(report_dir, reports)
    if replay_dir:
        try_path(replay_dir / "script")
    with exchange_log(ndjson, problems) as log, open_session(options) as session:
        session.kit.transport.log = log
        for line in session.troubles:
            click.echo(f"warning: {printable(line)}", err=True)
        progress = ProgressLine(console, len(session.checks), quiet, verbose)
        with session.kit.transport.end.on_signals(progress.say), progress:
            report = session.run(progress)
    problems += write_reports(report, report_dir, reports, replay_dir)
    print_report(console, report, quiet, verbose)
    for problem in problems:
        click.echo(f"ringme-contract: {problem}", err=True)
    if not quiet and not problems:
        for path in paths:
            click.echo(f"wrote {path}")
    if os.environ.get("GITHUB_ACTIONS") == "true":
        for line in workflow_commands(report):
            click.echo(line)
        _add_step_summary(step_summary(report))
    sys.exit(report.code or (ExitCode.ERROR if problems else ExitCode.PASSED))


@main.command()
@target_options
@pace_options
def doctor(**settings: Any) -> None:
    """Test a target file and its target.

    Shows how much of the target can be checked: gets a token for each identity, reads its user,
    counts the data, and estimates how long each profile takes.
    """
    findings: list[Finding] = []
    with _kit(Options(**settings)) as kit:
        for finding in examine(kit, all_checks(kit.contract)):
            findings.append(finding)
            _print_finding(finding)
    code = worst(findings)
    click.echo(
        {
            ExitCode.PASSED: "The target can be checked completely.",
            ExitCode.NOT_REACHED: "The target can be checked only in part.",
        }.get(code, "The target file does not fit the target.")
    )
    sys.exit(code)


@main.command()
@document_options
def rules(**settings: Any) -> None:
    """List the rules of the document.

    By area: id, level, grade, number of checks, and text.
    """
    contract = read_document(Options(**settings))
    found = contract.rules.values()
    counts = Counter(one.rule for one in all_checks(contract))
    width = max(len(one.id) for one in found)
    for area in dict.fromkeys(one.area for one in found):
        click.echo(f"{area}:")
        for one in found:
            if one.area == area:
                checks = f"{counts[one.id]} {'check' if counts[one.id] == 1 else 'checks'}"
                about = f"{one.level:6} {one.grade}  {checks:>9}"
                click.echo(f"  {one.id:{width}}  {about}  {printable(one.text)}")


@main.command()
@click.argument("file", type=PATH, default=Path("target.toml"))
@click.option("--force", is_flag=True, help="Replace an existing file.")
@document_options
def init(file: Path, force: bool, **settings: Any) -> None:
    """Write a commented target file to fill in; `-` prints it.

    FILE is target.toml by default. Missing folders are created.
    """
    contract = read_document(Options(**settings))
    if str(file) == "-":
        click.echo(template(contract), nl=False)
        return
    if file.is_file() and not force:
        raise ConfigError(f"{file}: already exists; use --force to replace it")
    with file_errors(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(template(contract), "utf-8")
    click.echo(f"wrote {file}; fill it in, then: ringme-contract doctor --target {file}")


@main.command()
@target_options
@click.option("--dry-run", is_flag=True, help="Only list what would be removed.")
def sweep(dry_run: bool, **settings: Any) -> None:
    """Remove entries that crashed runs left in the target.

    Removes groups, users of groups, and numbers whose name or label begins with contract- and six
    digits. Do not use it while another run is in progress.
    """
    total, removed = 0, 0
    try:
        with _kit(Options(**settings)) as kit:
            for one in sweep_leftovers(kit, dry_run):
                total, removed = total + 1, removed + one.removed
                what = "found" if dry_run else "removed" if one.removed else f"kept ({one.problem})"
                click.echo(f"{what}: {one.kind} {printable(one.name)}")
    except Failure as failure:
        _stop(f"{failure.message}, expected {failure.expected}, got {failure.got}")
    click.echo(f"{total} found, {removed} removed")
    sys.exit(ExitCode.PASSED if dry_run or removed == total else ExitCode.FAILED)


@contextmanager
def _kit(options: Options) -> Iterator[CheckContext]:
    contract = read_document(options)
    transport = Transport(read_target(options, contract), contract)
    with open_kit(transport, contract, options.wait) as kit:
        try:
            yield kit
        except (LookupError, TypeError, AttributeError):
            problem = first_problem(transport.exchanges)
            if problem is None:
                raise
            _stop(f"a response cannot be read: {problem}")


def _print_finding(finding: Finding) -> None:
    word = {ExitCode.PASSED: "ok", ExitCode.NOT_REACHED: "missing"}.get(finding.code, "wrong")
    click.echo(f"{word:8}{finding.about}: {printable(finding.text)}")
    if finding.rules:
        click.echo(f"{'':8}not checked, at least in part: {', '.join(finding.rules)}")


def _stop(message: str, code: ExitCode = ExitCode.COULD_NOT_RUN) -> NoReturn:
    for line in printable(message).splitlines():
        click.echo(f"ringme-contract: {line}", err=True)
    sys.exit(code)


def _add_step_summary(text: str) -> None:
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path:
        return
    try:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        click.echo(f"ringme-contract: {path}: cannot be written: {error.strerror}", err=True)
