"""The live service: GET requests with one token, at the pace of its limits."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

import httpx

from ringme_contract.http.conformance import json_object
from ringme_contract.http.connection import Connection
from ringme_contract.http.retries import GATEWAY, THROTTLED, Retries, Throttle
from ringme_contract.target import Target
from ringme_spec.errors import ConfigError
from ringme_spec.redaction import mask_text

IDENTITY = "client"
# What a service answers that does not have, or does not show, a resource.
NOT_THERE = (403, 404, 405, 501)
# A limit that is counted by the hour is waited for.
_LONGEST_WAIT = 2 * 3600.0
# Longer waits are told.
_TOLD = 2.0


class Service:
    """Reads JSON of a service. Raises ConfigError for whatever gives none.

    `token_path` is that of the token endpoint, `tell` gets a line for each long wait.
    """

    def __init__(
        self,
        target: Target,
        token_path: str,
        tell: Callable[[str], None],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if IDENTITY not in target.identities:
            raise ConfigError(
                f"{target.source}: identities.{IDENTITY} is missing: a full user of the client"
                " that is to be captured"
            )
        self._target = target
        self._token_path = token_path
        self._tell = tell
        self._sleep = sleep
        self._token = ""
        self._throttle = Throttle()
        self._connection = Connection(target, 1, lambda: math.inf, None)
        self.requests = 0

    def close(self) -> None:
        self._connection.close()

    def get(self, path: str, query: dict[str, Any]) -> Any | None:
        """Read a path from the root; None if there is no such thing, or not for this user."""
        if not self._token:
            self._log_in()
        response = self._get(path, query)
        if response.status_code == 401:
            # It was good for an hour.
            self._log_in()
            response = self._get(path, query)
        if response.status_code in NOT_THERE:
            return None
        return self._json(response)

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
        request = self._connection.http.build_request(method, path, **arguments)
        retries = Retries(safe=True)
        while True:
            self._keep_pace()
            try:
                response = self._connection.send(IDENTITY, request, fresh=retries.tries > 0)
            except (httpx.TransportError, httpx.DecodingError) as error:
                wait = retries.after_error(error)
                if wait is None:
                    reason = mask_text(self._connection.reason(error))
                    raise ConfigError(f"{method} {request.url}: {reason}") from None
            else:
                self.requests += 1
                if method == "GET":
                    self._throttle.note(IDENTITY, response)
                wait = retries.after_response(response)
                if wait is None:
                    return self._whole(response)
            self._wait(wait)

    def _whole(self, response: httpx.Response) -> httpx.Response:
        status, line = response.status_code, _line(response)
        if status == THROTTLED:
            raise ConfigError(f"{line}: status 429 again and again; the same command goes on later")
        if status in GATEWAY:
            raise ConfigError(f"{line}: status {status} of a gateway; the same command goes on")
        if response.is_redirect:
            where = mask_text(response.headers.get("Location", ""))[:200]
            raise ConfigError(f"{line}: a redirect to {where!r}; give the URL of the API itself")
        return response

    def _json(self, response: httpx.Response) -> Any:
        if response.status_code != 200:
            raise ConfigError(f"{_line(response)}: status {response.status_code}, not 200")
        try:
            return response.json()
        except (ValueError, RecursionError):
            raise ConfigError(f"{_line(response)}: the body is not JSON") from None

    def _keep_pace(self) -> None:
        closed = self._throttle.closed(IDENTITY)
        if closed:
            self._wait(closed[0])

    def _wait(self, seconds: float) -> None:
        if seconds > _LONGEST_WAIT:
            raise ConfigError(
                f"the rate limit of the service is used up for {seconds:.0f} s;"
                " run the same command again then, it goes on"
            )
        if seconds > _TOLD:
            self._tell(f"the rate limit is used up: waiting {seconds:.0f} s")
        self._sleep(seconds)


def _line(response: httpx.Response) -> str:
    return f"{response.request.method} {response.request.url.path}"
