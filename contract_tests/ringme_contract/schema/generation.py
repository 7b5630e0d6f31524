"""Requests that Schemathesis makes from the document, and their sending."""

from __future__ import annotations

import json
import re
import threading
from typing import Any
from weakref import WeakKeyDictionary

import httpx
import hypothesis
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.core import NOT_SET

from ringme_contract.check_context import CheckContext
from ringme_contract.http.transport import Transport
from ringme_spec.operations import Operation

AnyCase = Case[Any]

# No database and no time limits: the same seed makes the same requests. They are made first and
# sent afterwards, so that no response and no failure can change which ones there are.
SETTINGS = settings(
    database=None, phases=[Phase.generate], deadline=None, suppress_health_check=list(HealthCheck)
)
# What a path is cut into by, or what a server in front may not let through: how such a path is
# read says nothing about the schema of one part of it.
_NO_PART = re.compile(r"[/\\\x00-\x1f\x7f]|^\.{0,2}$")
_BASE = "http://target"
_schemas: WeakKeyDictionary[Transport, Any] = WeakKeyDictionary()
# Held by a thread that uses Schemathesis. It imports modules and parses sources when they are first
# needed, and Python 3.11 raises SystemError if two threads parse at once (also if one of them only
# imports what pytest rewrites). It takes the processor and not the line: nothing is lost by it.
SCHEMATHESIS = threading.RLock()


def can_be_generated(operation: Operation) -> bool:
    """True if generated requests can succeed: no text that is made up is an application."""
    return operation.scopes is not None or operation.action == "token"


def schema_of(kit: CheckContext) -> Any:
    """The document of a run for Schemathesis; read once, for that takes a second."""
    if (found := _schemas.get(kit.transport)) is not None:
        return found
    with SCHEMATHESIS:
        if kit.transport not in _schemas:
            _schemas[kit.transport] = _read_schema(kit)
        return _schemas[kit.transport]


def _read_schema(kit: CheckContext) -> Any:
    config = schemathesis.Config.from_dict(
        {
            "base-url": _BASE,
            "seed": kit.seed,
            # Nothing that one run learned may change the next one.
            "cache": {"enabled": False},
            "analysis": {"constants": {"enabled": False}},
            # No rule says that a text may hold a NUL.
            "generation": {"allow-x00": False},
        }
    )
    # Through JSON, so that no two parts of it are the same object and no key is a number.
    document = json.loads(json.dumps(kit.contract.document))
    return schemathesis.openapi.from_dict(document, config=config)


def generate(
    kit: CheckContext,
    operation: Operation,
    mode: GenerationMode,
    count: int,
    salt: int,
    path: dict[str, Any] | None = None,
) -> list[AnyCase]:
    """Up to so many cases (in the default profile) for an operation.

    They are always the same ones for a seed of the run and `salt`. With `path` just the query and
    the body are generated. There may be none at all: what takes no input cannot get a bad one.
    """
    found: list[AnyCase] = []
    with SCHEMATHESIS:
        strategy = (
            schema_of(kit)
            .find_operation_by_id(operation.id)
            .as_strategy(mode, path_parameters=dict(path) if path is not None else None)
        )

        @hypothesis.seed(kit.seed * 100 + salt)
        @settings(SETTINGS, max_examples=kit.profile.times(count))
        @given(strategy)
        def collect(case: AnyCase) -> None:
            found.append(case)

        try:
            collect()
        except Unsatisfiable:
            return []
    return [case for case in found if _can_be_sent(case)]


def put_together(
    kit: CheckContext,
    operation: Operation,
    path: dict[str, Any],
    query: dict[str, Any] | None = None,
    body: Any = NOT_SET,
    media_type: str | None = None,
) -> AnyCase:
    has_body = body is not NOT_SET
    with SCHEMATHESIS:
        case: AnyCase = (
            schema_of(kit)
            .find_operation_by_id(operation.id)
            .Case(
                path_parameters=dict(path),
                query=dict(query or {}),
                body=body,
                media_type=(media_type or "application/json") if has_body else None,
            )
        )
    return case


def send(kit: CheckContext, operation: Operation, case: AnyCase) -> httpx.Response | None:
    """Sends a case as Schemathesis writes it; None if it cannot be written in HTTP.

    What it may have created is removed after the check, whether it should have been or not.
    """
    with SCHEMATHESIS:
        arguments = case.as_transport_kwargs()
    try:
        request = requests.Request(**arguments).prepare()
    except (requests.RequestException, ValueError):
        return None
    caller = kit.anonymous if operation.scopes is None else kit.client
    body = request.body.encode() if isinstance(request.body, str) else request.body
    return caller.request(
        str(request.method),
        request.path_url,
        content=body,
        headers={
            name: value
            for name, value in request.headers.items()
            if name.lower() in ("content-type", "authorization")
        },
    )


def _can_be_sent(case: AnyCase) -> bool:
    return not any(_NO_PART.search(str(one)) for one in (case.path_parameters or {}).values())
