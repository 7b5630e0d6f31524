"""Each operation refuses who has no good token, whatever it is asked for."""

from __future__ import annotations

from typing import Any

import httpx

from ringme_contract.check import check
from ringme_contract.check_context import Caller, CheckContext
from ringme_contract.schema.findings import Findings
from ringme_contract.schema.generation import remove_later
from ringme_contract.schema.operations import Operation, operations
from ringme_contract.schema.things import NOWHERE, Things

_EXPECTED = "401 with the message Unauthorized and WWW-Authenticate: Bearer"
_EMAIL = "contract@example.com"


@check("error-unauthorized", layer="schema", writes=False)
def reads_without_token(kit: CheckContext) -> None:
    """Every GET without a token and with one that was never given."""
    _ask_all(kit, [one for one in operations(kit) if one.reads])


@check("error-unauthorized", layer="schema")
def writes_without_token(kit: CheckContext) -> None:
    """Every write, the same way, about things that are not there."""
    _ask_all(kit, [one for one in operations(kit) if not one.reads and not one.gives_token])


def _ask_all(kit: CheckContext, chosen: list[Operation]) -> None:
    things, findings = Things(kit), Findings(kit)
    for operation in chosen:
        # Who lets such a request in answers that there is no such thing, and nothing is lost.
        path = operation.path.format(**things.nowhere(operation))
        more: dict[str, Any] = {"params": things.query(operation)}
        if operation.body is not None:
            more["json"] = _body(kit, operation)
        for caller in (kit.anonymous, Caller(kit, "made-up token", "0" * 30)):
            response = caller.request(operation.method, path, **more)
            remove_later(kit, operation, response)
            problem = _problem(response)
            if problem:
                findings.add(operation, f"{caller.name}: {problem}")
    findings.report(_EXPECTED)


def _body(kit: CheckContext, operation: Operation) -> dict[str, object]:
    """A body that fits the schema, and would make what can be told by its name."""
    name = kit.new_name("refused")
    needed = (operation.body or {}).get("required", [])
    known = {"password": name, "login": name, "email": _EMAIL, "extension_group_id": NOWHERE}
    number = operation.collection == "extension"
    return {one: known.get(one, "0" if number else name) for one in needed}


def _problem(response: httpx.Response) -> str | None:
    if response.status_code != 401:
        return f"is answered with {response.status_code}"
    if response.headers.get("WWW-Authenticate") != "Bearer":
        return f"WWW-Authenticate is {response.headers.get('WWW-Authenticate')}"
    try:
        body = response.json()
    except ValueError:
        body = None
    message = body.get("message") if isinstance(body, dict) else None
    return None if message == "Unauthorized" else f"the message is {message!r}"
