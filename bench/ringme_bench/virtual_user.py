"""Virtual user of a session over one connection: it changes groups, and checks what it reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

import orjson
import yaml

from ringme_bench.http_client import json_request

# Method, path and expected status of a request by kind.
_KINDS: dict[str, tuple[str, str, int]] = yaml.safe_load(
    Path(__file__).with_name("requests.yaml").read_text("utf-8")
)["visit"]
_WRITES = [kind for kind, (method, _, _) in _KINDS.items() if method != "GET"]
_READS = [kind for kind in _KINDS if kind not in _WRITES]
_SHARE_OF_READS = 0.6
# Limit of its groups, so that a session does not grow with time.
_MOST_GROUPS = 20
MOST_WRONG = 5


class VirtualUser:
    """Sender of random requests within a session, which knows id and name of its groups.

    It counts its responses by kind and status, and keeps some of the wrong ones.
    """

    def __init__(self, name: str, headers: Mapping[str, str], seed: int) -> None:
        self.groups: dict[int, str] = {}
        self.responses: Counter[str] = Counter()
        self.wrong: list[str] = []
        self._name = name
        self._headers = headers
        self._random = Random(f"{seed} {name}")
        self._number = self._group = 0
        self._kind = self._new_name = ""

    def next(self) -> bytes:
        self._kind = self._choose()
        self._group = self._random.choice(list(self.groups)) if self.groups else 0
        method, path, status = _KINDS[self._kind]
        self._number += 1
        self._new_name = f"{self._name} {self._number}"
        body = {"name": self._new_name} if self._kind in ("create", "rename") else None
        request = json_request(method, path.format(self._group), body, status, **self._headers)
        return request.encoded()

    def take(self, status: int, body: bytes) -> None:
        self.responses[f"{self._kind} {status}"] += 1
        try:
            content = orjson.loads(body) if body else None
            right = status == _KINDS[self._kind][2] and self._agrees(content)
        except (ValueError, TypeError, LookupError):
            right = False
        if not right:
            self.responses["wrong"] += 1
            text = f"{self._name}: {self._kind}: wrong response: {status} {body[:200]!r}"
            self.wrong = [*self.wrong, text][:MOST_WRONG]

    def _choose(self) -> str:
        if not self.groups:
            return "create"
        is_read = self._random.random() < _SHARE_OF_READS
        kind = self._random.choice(_READS if is_read else _WRITES)
        return "delete" if kind == "create" and len(self.groups) >= _MOST_GROUPS else kind

    def _agrees(self, content: Any) -> bool:
        """Compare a response with the known groups, and note changes of these."""
        match self._kind:
            case "create" | "rename":
                number, is_new = content["id"], self._kind == "create"
                if content["name"] != self._new_name or is_new == (number in self.groups):
                    return False
                if not is_new and number != self._group:
                    return False
                self.groups[number] = self._new_name
            case "delete":
                del self.groups[self._group]
            case "read":
                return bool(content["name"] == self.groups[self._group])
            case "list":
                return self.groups.items() <= {one["id"]: one["name"] for one in content}.items()
            case _:
                return isinstance(content, list) and bool(content)
        return True
