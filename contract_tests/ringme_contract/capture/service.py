"""The live service: GET requests with one token, at the pace of its limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx

from ringme_contract.http.conformance import json_object
from ringme_contract.http.no_response import Unreachable
from ringme_contract.http.transport import Transport
from ringme_contract.target import Target
from ringme_spec.contract import Contract
from ringme_spec.errors import ConfigError
from ringme_spec.redaction import mask_text

IDENTITY = "client"
# Statuses of a service that does not have, or does not show, a resource.
NOT_THERE = (403, 404, 405, 501)
# Seconds. A rate limit of an hour is waited for.
_LONGEST_WAIT = 2 * 3600.0
# Seconds. Longer waits are reported.
_TOLD = 2.0


class Service:
    """Reads JSON. Raises ConfigError for anything else; reports each long wait to `tell`."""

    def __init__(self, target: Target, contract: Contract, tell: Callable[[str], None]) -> None:
        if IDENTITY not in target.identities:
            raise ConfigError(
                f"{target.source}: identities.{IDENTITY} is missing: a full user of the client"
                " that is to be captured"
            )

        def note_wait(seconds: float) -> None:
            if seconds > _TOLD:
                tell(f"the rate limit is used up: waiting {seconds:.0f} s")

        operation = contract.token_operation
        self._token_path = operation.path if operation else ""
        self._target = target
        self._token = ""
        self._transport = Transport(replace(target, budget=_LONGEST_WAIT), contract, jobs=1)
        self._transport.note_wait = note_wait

    def close(self) -> None:
        self._transport.close()

    def get(self, path: str, query: dict[str, Any]) -> Any | None:
        """Read a path from the root; None if it does not exist, or not for this user."""
        if not self._token:
            self._log_in()
        response = self._get(path, query)
        if response.status_code == 401:
            # The token has expired.
            self._log_in()
            response = self._get(path, query)
        if response.status_code in NOT_THERE:
            return None
        if response.status_code != 200:
            raise ConfigError(f"{_line(response)}: status {response.status_code}, not 200")
        try:
            return response.json()
        except (ValueError, RecursionError):
            raise ConfigError(f"{_line(response)}: the body is not JSON") from None

    def _get(self, path: str, query: dict[str, Any]) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._token}"}
        return self._send("GET", path, params=query, headers=headers)

    def _log_in(self) -> None:
        parameters = self._target.identities[IDENTITY].parameters
        response = self._send("POST", self._token_path, data=parameters)
        token = json_object(response).get("access_token")
        if response.status_code != 200 or not isinstance(token, str) or not token.isprintable():
            raise ConfigError(
                f"{self._target.source}: identities.{IDENTITY} gets no token: "
                f"{_line(response)}: status {response.status_code}"
            )
        self._token = token

    def _send(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        try:
            # The recorded exchanges are not used.
            with self._transport.recording():
                arguments["repeatable"] = True
                response = self._transport.send(IDENTITY, method, path, **arguments)
        except Unreachable as error:
            raise ConfigError(f"{error}; run the same command again to continue") from None
        if response.is_redirect:
            where = mask_text(response.headers.get("Location", ""))[:200]
            line = _line(response)
            raise ConfigError(f"{line}: a redirect to {where!r}; give the URL of the API itself")
        return response


def _line(response: httpx.Response) -> str:
    return f"{response.request.method} {response.request.url.path}"
