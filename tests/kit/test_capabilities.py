"""Targets without some parts of the API, as their target file says: the rest is checked."""

from __future__ import annotations

import json
from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send

from ringme_contract.run.check_run import Options, open_session
from ringme_contract.run.evaluation import ExitCode
from ringme_contract.target import MOCK
from ringme_contract.verdict import Verdict
from ringme_mock.app import create_app
from ringme_spec.contract import Contract, read_contract
from ringme_spec.path_templates import PathTemplates
from ringme_spec.paths import FIXTURES, SPEC
from support.serving import served

# Rules that compare a group with its client, whose lists such a target lacks.
_NEED_THE_CLIENT = {"media-delete"}


class _MockWithoutCapabilities:
    """Mock that responds with 404 to operations that need some capabilities."""

    def __init__(self, app: ASGIApp, contract: Contract, off: set[str]) -> None:
        self._app = app
        operations = contract.operations.values()
        self._all = PathTemplates(operations)
        self._kept = PathTemplates(one for one in operations if not contract.needs(one) & off)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        lacks = self._all.match(path)[0] and not self._kept.match(path)[0]
        if scope["type"] != "http" or not lacks:
            await self._app(scope, receive, send)
            return
        body = json.dumps({"message": "there is no such path"}).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        headers += [
            (b"x-ratelimit-limit", b"9"), (b"x-ratelimit-remaining", b"9"),
            (b"x-ratelimit-reset", b"9"),
        ]  # fmt: skip
        await send({"type": "http.response.start", "status": 404, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def test_target_without_optional_capabilities_passes(tmp_path: Path) -> None:
    contract = read_contract(SPEC)
    off = {one.name for one in contract.capabilities.values() if one.operations}
    target = tmp_path / "target.toml"
    target.write_text(f"off = {sorted(off)}\n{MOCK.read_text('utf-8')}", "utf-8")
    app = _MockWithoutCapabilities(create_app(SPEC, FIXTURES), contract, off)
    with served(app) as url:
        # Without the schema layer: for such a target, generated requests add nothing.
        options = Options(
            url,
            target=target,
            profile="smoke",
            layers=("generic", "scenarios", "access"),
            time_budget=3600,
        )
        with open_session(options) as session:
            report = session.run()
    others = {one.rule.id: one for one in report.findings if one.verdict is not Verdict.PASS}
    assert {name: one.reasons or one.failures for name, one in others.items()} == {
        name: one.reasons for name, one in others.items() if one.verdict is Verdict.NOT_OFFERED
    }
    assert others.keys() >= _NEED_THE_CLIENT
    assert report.code is ExitCode.PASSED
