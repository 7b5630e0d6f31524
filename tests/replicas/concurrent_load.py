"""Clients that use one state through several servers at once, and record all responses.

    load = Load([url, other_url])
    load.run(200)
    load.contest_token()
    assert load.violations() == []

The URLs are those of replicas of one state, or of one server. Servers may be killed and restarted
`halfway` through a run: a request without a response took effect at any later point, or never.
"""

from __future__ import annotations

import http.client
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from random import Random
from threading import Barrier
from typing import Any
from urllib.parse import urlencode, urlsplit

from replicas.linearizability import (
    NEVER,
    Operation,
    contest_violations,
    counter_violations,
    register_violations,
    sequence_violations,
)
from support.timeouts import TIMEOUT

GROUPS = "/api/ver1.0/client/@me/extension_group/"
NUMBERS = "/api/ver1.0/client/@me/extension/"
TOKENS = "/oauth/token"
_RUNS = 20
_TRUSTED = {
    "grant_type": "client_credentials",
    "client_id": "c1200000000000000000000000000001",
    "client_secret": "c0ffee01c0ffee01c0ffee01c0ffee01",
}
_PUBLIC = {
    "client_id": "c1200000000000000000000000000003",
    "client_secret": "c0ffee03c0ffee03c0ffee03c0ffee03",
}
_LOGIN = {"grant_type": "password", "username": "client-admin", "password": "mock-client-admin"}


@dataclass(frozen=True)
class _Response:
    """Response; without one, the status is None."""

    begun: float
    ended: float = NEVER
    status: int | None = None
    body: Any = None
    remaining: int | None = None

    def operation(self, value: Any, **how: bool) -> Operation:
        return Operation(value, self.begun, self.ended, **how)


class Load:
    """Clients with a seed each, in one session, and the recorded operations on each object."""

    def __init__(self, urls: list[str], session: str = "load", clients: int = 6) -> None:
        self.urls = urls
        self._session, self._clients = session, clients
        # Reasons for requests without a response or with a server error.
        self.lost: list[str] = []
        self._counted: list[Operation] = []
        self._created: list[Operation] = []
        self._values = count()
        self._contests: dict[str, list[Operation]] = defaultdict(list)
        random = Random(0)
        self._token = self._post_form(random, _TRUSTED).body["access_token"]
        made = [self._request(random, "POST", GROUPS, {"name": "initial"}) for _ in range(2)]
        self._registers: dict[int, list[Operation]] = {one.body["id"]: [] for one in made}
        self._first = made[0].remaining or 0

    @property
    def operations(self) -> int:
        return len(self._counted)

    def violations(self) -> list[str]:
        """Check all recorded operations; each violation begins with the object."""
        return [
            *_named("requests left", counter_violations(self._counted, self._first)),
            *_named("ids", sequence_violations(self._created)),
            *(
                text
                for key, operations in self._registers.items()
                for text in _named(f"group {key}", register_violations(operations, "initial"))
            ),
            *(
                text
                for name, operations in self._contests.items()
                for text in _named(name, contest_violations(operations))
            ),
        ]

    def run(self, requests: int, halfway: Callable[[], None] = lambda: None) -> None:
        """Let each client write, read and create at random, so many times."""

        def client(number: int) -> None:
            random = Random(number)
            for index in range(requests):
                if number == 0 and index == requests // 2:
                    halfway()
                self._send_random_request(random)

        with ThreadPoolExecutor(self._clients) as pool:
            list(pool.map(client, range(self._clients)))

    def find(self, expected: set[str], requests: int) -> set[str]:
        """Run until violations of all these objects were recorded, even on a busy machine.

        Return the objects of all violations, which may include others after many runs.
        """
        found: set[str] = set()
        for number in range(571, 571 + _RUNS):
            self.run(requests)
            self.contest_number(str(number))
            self.contest_token()
            found = {one.split()[0] for one in self.violations()}
            if found >= expected:
                break
        return found

    def contest_number(self, number: str, entrants: int = 20) -> None:
        """Let many clients create one number at once; only one may succeed."""
        wish = {"name": number}
        responses = self._concurrently(
            entrants, lambda random: self._request(random, "POST", NUMBERS, wish)
        )
        self._contests[f"number {number}"] += _contest(responses, 201)

    def contest_token(self, entrants: int = 4) -> None:
        """Let many clients use one refresh token at once; only one may succeed."""
        token = self._post_form(Random(0), _PUBLIC | _LOGIN).body["refresh_token"]
        form = _PUBLIC | {"grant_type": "refresh_token", "refresh_token": token}
        responses = self._concurrently(entrants, lambda random: self._post_form(random, form))
        self._contests[f"token {token}"] += _contest(responses, 200)

    def _send_random_request(self, random: Random) -> None:
        kind, group = random.random(), random.choice(list(self._registers))
        if kind < 0.1:
            response = self._succeed(random, "POST", GROUPS, {"name": "new"})
            self._created.append(response.operation(response.body and response.body["id"]))
        elif kind < 0.5:
            value = f"{next(self._values)}"
            response = self._succeed(random, "PUT", f"{GROUPS}{group}", {"name": value})
            self._registers[group].append(response.operation(value, writes=True))
        else:
            response = self._succeed(random, "GET", f"{GROUPS}{group}")
            self._registers[group].append(
                response.operation(response.body and response.body["name"])
            )

    def _succeed(self, random: Random, method: str, path: str, body: Any = None) -> _Response:
        """Send a request that fails only if a server ends."""
        response = self._request(random, method, path, body)
        assert response.status in (None, 200, 201), response
        return response

    def _concurrently(self, entrants: int, enter: Callable[[Random], _Response]) -> list[_Response]:
        together = Barrier(entrants)

        def enter_together(number: int) -> _Response:
            together.wait()
            return enter(Random(number))

        with ThreadPoolExecutor(entrants) as pool:
            return list(pool.map(enter_together, range(entrants)))

    def _request(self, random: Random, method: str, path: str, body: Any = None) -> _Response:
        """Send a request that counts towards the rate limit."""
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        content = "" if body is None else json.dumps(body)
        response = self._send(random, method, path, content, headers)
        self._counted.append(response.operation(response.remaining))
        return response

    def _post_form(self, random: Random, form: dict[str, str]) -> _Response:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._send(random, "POST", TOKENS, urlencode(form), headers)

    def _send(
        self, random: Random, method: str, path: str, content: str, headers: dict[str, str]
    ) -> _Response:
        place = urlsplit(random.choice(self.urls)).netloc
        connection = http.client.HTTPConnection(place, timeout=TIMEOUT)
        begun = time.monotonic()
        try:
            connection.request(method, f"/s/{self._session}{path}", content, headers)
            response = connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException) as error:
            self.lost.append(f"{method} {path}: {error!r}")
            return _Response(begun)
        finally:
            connection.close()
        if response.status >= 500:
            self.lost.append(f"{method} {path}: {response.status} {body[:200]!r}")
            return _Response(begun)
        left = response.headers.get("X-RateLimit-Remaining")
        remaining = None if left is None else int(left)
        return _Response(begun, time.monotonic(), response.status, json.loads(body), remaining)


def _contest(responses: Iterable[_Response], success: int) -> list[Operation]:
    return [one.operation(None, wins=one.status == success) for one in responses]


def _named(name: str, violations: list[str]) -> list[str]:
    return [f"{name}: {one}" for one in violations]
