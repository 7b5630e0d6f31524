"""Mock with a frozen clock, and a receiver of its events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from support.control import API, Control
from support.receiver import Receiver
from support.receiver import receiver as receiving

NOON = "2026-03-02 12:00:00"


class Pbx:
    """Control interface, and the API as the administrator of client 12."""

    def __init__(self, control: Control) -> None:
        self.control = control
        control.done("PUT", "clock", {"now": NOON, "frozen": True})
        self.headers = control.token()

    def request(self, method: str, path: str, body: Any = None) -> Any:
        arguments = {} if body is None else {"json": body}
        response = self.control.http.request(method, API + path, headers=self.headers, **arguments)
        assert response.is_success, response.text
        return response.json() if response.content else None

    def subscribe(self, number: int, url: str, *kinds: str, method: str = "POST") -> None:
        for kind in kinds or ("dial-in", "dial-out", "answer", "hangup"):
            body = {"url": url, "method": method, "event_type": kind}
            self.request("POST", f"/extension/{number}/event/", body)

    def call(self, number: int, **wish: Any) -> Any:
        wish.setdefault("course", {})
        return self.control.done("POST", "calls", {"extension": number, **wish})

    def step(self, call: Any, do: str, **more: Any) -> Any:
        return self.control.done("POST", f"calls/{call['call']}", {"do": do, **more})

    def advance(self, seconds: float) -> None:
        self.control.done("POST", "clock/advance", {"seconds": seconds})

    def stages(self) -> dict[int, str]:
        """Return the stage of each number that takes part in a call."""
        return {
            leg["extension"]: leg["stage"]
            for call in self.control.done("GET", "calls")
            for leg in call["legs"]
        }

    def records(self) -> list[Any]:
        range_ = "start_datetime=2026-03-01 00:00:00&end_datetime=2026-03-31 23:59:59"
        found: list[Any] = self.request("GET", f"/client/@me/record/?{range_}&order=asc")
        return found

    def read_recording(self, number: int, record: str) -> bytes:
        path = f"{API}/extension/{number}/record/{record}"
        response = self.control.http.get(path, headers=self.headers)
        assert response.status_code == 200, response.text
        return response.content


@pytest.fixture
def pbx(control: Control) -> Iterator[Pbx]:
    yield Pbx(control)
    control.done("POST", "reset")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found
