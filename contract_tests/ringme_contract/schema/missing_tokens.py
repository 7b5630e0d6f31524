"""Requests without a good token, for each operation."""

from __future__ import annotations

from typing import Any

import httpx

from ringme_contract.check import check
from ringme_contract.check_context import Caller, CheckContext
from ringme_contract.conformance import json_object
from ringme_contract.schema.findings import Findings
from ringme_spec.operations import Operation

_EXPECTED = "401 with the message Unauthorized and WWW-Authenticate: Bearer"


@check("error-unauthorized", layer="schema", writes=False)
def reads_without_token(kit: CheckContext) -> None:
    """Every GET without a token and with one that was never given."""
    _send_all(kit, [one for one in kit.operations if one.reads])


@check("error-unauthorized", layer="schema", isolated=True)
def writes_without_token(kit: CheckContext) -> None:
    """Every write, the same way, about things that are not there."""
    _send_all(kit, [one for one in kit.operations if not one.reads and one.scopes is not None])


def _send_all(kit: CheckContext, chosen: list[Operation]) -> None:
    findings = Findings(kit)
    for operation in chosen:
        # Who lets such a request in tells that there is no such thing, and nothing is lost.
        path = operation.fill(kit.factory.nowhere(operation))
        more: dict[str, Any] = {"params": kit.factory.query(operation)}
        if operation.json_body is not None:
            more["json"] = kit.factory.harmless(operation)
        for caller in (kit.anonymous, Caller(kit, "made-up token", "0" * 30)):
            problem = _problem(caller.request(operation.method, path, **more))
            if problem:
                findings.add(operation, f"{caller.name}: {problem}", expected=401)
    findings.report(_EXPECTED)


def _problem(response: httpx.Response) -> str | None:
    if response.status_code != 401:
        return f"status {response.status_code}"
    if response.headers.get("WWW-Authenticate") != "Bearer":
        return f"WWW-Authenticate is {response.headers.get('WWW-Authenticate')}"
    message = json_object(response).get("message")
    return None if message == "Unauthorized" else f"the message is {message!r}"
