"""Failures with a common cause are one finding, which the terminal shows first."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import pytest
from rich.console import Console

from ringme_contract.deviations import Deviation, trace
from ringme_contract.http.conformance import Conformance
from ringme_contract.proof.site import running_server
from ringme_contract.recording import Exchange
from ringme_contract.report.cause_text import headline
from ringme_contract.report.terminal import print_report
from ringme_contract.run.causes import find_causes
from ringme_contract.run.engine import RunResult
from ringme_contract.run.evaluation import Report, evaluate, exit_code
from ringme_contract.target import MOCK, load_target
from ringme_contract.verdict import Outcome, Verdict
from ringme_spec.contract import read_contract
from ringme_spec.operations import Operation
from ringme_spec.paths import SPEC
from ringme_spec.rules import Rule
from support.kit_command import ringme_contract
from support.operations import OPERATIONS
from support.server import RunningMock

IDENTITY = load_target(MOCK, "http://host").identities["client"].parameters
SECRET = IDENTITY["client_secret"]
API = "/api/ver1.0"
CONTRACT = read_contract(SPEC)
GROUPS, GROUP = "/client/@me/extension_group/", "/client/@me/extension_group/7"
NUMBERS, NUMBER = "/client/@me/extension/", "/client/@me/extension/5"
ONE_GROUP = "/api/ver1.0/client/{client_id}/extension_group/{ext_group_id}"
ALL_NUMBERS = "/api/ver1.0/client/{client_id}/extension/"
ONE_NUMBER = ALL_NUMBERS + "{extension_id}"
DELETES = "deleteExtensionGroup, deleteExtension, deleteGroupUser"
USERS = "/client/@me/user/extension_group/"
ENTRY = {"id": 5, "name": "555", "extension_group_id": 7}
CONFORMANCE = Conformance(CONTRACT)


def exchange(
    method: str, path: str, status: int, body: object = None, sends: object = None
) -> Exchange:
    """Return an exchange of the client, with the problem of an undocumented status."""
    operation = CONFORMANCE.find(method, f"{API}{path.partition('?')[0]}")
    assert operation is not None, path
    known = any(one == str(status) for one in operation.responses)
    return Exchange(
        "client", method, f"http://host/api/ver1.0{path}", {}, json.dumps(sends), status, {},
        json.dumps(body), 0.01, operation.id,
        [] if known else [f"{operation.id}: undocumented status {status} (documented: ...)"],
    )  # fmt: skip


def example_path(operation: Operation) -> str:
    """Return the path of an operation below the API's, filled with the document's examples."""
    values = {one.name: one.example for one in operation.path_parameters}
    return operation.fill(values).removeprefix(API)


def failed_check(number: int, *exchanges: Exchange, expected: object, got: object) -> Outcome:
    """Return a check that failed with its last request."""
    found = trace(Deviation(exchanges[-1], expected, got), exchanges, CONTRACT)
    return Outcome(
        f"scenarios/rule-{number}/it", f"rule-{number}", "scenarios", Verdict.FAIL, "message",
        expected, got, list(exchanges), 0.0, [found],
    )  # fmt: skip


def headlines_of(*failures: Outcome) -> list[str]:
    return [headline(cause, CONTRACT) for cause in find_causes(failures)]


LONG = "a long text " * 9
SHOWN = json.dumps(ENTRY)
DIFFERS = '[id 5].name: expected "5", got "555"'
RENAMED = {**ENTRY, "name": "5"}
FREE = {**ENTRY, "extension_group_id": None}
PUT = exchange("PUT", NUMBER, 200, ENTRY, {"label": "new"})
DELETED = exchange("DELETE", GROUP, 204)
STAYS = [
    failed_check(
        1, DELETED, exchange("GET", GROUP, 200, {"id": 7}), expected=404, got='200 {"id": 7}'
    ),
    failed_check(2, DELETED, exchange("GET", GROUPS, 200), expected=[], got=[{"id": 7}]),
    failed_check(3, DELETED, exchange("GET", NUMBER, 200), expected=FREE, got=ENTRY),
    failed_check(4, DELETED, exchange("DELETE", GROUP, 204), expected=404, got="204"),
    failed_check(5, DELETED, exchange("POST", NUMBERS, 201, ENTRY), expected=404, got="201 {...}"),
]


def test_failures_after_an_ineffective_write_are_one_finding() -> None:
    assert headlines_of(*STAYS) == [
        f'DELETE {ONE_GROUP} has no effect: expected 404, got 200 {{"id": 7}} (5 checks)'
    ]


def test_deeply_nested_body_is_not_an_error_of_the_kit() -> None:
    deep = replace(PUT, request_body="[" * 100_000)
    failure = failed_check(
        1, deep, exchange("GET", NUMBER, 200, ENTRY), expected=RENAMED, got=ENTRY
    )
    assert len(find_causes([failure])) == 1


@pytest.mark.parametrize(
    ("failures", "headlines"),
    [
        pytest.param(
            [
                failed_check(1, exchange("GET", NUMBERS, 500), expected=200, got="500 {}"),
                failed_check(2, exchange("GET", NUMBERS, 500), expected=403, got="500 {}"),
                # The check failed at another request, but had seen the same cause before.
                failed_check(
                    3,
                    exchange("GET", NUMBERS, 500),
                    exchange("GET", GROUP, 404),
                    expected=200,
                    got="404",
                ),
            ],
            [f"GET {ALL_NUMBERS}: expected 200, got 500 {{}} (3 checks)"],
            id="one operation is broken",
        ),
        pytest.param(
            [
                failed_check(1, exchange("DELETE", GROUP, 200), expected=204, got="200"),
                failed_check(2, exchange("DELETE", NUMBER, 200), expected=204, got="200"),
                failed_check(3, exchange("DELETE", f"{USERS}9", 200), expected=None, got=None),
            ],
            [f"3 operations ({DELETES}): expected 204, got 200 (3 checks)"],
            id="one status is wrong everywhere",
        ),
        pytest.param(
            [
                failed_check(
                    1, exchange("GET", f"{NUMBERS}?type=phone", 200), expected=[], got=[ENTRY]
                ),
                failed_check(
                    2, exchange("GET", f"{NUMBERS}?page=1&type=x", 200), expected=400, got="200"
                ),
            ],
            [f"GET {ALL_NUMBERS} with type: [id 5]: unexpected, got {SHOWN} (2 checks)"],
            id="one parameter is ignored",
        ),
        pytest.param(
            [
                failed_check(
                    1,
                    PUT,
                    exchange("GET", NUMBER, 200),
                    expected={"label": "new"},
                    got={"label": "old"},
                ),
                failed_check(
                    2,
                    PUT,
                    exchange("GET", NUMBERS, 200),
                    expected=[{**ENTRY, "label": "new"}],
                    got=[ENTRY],
                ),
            ],
            [f'PUT {ONE_NUMBER} has no effect: label: expected "new", got "old" (2 checks)'],
            id="an update is lost",
        ),
        pytest.param(
            [failed_check(1, PUT, exchange("GET", NUMBERS, 200), expected=[RENAMED], got=[ENTRY])],
            [f"GET {ALL_NUMBERS} does not show PUT {ONE_NUMBER}: {DIFFERS} (1 check)"],
            id="a list is stale",
        ),
        pytest.param(
            [
                failed_check(1, exchange("PUT", NUMBER, 200), expected=400, got="200"),
                failed_check(2, exchange("GET", GROUP, 200), expected=401, got="200"),
            ],
            [
                f"PUT {ONE_NUMBER}: expected 400, got 200 (1 check)",
                f"GET {ONE_GROUP}: expected 401, got 200 (1 check)",
            ],
            id="two that succeed where they ought to be refused",
        ),
        pytest.param(
            [
                failed_check(
                    1, exchange("GET", NUMBER, 200), expected=f"{LONG} end", got=f"{LONG}\t"
                )
            ],
            [f"GET {ONE_NUMBER}: '...{LONG[-20:]}\\t' instead of '...{LONG[-20:]} end' (1 check)"],
            id="a text that differs far behind its begin",
        ),
        pytest.param(
            [*STAYS, failed_check(6, exchange("GET", NUMBERS, 403), expected=200, got="403")],
            [
                f'DELETE {ONE_GROUP} has no effect: expected 404, got 200 {{"id": 7}} (5 checks)',
                f"GET {ALL_NUMBERS}: expected 200, got 403 (1 check)",
            ],
            id="two causes",
        ),
    ],
)
def test_causes_are_named_with_their_failures(
    failures: list[Outcome], headlines: list[str]
) -> None:
    assert headlines_of(*failures) == headlines


def printed(failures: list[Outcome], verbose: bool = False) -> list[str]:
    rules = [
        Rule(name, "Text.", "D", "MUST", "area", ("*",)) for name in {o.rule for o in failures}
    ]
    # Rules without a verdict, each for a different reason.
    rules += [Rule(f"silent-{n}", "Text.", "D", "MUST", "area", ("*",)) for n in range(30)]
    result = RunResult("http://host", "contract-0a1b2c", list(failures))
    result.outcomes += [
        Outcome(
            f"scenarios/silent-{n}/it", f"silent-{n}", "scenarios", Verdict.NOT_REACHED, f"why {n}"
        )
        for n in range(30)
    ]
    result.left_behind = [f"group {n}" for n in range(30)]
    known = {one.id: one for one in rules}
    findings = evaluate(result, known, set(known), {}, date(2026, 1, 1))
    report = Report(
        load_target(MOCK, "http://host"), CONTRACT, result, findings, exit_code(findings),
        started=datetime(2026, 1, 1, tzinfo=UTC), notes=[f"note {n}" for n in range(30)],
    )  # fmt: skip
    stream = io.StringIO()
    print_report(Console(file=stream, soft_wrap=True), report, verbose=verbose)
    return stream.getvalue().splitlines()


def test_terminal_report_has_at_most_40_lines_unless_verbose() -> None:
    operations = [one for one in OPERATIONS if one.method == "GET"]
    failures = [
        failed_check(n, exchange("GET", example_path(one), 430 + n), expected=1, got=2)
        for n, one in enumerate(operations)
    ]
    lines = printed([*STAYS, *failures])
    assert lines[0].startswith("0 of ")
    assert lines[1].startswith(f"1. DELETE {ONE_GROUP} has no effect")
    assert lines[2].startswith(f"   curl -i -X DELETE http://host/api/ver1.0{GROUP}")
    # Up to four lines of progress are printed before.
    assert len(lines) <= 36
    everything = "\n".join(printed([*STAYS, *failures], verbose=True))
    assert all(f"{one.check}: message" in everything for one in failures)


def test_replay_script_repeats_a_failure_and_tells_if_it_is_fixed(
    tmp_path: Path, mock: RunningMock
) -> None:
    with running_server("delete-answers-200") as faulty:
        log, folder = tmp_path / "deep" / "all.ndjson", tmp_path / "replay"
        done = ringme_contract(
            "check", faulty.url, "--rule=codes", "--layer=generic",
            "--replay-dir", str(folder), "--ndjson", str(log),
        )  # fmt: skip
        assert done.exit_code == 1
        assert f"1. DELETE {ONE_NUMBER}: expected 204, got 200" in done.output
        (path,) = folder.iterdir()
        assert path.name == "1-codes.py"
        still = run_script(path, faulty.url)
    assert (still.returncode, "200, in the run 200" in still.stdout) == (1, True), still.stdout
    gone = run_script(path, mock.url)
    assert (gone.returncode, "204, in the run 200" in gone.stdout) == (0, True), gone.stdout
    assert subprocess.run([sys.executable, str(path)], env={}, check=False).returncode == 2
    exchanges = [json.loads(line) for line in log.read_text().splitlines()]
    assert {"createToken", "deleteExtension"} <= {one["operation"] for one in exchanges}
    assert SECRET not in log.read_text() + path.read_text()


def run_script(path: Path, url: str) -> subprocess.CompletedProcess[str]:
    token = httpx.post(f"{url}/oauth/token", data=IDENTITY).json()["access_token"]
    command = [sys.executable, str(path), url]
    return subprocess.run(command, capture_output=True, text=True, env={"TOKEN": token})
