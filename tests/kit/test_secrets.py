"""Redaction in reports: no secret is shown, however it was sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import pytest

from ringme_contract.check import Check
from ringme_contract.check_context import CheckContext
from ringme_contract.http.conformance import Conformance
from ringme_contract.http.transport import Transport
from ringme_contract.report.files import write_reports
from ringme_contract.report.finding_text import details
from ringme_contract.report.github import step_summary, workflow_commands
from ringme_contract.run.check_run import CannotRun, Options, read_document, read_target
from ringme_contract.run.engine import Engine
from ringme_contract.run.evaluation import Report, evaluate, exit_code
from ringme_contract.target import Target, load_target
from ringme_spec.contract import read_contract
from ringme_spec.paths import SPEC
from ringme_spec.redaction import MASK, Redaction
from ringme_spec.rules import Rule

CONTRACT = read_contract(SPEC)
URL = "http://target.example"
# Secrets of the target file, and of a target's responses.
SECRET, PASSWORD = 'se"cret/of the app', "pass-word of a user"
TOKEN, REFRESH = "tokenQ7vT2mK9w", "refreshQ7vT2mK9w"
ALL = (SECRET, PASSWORD, TOKEN, REFRESH, "se%22cret", 'se\\"cret', "of+the+app", "of%20the%20app")
FORM = {"client_id": "x", "client_secret": SECRET, "password": PASSWORD}
TOKEN_RESPONSE = {"access_token": TOKEN, "token_type": "Bearer", "refresh_token": REFRESH}


@pytest.fixture
def target(tmp_path: Path) -> Target:
    """Return a target with secrets that contain special characters."""
    path = tmp_path / "target.toml"
    path.write_text(
        f'url = "{URL}"\nrange = {{start = "2016-04-01 00:00:00", end = "2016-04-02 00:00:00"}}\n'
        f"[identities.client]\nclient_id = 'x'\nclient_secret = '{SECRET}'\n"
        f"[identities.group]\nclient_id = 'x'\nclient_secret = '{SECRET}'\n"
        f"username = 'u'\npassword = '{PASSWORD}'\n"
    )
    return load_target(path)


def echo(request: httpx.Request) -> httpx.Response:
    """Return a response that repeats the request, with a token and the wrong status."""
    if request.url.path != "/oauth/token":
        raise httpx.ConnectError(f"no way to {request.url}")
    reason = f"not {SECRET}, nor {PASSWORD} " + request.read().decode()
    headers = {"Set-Cookie": f"token={TOKEN}", "Location": f"/?access_token={TOKEN}", "X": reason}
    # In parts, because the client measures the time only while it reads.
    body = json.dumps({**TOKEN_RESPONSE, "said": reason}).encode()
    headers["Content-Type"] = "application/json"
    return httpx.Response(418, content=iter([body]), headers=headers)


def expects(kit: CheckContext) -> None:
    kit.expect(kit.request_token(**FORM), 200)


def in_query(kit: CheckContext) -> None:
    kit.expect(kit.anonymous.request("POST", kit.token_path, params=FORM), 200)


def in_json(kit: CheckContext) -> None:
    kit.expect(kit.anonymous.request("POST", kit.token_path, json=FORM), 200)


def in_multipart(kit: CheckContext) -> None:
    parts = {name: (None, value) for name, value in FORM.items()}
    kit.expect(kit.anonymous.request("POST", kit.token_path, files=parts), 200)


def as_basic(kit: CheckContext) -> None:
    headers = {"Authorization": f"Basic {TOKEN}"}
    kit.expect(kit.anonymous.request("POST", kit.token_path, headers=headers), 200)


def compares(kit: CheckContext) -> None:
    response = kit.request_token(**FORM).json()
    kit.expect_equal(
        "the answer", response, {**response, "access_token": None, "list": [(SECRET,)]}
    )


def cannot_read(kit: CheckContext) -> None:
    raise KeyError(str(kit.request_token(**FORM).json()))


def breaks_down(kit: CheckContext) -> None:
    raise RuntimeError(f"{FORM} Bearer {TOKEN} {kit.request_token(**FORM).text}")


def gets_no_response(kit: CheckContext) -> None:
    kit.anonymous.request("GET", f"/?access_token={TOKEN}&client_secret={SECRET}")


CHECKS: list[Callable[[CheckContext], None]] = [
    expects, in_query, in_json, in_multipart, as_basic, compares, cannot_read, breaks_down,
    gets_no_response,
]  # fmt: skip


@pytest.mark.parametrize("function", CHECKS)
def test_no_report_shows_a_secret(
    target: Target, tmp_path: Path, function: Callable[[CheckContext], None]
) -> None:
    with httpx.Client(base_url=URL, transport=httpx.MockTransport(echo)) as http:
        kit = CheckContext(target, CONTRACT, Transport(target, CONTRACT, http))
        result = Engine(kit).run([Check(function.__name__, "leaks", "scenarios", function)])
    assert function is gets_no_response or result.outcomes[0].exchanges
    rule = Rule("leaks", "Whatever.", "D", "MUST", "an area", ("*",))
    findings = evaluate(result, {rule.id: rule}, {rule.id}, {}, date(2026, 1, 1))
    started = datetime(2026, 1, 1, tzinfo=UTC)
    report = Report(target, CONTRACT, result, findings, exit_code(findings), started=started)
    assert write_reports(report, tmp_path / "reports", {}) == []
    paths = list((tmp_path / "reports").glob("**/*.*"))
    assert len(paths) == 4 + len(report.causes)
    outputs = [path.read_text(encoding="utf-8") for path in paths]
    outputs += [details(one) for one in findings]
    outputs += [step_summary(report), *workflow_commands(report)]
    text = "\n".join(outputs)
    assert function.__name__ in text
    assert [one for one in ALL if one in text] == []


def test_long_body_is_not_truncated_inside_a_secret(target: Target) -> None:
    redaction = Redaction(CONTRACT.document, [SECRET])
    for length in range(170, 200):
        assert 'se"c' not in redaction.mask_text("x" * length + SECRET)[:200]
        assert TOKEN[:4] not in redaction.mask_text("x" * length + f'"password": "{TOKEN}')[:200]
    assert target.identities["client"].parameters["client_secret"] == SECRET


def test_multipart_field_is_redacted_by_its_name() -> None:
    text = f'--b\r\nContent-Disposition: form-data; name="password"\r\n\r\n{TOKEN} x\r\n--b--'
    assert Redaction(CONTRACT.document).mask_text(text) == text.replace(f"{TOKEN} x", MASK)


def test_problem_with_a_token_is_described_without_the_token() -> None:
    request = httpx.Request("POST", f"{URL}/oauth/token")
    response = httpx.Response(
        200, json={**TOKEN_RESPONSE, "access_token": f"{TOKEN} ?"}, request=request
    )
    problems = Conformance(CONTRACT).problems(response)
    assert problems
    assert [one for one in ALL if one in " ".join(problems)] == []


@pytest.mark.parametrize("url", [f"http://me:{TOKEN}@127.0.0.1:1", f"ftp://me:{TOKEN}@host"])
def test_url_with_a_password_is_refused_and_not_shown(url: str) -> None:
    with pytest.raises(CannotRun) as refused:
        read_target(Options(url=url), read_document(Options()))
    assert TOKEN not in str(refused.value)
    assert MASK in str(refused.value)
