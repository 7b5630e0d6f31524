"""Proof at a URL: a transparent proxy injects faults; the result of each is reported."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from ringme_contract.check import all_checks
from ringme_contract.http.serving import served
from ringme_contract.proof import at_url
from ringme_contract.proof.fault import Fault, all_faults
from ringme_contract.proof.proxy import Proxy
from ringme_contract.proof.site import Site
from ringme_contract.proof.trial import contract
from ringme_contract.target import MOCK, load_target
from support.kit_command import ringme_contract
from support.odd_servers import closing, odd_server
from support.second_implementation import faulty_implementation
from support.server import RunningMock


@pytest.fixture
def few_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Restrict the kit to the checks of three rules, so that a run takes a second."""
    rules = {"me", "group-client-isolation", "group-delete"}
    few = [one for one in all_checks(contract()) if one.rule in rules and one.layer != "schema"]
    monkeypatch.setattr(at_url, "all_checks", lambda _: few)


# --- the proxy


async def echo(request: Request) -> Response:
    """Respond with the request as it arrived."""
    body = (await request.body()).decode()
    headers = [[key, value] for key, value in request.headers.items()]
    raw = request.scope["raw_path"].decode()
    return JSONResponse({"raw": raw, "query": request.url.query, "headers": headers, "body": body})


async def urls(request: Request) -> Response:
    """Respond with URLs based on the request's Host, also with escaped slashes."""
    own = f"{request.url.scheme}://{request.url.netloc}/base/file"
    text = json.dumps([own, "http://elsewhere.example/base/"]) + " "
    text += json.dumps(own).replace("/", "\\/")
    headers = {"content-type": "application/json", "content-encoding": "gzip", "x-kept": "yes"}
    return Response(gzip.compress(text.encode()), headers=headers)


async def redirect(request: Request) -> Response:
    return RedirectResponse(str(request.url.replace(path="/base/there")), 307)


@pytest.fixture
def proxy() -> Iterator[str]:
    """Return the URL of a proxy without a fault, in front of a small server below a path."""
    routes = [
        Route("/base/urls", urls),
        Route("/base/redirect", redirect),
        Route("/base/{rest:path}", echo, methods=["GET", "POST", "DELETE"]),
    ]
    with (
        served(Starlette(routes=routes)) as url,
        served(Proxy(load_target(MOCK, f"{url}/base"), Site())) as proxy,
    ):
        yield proxy


def test_proxy_forwards_requests_except_for_connection_headers(
    proxy: str,
) -> None:
    headers = {"X-Odd": "a, b", "TE": "trailers", "Connection": "keep-alive", "Accept": "x/y"}
    response = httpx.post(f"{proxy}/a//b%2Fc/%40me?x[]=1&y=a+b%20", headers=headers, content="é")
    got = response.json()
    assert (got["raw"], got["query"]) == ("/base/a//b%2Fc/%40me", "x[]=1&y=a+b%20")
    assert got["body"] == "é"
    names = [key for key, _ in got["headers"]]
    assert sorted(names) == ["accept", "content-length", "host", "user-agent", "x-odd"]
    assert dict(got["headers"])["host"] not in proxy


def test_proxy_rewrites_urls_of_the_server(proxy: str) -> None:
    response = httpx.get(f"{proxy}/urls")
    first, escaped = response.text.split("] ")
    assert json.loads(f"{first}]") == [f"{proxy}/file", "http://elsewhere.example/base/"]
    assert json.loads(escaped) == f"{proxy}/file"
    assert "content-encoding" not in response.headers
    assert response.headers["x-kept"] == "yes"
    assert httpx.get(f"{proxy}/redirect").headers["location"] == f"{proxy}/there"


def test_proxy_closes_the_connection_without_a_response() -> None:
    with odd_server(closing) as url:
        proxy = Proxy(load_target(MOCK, url), Site())
        with (
            served(proxy, log_level="critical") as address,
            pytest.raises(httpx.RemoteProtocolError),
        ):
            httpx.get(f"{address}/api")
    (line,) = proxy.unanswered
    assert line.startswith("GET /api: the connection was closed before the response")


# --- the command


def run(path: Path, *arguments: str) -> tuple[int, str, dict[str, Any]]:
    """Return the exit code, the output, and the JSON report with faults by id."""
    done = ringme_contract("prove", *arguments, "--json", str(path))
    report = json.loads(path.read_text()) if path.exists() else {"faults": []}
    report["faults"] = {one["id"]: one for one in report["faults"]}
    return done.exit_code, done.output, report


@pytest.mark.usefixtures("few_checks")
def test_each_fault_is_found_or_skipped_or_not_injected(mock: RunningMock, tmp_path: Path) -> None:
    expected = {
        "deleted-twice": "found",
        "groups-of-all": "found",
        "name-of-256": "left out",
        "members-not-released": "left out",
        "oldest-first": "left out",
        "refresh-twice": "not put",
    }
    code, output, report = run(
        tmp_path / "proof.json", mock.url, *(f"--fault={name}" for name in expected)
    )
    assert code == 0, output
    assert report["baseline"] == []
    assert {name: one["state"] for name, one in report["faults"].items()} == expected
    assert report["no response"] == report["could not be removed"] == []
    reasons = {name: one["reason"] for name, one in report["faults"].items()}
    assert reasons["deleted-twice"].startswith("generic/group-delete/")
    assert reasons["name-of-256"] == "it is a change to the document of the mock"
    assert reasons["members-not-released"].startswith("it can only be injected inside the mock")
    assert reasons["refresh-twice"].startswith("no check of its rules passes without it")


@pytest.mark.usefixtures("few_checks")
def test_faults_in_rules_that_the_server_breaks_itself_prove_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    unseen = Fault(
        "unseen", "headers", "A header more.", ("me",), "answer", {"headers": {"x": "y"}}
    )
    never = Fault("never", "status", "A status.", ("me",), "answer", {"statuses": [418]})
    monkeypatch.setitem(all_faults(), "unseen", unseen)
    monkeypatch.setitem(all_faults(), "never", never)
    names = ("--fault=unseen", "--fault=never")
    with faulty_implementation("leak-other-client") as url:
        code, output, report = run(tmp_path / "proof.json", url, *names)
    assert code == 1, output
    assert "not found: unseen: A header more." in output
    assert any(one.startswith("fail: generic/group-client-") for one in report["baseline"])
    states = {name: one["state"] for name, one in report["faults"].items()}
    assert states == {"unseen": "not found", "never": "not put"}


@pytest.mark.usefixtures("few_checks")
def test_reset_command_runs_before_each_fault(mock: RunningMock, tmp_path: Path) -> None:
    log = tmp_path / "log"
    arguments = (mock.url, "--fault=deleted-twice", "--reset")
    assert run(tmp_path / "proof.json", *arguments, f"echo again >>{log}")[0] == 0
    assert log.read_text() == "again\n" * 2
    code, output, _ = run(tmp_path / "none.json", *arguments, "false")
    assert (code, output) == (2, "ringme-contract: --reset: false: exit code 1\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["https://api.example.com"], "`ringme-contract init target.toml` writes one"),
        (["http://127.0.0.1:1"], "the target cannot be reached"),
        (["http://127.0.0.1:1", "--full"], "--full"),
    ],
)
def test_impossible_proof_is_a_one_line_error(
    arguments: list[str], message: str, tmp_path: Path
) -> None:
    code, output, _ = run(tmp_path / "none.json", *arguments)
    assert code == 2
    assert message in output
    assert "Traceback" not in output
