"""One connection of a session: makes, changes, reads and deletes groups, and knows them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from ringme_bench.request import Request, json_request
from ringme_bench.servers import API

_BASE = f"{API}/client/@me"
_GROUPS = f"{_BASE}/extension_group/"
# No more of its own at a time, so that a session is as large after an hour as after a minute.
_MOST = 20
_CHANGE = ("create", "rename", "delete")
_READ = ("read", "list", "extensions", "records")
_READS = 0.6
_MOST_WRONG = 5
_MONTH = "start_datetime=2016-04-01%2000:00:00&end_datetime=2016-04-30%2023:59:59&per_page=20"


@dataclass
class Tally:
    """What all visitors of a run have seen: answers by kind and status, and what was not right."""

    answers: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def blame(self, what: str) -> None:
        """Keeps what was wrong, but not all of it if it is much."""
        self.answers["wrong"] += 1
        if len(self.wrong) < _MOST_WRONG:
            self.wrong.append(what)


class Visitor:
    """Asks at random within a session; of its own groups it knows names and ids."""

    def __init__(
        self, session: str, token: str, number: int, tally: Tally, seed: int | None = None
    ) -> None:
        self.groups: dict[int, str] = {}
        self.session = session
        self._tally = tally
        self._name = f"{session} {number}"
        self._made = 0
        self._random = Random(f"{seed} {self._name}")
        self._token = token
        self._expect: Callable[[int, bytes], str | None] = lambda status, body: None
        self._kind = ""

    def next(self) -> bytes:
        """A request, chosen at random."""
        self._kind = self._choose()
        request: Request = getattr(self, f"_{self._kind}")()
        headers = (*request.headers, ("X-Mock-Session", self.session))
        return Request(request.method, request.path, 0, headers, request.body).encoded()

    def take(self, status: int, body: bytes) -> None:
        """Holds the answer against what has to be."""
        self._tally.answers[f"{self._kind} {status}"] += 1
        try:
            problem = self._expect(status, body)
        except (ValueError, TypeError, KeyError) as error:
            problem = f"{type(error).__name__}: {error}"
        if problem is not None:
            self._tally.blame(f"{self._name}: {self._kind}: {problem}: {status} {body[:200]!r}")

    def _choose(self) -> str:
        random = self._random
        if not self.groups:
            return "create"
        if random.random() < _READS:
            return random.choice(_READ)
        kind = random.choice(_CHANGE)
        return "delete" if kind == "create" and len(self.groups) >= _MOST else kind

    def _ask(self, method: str, path: str, body: Any = None) -> Request:
        return json_request(method, path, 0, body, self._token)

    def _new_name(self) -> str:
        self._made += 1
        return f"{self._name} {self._made}"

    def _create(self) -> Request:
        name = self._new_name()

        def expect(status: int, body: bytes) -> str | None:
            group = json.loads(body)
            if status != 201 or group["name"] != name or group["id"] in self.groups:
                return "not made as asked"
            self.groups[group["id"]] = name
            return None

        self._expect = expect
        return self._ask("POST", _GROUPS, {"name": name})

    def _rename(self) -> Request:
        number, name = self._one(), self._new_name()

        def expect(status: int, body: bytes) -> str | None:
            group = json.loads(body)
            if status != 200 or (group["id"], group["name"]) != (number, name):
                return "not changed as asked"
            self.groups[number] = name
            return None

        self._expect = expect
        return self._ask("PUT", f"{_GROUPS}{number}", {"name": name})

    def _delete(self) -> Request:
        number = self._one()

        def expect(status: int, body: bytes) -> str | None:
            if status != 204:
                return "not deleted"
            del self.groups[number]
            return None

        self._expect = expect
        return self._ask("DELETE", f"{_GROUPS}{number}")

    def _read(self) -> Request:
        number = self._one()

        def expect(status: int, body: bytes) -> str | None:
            same = status == 200 and json.loads(body)["name"] == self.groups[number]
            return None if same else f"is not {self.groups[number]}"

        self._expect = expect
        return self._ask("GET", f"{_GROUPS}{number}")

    def _list(self) -> Request:
        def expect(status: int, body: bytes) -> str | None:
            listed = {entry["id"]: entry["name"] for entry in json.loads(body)}
            missing = self.groups.items() - listed.items()
            return f"without {missing}" if status != 200 or missing else None

        self._expect = expect
        return self._ask("GET", _GROUPS)

    def _extensions(self) -> Request:
        self._expect = _is_list
        return self._ask("GET", f"{_BASE}/extension/?per_page=30")

    def _records(self) -> Request:
        self._expect = _is_list
        return self._ask("GET", f"{_BASE}/record/?{_MONTH}")

    def _one(self) -> int:
        return self._random.choice(list(self.groups))


def _is_list(status: int, body: bytes) -> str | None:
    return None if status == 200 and body.startswith(b"[{") else "no list"
