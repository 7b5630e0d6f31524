"""Resources of an overlay: checked without Python code; faults in them are found."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from ringme_contract.run.check_run import Options, open_session
from ringme_contract.run.evaluation import ExitCode, Report
from ringme_contract.target import MOCK
from ringme_contract.verdict import Verdict
from ringme_mock.app import create_app
from ringme_spec.contract import read_contract
from ringme_spec.paths import FIXTURES, SPEC
from support.serving import served

_ROOMS = Path(__file__).resolve().parents[2] / "docs" / "examples" / "rooms"
# Desks with all operations, holidays that can only be listed, notes of a group in an object.
_RESOURCES = Path(__file__).parent / "resources"
# Forwards a request, with another query string if given, and returns status and JSON.
Forward = Callable[..., Awaitable[tuple[int, Any]]]
Fault = Callable[[str, str, Forward], Awaitable[tuple[int, Any]]]


class _Faulty:
    """Mock in which a fault decides the responses of paths that contain a text."""

    def __init__(self, app: Any, within: str, fault: Fault) -> None:
        self._app, self._within, self._fault = app, within, fault

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._within not in scope.get("path", ""):
            await self._app(scope, receive, send)
            return
        headers: list[Any] = [(b"x-ratelimit-limit", b"9"), (b"x-ratelimit-remaining", b"8")]

        async def forward(query: bytes | None = None) -> tuple[int, Any]:
            messages: list[Message] = []

            async def keep(message: Any) -> None:
                messages.append(message)

            changed_scope = {**scope, "extensions": {}}
            if query is not None:
                changed_scope["query_string"] = query
            await self._app(changed_scope, receive, keep)
            headers[:] = messages[0]["headers"]
            body = b"".join(one.get("body", b"") for one in messages[1:])
            return messages[0]["status"], json.loads(body) if body else None

        status, value = await self._fault(scope["method"], scope["path"], forward)
        body = b"" if status == 204 else json.dumps(value).encode()
        replaced = (b"content-length", b"content-type", b"content-encoding")
        kept = [pair for pair in headers if pair[0].lower() not in replaced]
        if status != 204:
            kept += [(b"content-type", b"application/json")]
            kept += [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": kept})
        await send({"type": "http.response.body", "body": body})


def _check(
    *folders: Path,
    rules: tuple[str, ...] = (),
    layers: tuple[str, ...] = (),
    within: str = "",
    fault: Fault | None = None,
) -> Report:
    """Return the report of a run against a mock with the overlays of some folders."""
    overlays = tuple(one / "overlay.yaml" for one in folders)
    fixtures = [one / "fixtures" for one in folders]
    app: Any = create_app(SPEC, FIXTURES, overlays=overlays, added_fixtures=fixtures)
    with served(_Faulty(app, within, fault) if fault else app) as url:
        options = Options(
            url,
            target=MOCK,
            document=SPEC,
            overlay=overlays,
            rules=rules,
            layers=layers,
            time_budget=3600,
        )
        with open_session(options) as session:
            return session.run()


# Not the scenarios and the rules of other areas, which only cover resources of the API.
_LAYERS = ("schema", "generic", "access", "model")
_AREAS = ("basics", "errors", "entries", "safety")
_OTHERS = ("access", "user-types", "paging", "envelope", "group-delete")


def test_added_resources_pass_all_rules_on_the_mock() -> None:
    rules = [one.id for one in read_contract(SPEC).rules.values() if one.area in _AREAS]
    report = _check(_ROOMS, _RESOURCES, rules=(*rules, *_OTHERS), layers=_LAYERS)
    bad = {
        one.rule.id: [each.message for each in one.failures] or one.reasons
        for one in report.findings
        if one.verdict not in (Verdict.PASS, Verdict.NOT_OFFERED)
    }
    assert bad == {}
    assert report.code is ExitCode.PASSED
    assert report.result.left_behind == []


async def _deletes_nothing(method: str, path: str, forward: Forward) -> tuple[int, Any]:
    return (204, None) if method == "DELETE" else await forward()


async def _lists_without_the_newest(method: str, path: str, forward: Forward) -> tuple[int, Any]:
    status, value = await forward()
    return status, value[:-1] if isinstance(value, list) else value


async def _shows_texts_in_lower_case(method: str, path: str, forward: Forward) -> tuple[int, Any]:
    status, value = await forward()
    for one in value if isinstance(value, list) else [value or {}]:
        if method == "GET" and status == 200:
            one |= {name: text.lower() for name, text in one.items() if isinstance(text, str)}
    return status, value


def _remembers(on: str, instead_of: tuple[int, ...]) -> Fault:
    """Return a fault that shows the entry as first seen, instead of responses of these statuses."""
    known: dict[str, Any] = {}

    async def fault(method: str, path: str, forward: Forward) -> tuple[int, Any]:
        status, value = await forward()
        if status in (200, 201) and isinstance(value, dict):
            place, key = path.rstrip("/"), f"/{value['id']}"
            known.setdefault(place if place.endswith(key) else place + key, value)
        found = known.get(path)
        return (200, found) if found and method == on and status in instead_of else (status, value)

    return fault


@pytest.mark.parametrize(
    ("folder", "within", "fault", "rule"),
    [
        (_ROOMS, "/room/", _deletes_nothing, "entry-delete"),
        (_ROOMS, "/room/", _lists_without_the_newest, "entry-read"),
        (_ROOMS, "/room/", _shows_texts_in_lower_case, "entry-read"),
        (_ROOMS, "/room/", _remembers("GET", (403, 404)), "entry-isolation"),
        (_RESOURCES, "/desk/", _remembers("GET", (200,)), "entry-update"),
        (_RESOURCES, "/desk/", _remembers("GET", (404,)), "group-delete"),
        (_RESOURCES, "/note/", _deletes_nothing, "entry-delete"),
        (_RESOURCES, "/note/", _shows_texts_in_lower_case, "entry-update"),
    ],
)
def test_fault_of_an_added_resource_breaks_its_rule(
    folder: Path, within: str, fault: Fault, rule: str
) -> None:
    report = _check(folder, rules=(rule,), within=within, fault=fault)
    assert rule in [one.rule.id for one in report.findings if one.verdict is Verdict.FAIL]
    assert report.code is ExitCode.FAILED
