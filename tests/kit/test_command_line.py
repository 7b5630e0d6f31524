"""ringme-contract: exit codes, expected failures, doctor, init, sweep."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from ringme_contract.check_context import CheckContext
from ringme_contract.cli import commands
from ringme_contract.run import check_run
from ringme_contract.target import MOCK
from ringme_contract.verdict import NotReached
from ringme_spec.contract import read_contract
from ringme_spec.paths import SPEC
from support.kit_command import (
    makes_group,
    misses_group,
    mock_target,
    own_check,
    reads_user,
    replace_checks,
    ringme_contract,
)
from support.odd_servers import odd_server, responding
from support.server import Api, RunningMock

GOOD = own_check("me", reads_user, writes=False)
MAKING = own_check("group-create", makes_group)
BAD = own_check("group-read-your-writes", misses_group, writes=False)


@pytest.fixture(autouse=True)
def _no_github(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)


# --- exit codes


def test_exit_code_is_0_if_all_rules_pass(
    mock: RunningMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_checks(monkeypatch, GOOD, MAKING)
    done = ringme_contract("check", mock.url, "--rule", "me", "--rule", "group-create")
    assert done.exit_code == 0, done.output
    assert "2 of 2 MUST" in done.output.splitlines()[-1]


def test_exit_code_is_1_if_a_must_fails_and_evidence_is_shown(
    mock: RunningMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_checks(monkeypatch, GOOD, BAD)
    done = ringme_contract("check", mock.url, "--layer", "scenarios", "-v")
    assert done.exit_code == 1
    for text in (
        "1. GET /api/ver1.0/client/{client_id}/extension_group/{ext_group_id}: expected 200,",
        f"run again: ringme-contract check {mock.url} --rule group-read-your-writes",
        "fail: group-read-your-writes",
        "x-rules/group-read-your-writes",
        f"curl -i {mock.url}/api/ver1.0/client/@me/extension_group/1 ",
        '-H "Authorization: Bearer $TOKEN"',
        "expected  200",
        "got       404",
        "1 of 2 MUST, 1 fail",
    ):
        assert text in done.output


def test_exit_code_is_4_for_an_error_in_a_check(
    mock: RunningMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks_down(kit: CheckContext) -> None:
        reads_user(kit)
        raise KeyError("room_id")

    def is_not_reached(kit: CheckContext) -> None:
        raise NotReached("nothing in the target")

    broken, lacking = own_check("me", breaks_down), own_check("paging", is_not_reached)
    replace_checks(monkeypatch, GOOD, broken, lacking)
    done = ringme_contract("check", mock.url, "--layer", "scenarios")
    assert done.exit_code == 4, done.output
    assert "error: me: error in the kit: KeyError: 'room_id'" in done.output
    replace_checks(monkeypatch, broken, BAD)
    done = ringme_contract("check", mock.url, "--layer", "scenarios")
    assert done.exit_code == 1
    assert "Traceback" not in done.output


def test_exit_code_is_4_for_an_error_outside_of_checks(
    mock: RunningMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_checks(monkeypatch, GOOD)
    monkeypatch.setattr(commands, "print_report", lambda *_: dict[str, str]()["gone"])
    done = ringme_contract("check", mock.url, "--rule", "me", "--quiet")
    assert done.exit_code == 4
    assert done.output.startswith(
        "ringme-contract: error in the kit: KeyError: 'gone' (cli/commands"
    )
    assert len(done.output.splitlines()) == 1


def test_check_that_cannot_read_a_malformed_response_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def reads_nothing(kit: CheckContext) -> None:
        kit.anonymous.get(kit.me).json()["id"]

    replace_checks(monkeypatch, own_check("me", reads_nothing))
    monkeypatch.setattr(check_run, "try_tokens", lambda *_: [])
    with odd_server(responding("200 OK", b"{}", "Content-Type: application/json")) as url:
        done = ringme_contract("check", url, "--rule", "me", "-v")
    assert done.exit_code == 1
    assert (
        "reads_nothing: a response does not match the document: getCurrentUser 200: " in done.output
    )


def test_exit_code_is_3_if_a_rule_has_no_check(
    mock: RunningMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_checks(monkeypatch, GOOD)
    done = ringme_contract("check", mock.url, "-v")
    assert done.exit_code == 3
    assert "paging, media-delete, record-download, media-file" in done.output


def test_rules_the_target_does_not_offer_are_listed_and_do_not_fail(
    mock: RunningMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_checks(monkeypatch, GOOD, MAKING)
    done = ringme_contract("check", mock.url, "--layer", "scenarios", "--read-only")
    assert done.exit_code == 0
    assert "not offered: group-create: the target must not be changed" in done.output


def test_exit_code_is_3_if_no_rule_could_be_checked(
    mock: RunningMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_checks(monkeypatch, MAKING)
    done = ringme_contract("check", mock.url, "--layer", "scenarios", "--read-only")
    assert done.exit_code == 3


def test_options_can_come_from_the_environment(
    mock: RunningMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_checks(monkeypatch, GOOD, BAD)
    monkeypatch.setenv("RINGME_CONTRACT_URL", mock.url)
    monkeypatch.setenv("RINGME_CONTRACT_RULE", "me")
    monkeypatch.setenv("RINGME_CONTRACT_QUIET", "1")
    done = ringme_contract("check")
    assert (done.exit_code, len(done.output.splitlines())) == (0, 1)


def test_rules_and_layers_can_be_excluded(
    mock: RunningMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_checks(monkeypatch, GOOD, MAKING, BAD)
    arguments = ("--rule", "no:group-read-your-writes", "--layer", "no:access")
    done = ringme_contract("check", mock.url, *arguments)
    assert (done.exit_code, "2 of 2 MUST" in done.output) == (0, True), done.output
    assert ringme_contract("check", mock.url, "--layer", "no:scenarios").exit_code == 2


def test_rules_lists_every_rule_of_the_document() -> None:
    done = ringme_contract("rules")
    assert done.exit_code == 0
    rules = read_contract(SPEC).rules.values()
    assert len(done.output.splitlines()) == len(rules) + len({one.area for one in rules})
    assert all(f"  {one.id} " in done.output and one.text in done.output for one in rules)


def test_checks_of_a_missing_identity_are_not_reached(
    mock: RunningMock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    replace_checks(monkeypatch, own_check("me", reads_user))
    target = mock_target(tmp_path, ("[identities.client]", "[identities.other_client_]"))
    text = Path(target).read_text()
    start = text.index("[identities.other_client_]")
    end = text.index("[identities.client_read_only]")
    Path(target).write_text(text[:start] + text[end:])
    done = ringme_contract("check", mock.url, "--target", target, "--rule", "me")
    assert done.exit_code == 3
    assert "the target file has no identity client" in done.output


# --- expected failures


def expect(folder: Path, *entries: tuple[str, str]) -> str:
    path = folder / "expect.toml"
    path.write_text(
        "".join(
            f'[[expected]]\nrule = "{rule}"\nreason = "known"\nexpires = {day}\n'
            for rule, day in entries
        )
    )
    return str(path)


@pytest.mark.parametrize(
    ("rule", "day", "code", "message"),
    [
        ("group-read-your-writes", "2999-12-31", 0, "expected failure: group-read-your-writes"),
        ("group-read-your-writes", "2020-01-01", 1, "expected to fail until 2020-01-01: known"),
        ("me", "2999-12-31", 1, "unexpected pass: me"),
        ("nonsense", "2999-12-31", 2, "the document has no rule nonsense"),
        ("me", '"2999-12-31"', 2, "expires: must be a date"),
    ],
)
def test_expected_failures_determine_the_exit_code(
    mock: RunningMock,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    rule: str,
    day: str,
    code: int,
    message: str,
) -> None:
    replace_checks(monkeypatch, *([GOOD] if rule == "me" else [GOOD, BAD]))
    path = expect(tmp_path, (rule, day))
    done = ringme_contract("check", mock.url, "--layer", "scenarios", "--expect", path)
    assert done.exit_code == code, done.output
    assert message in done.output


def test_rule_listed_twice_as_expected_failure_is_an_error(tmp_path: Path) -> None:
    path = expect(tmp_path, ("me", "2999-12-31"), ("me", "2999-12-31"))
    done = ringme_contract("check", "http://127.0.0.1:1", "--expect", path)
    assert done.exit_code == 2
    assert "is listed twice" in done.output


# --- doctor, init, sweep


def test_doctor_finds_no_problem_in_the_mock(mock: RunningMock) -> None:
    done = ringme_contract("doctor", mock.url)
    assert done.exit_code == 0, done.output
    assert "ok      group: sales-lead, extension_group_id 3, access full" in done.output


@pytest.mark.parametrize(
    ("old", "new", "code", "message"),
    [
        ("mock-sales-lead", "wrong", 2, "wrong   group: gets no token: POST /oauth/token: status"),
        (
            '"support-lead"\npassword = "mock-support-lead"',
            '"sales-lead"\npassword = "mock-sales-lead"',
            2,
            "wrong   sibling_group: should belong to another group",
        ),
        ("2016-04", "1999-04", 3, "missing data: call records in group 3"),
        (
            "[identities.blocked]",
            "[identities.blocked]#",
            0,
            "The target can be checked completely.",
        ),
        (
            '"blocked-admin"\npassword = "mock-blocked-admin"',
            '"sales-lead"\npassword = "mock-sales-lead"',
            2,
            "wrong   blocked: should be refused as user_blocked",
        ),
        (
            f'"c15{"0" * 28}1"\nclient_secret = "{"deadbeef" * 4}"',
            f'"c12{"0" * 28}1"\nclient_secret = "{"c0ffee01" * 4}"',
            2,
            "wrong   blocked_client: should be refused as user_blocked",
        ),
        (
            f'"c12{"0" * 28}4"\nclient_secret = "{"c0ffee04" * 4}"',
            f'"c12{"0" * 28}3"\nclient_secret = "{"c0ffee03" * 4}"',
            2,
            "wrong   other_login: is the same application as `login`",
        ),
        ("facade01facade01facade01facade01", "wrong", 2, "wrong   limited: gets no token"),
    ],
    ids=[
        "secret",
        "same group",
        "no data",
        "as it is",
        "not blocked",
        "client not blocked",
        "same application",
        "limited",
    ],
)
def test_doctor_reports_wrong_and_missing_data(
    mock: RunningMock, tmp_path: Path, old: str, new: str, code: int, message: str
) -> None:
    target = mock_target(tmp_path, (old, new))
    done = ringme_contract("doctor", mock.url, "--target", target)
    assert done.exit_code == code, done.output
    assert message in done.output


def test_doctor_lists_the_rules_not_checked_without_an_identity(
    mock: RunningMock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    replace_checks(monkeypatch, own_check("me", reads_user))
    text = MOCK.read_text()
    path = tmp_path / "target.toml"
    start, end = text.index("[identities.client]"), text.index("[identities.client_read_only]")
    path.write_text(text[:start] + text[end:])
    done = ringme_contract("doctor", mock.url, "--target", str(path))
    assert done.exit_code == 3
    assert "not checked, at least in part: me" in done.output


def test_doctor_names_each_kind_of_data_differently(mock: RunningMock, tmp_path: Path) -> None:
    text = MOCK.read_text()
    start, end = text.index("[identities.group]"), text.index("[identities.group_read_only]")
    # Without a group, the data of the client are counted.
    target = mock_target(tmp_path, (text[start:end], ""))
    done = ringme_contract("doctor", mock.url, "--target", target)
    counted = re.findall(r"data: (.+ from .+): \d+", done.output)
    assert len(counted) == len(set(counted)) == 6


def test_init_does_not_overwrite_a_file_without_force(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "target.toml"
    assert ringme_contract("init", str(path)).exit_code == 0
    before = path.read_text()
    path.write_text(before + "# mine\n")
    done = ringme_contract("init", str(path))
    assert done.exit_code == 2
    assert "already exists; use --force to replace it" in done.output
    assert path.read_text() == before + "# mine\n"
    assert ringme_contract("init", "--force", str(path)).exit_code == 0
    assert path.read_text() == before
    done = ringme_contract("init", str(path / "target.toml"))
    assert (done.exit_code, "cannot be written" in done.output) == (2, True)
    assert ringme_contract("init", "-").output == before


def test_sweep_removes_only_leftovers_of_a_crashed_run(mock: RunningMock, admin: Api) -> None:
    def names() -> list[str]:
        return [one["name"] for one in admin.read("/client/@me/extension_group/")]

    before = names()
    group = admin.post("/client/@me/extension_group/", {"name": "contract-0a1b2c group 1"}).json()
    admin.post("/client/@me/extension_group/", {"name": "contract-partners"})
    admin.post("/client/@me/extension/", {"name": "777", "label": "contract-0a1b2c number 2"})
    admin.post(
        "/client/@me/user/extension_group/",
        {
            "name": "somebody",
            "login": "contract-0a1b2c-user-3",
            "password": "secret-secret",
            "email": "a@example.com",
            "extension_group_id": group["id"],
        },
    )
    looked = ringme_contract("sweep", mock.url, "--dry-run")
    assert (looked.exit_code, looked.output.count("found: ")) == (0, 3)
    assert len(names()) == len(before) + 2
    done = ringme_contract("sweep", mock.url)
    assert done.exit_code == 0
    assert "3 found, 3 removed" in done.output
    assert names() == [*before, "contract-partners"]
    assert "0 found" in ringme_contract("sweep", mock.url).output


def test_missing_library_error_names_the_installation_command() -> None:
    script = (
        "import sys; sys.modules['rich'] = None; sys.argv = ['ringme-contract', '--version'];"
        "from ringme_contract.__main__ import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 2
    # Not a name that would be looked up in a package index, as the distribution is not published.
    assert 'pip install "./ringme-mock[contract]"' in done.stderr
    assert "Traceback" not in done.stderr
