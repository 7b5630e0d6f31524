"""Clock of a session, used by tokens and rate limits."""

from __future__ import annotations

import pytest

from support.control import Control


def test_frozen_clock_sets_the_time_of_new_entries(control: Control) -> None:
    headers = control.token()
    moment = "2031-02-03 04:05:06"
    shown = control.done("PUT", "clock", {"now": moment, "frozen": True})
    assert shown == {"now": moment, "frozen": True}
    headers = control.token()
    made = control.http.post(
        "/api/ver1.0/client/@me/extension/",
        json={"name": "777", "label": "By the clock", "status": "active"},
        headers=headers,
    )
    assert made.json()["create_date"] == moment
    assert control.done("GET", "clock")["now"] == moment
    shown = control.done("POST", "clock/advance", {"seconds": 54})
    assert shown == {"now": "2031-02-03 04:06:00", "frozen": True}


@pytest.mark.parametrize(
    ("path", "method", "body", "field"),
    [
        ("clock", "PUT", {"now": "2031-02-30 00:00:00"}, "now"),
        ("clock", "PUT", {"now": "tomorrow"}, "now"),
        ("clock", "PUT", {"frozen": "yes"}, "frozen"),
        ("clock/advance", "POST", {"seconds": -1}, "seconds"),
        ("clock/advance", "POST", {"seconds": 1e300}, "seconds"),
        ("clock/advance", "POST", {}, "seconds"),
    ],
)
def test_error_for_an_invalid_time_names_the_field(
    control: Control, path: str, method: str, body: object, field: str
) -> None:
    assert control.refused(method, path, body).startswith(f"400 {field}: ")


def test_clock_cannot_be_advanced_past_its_latest_time(control: Control) -> None:
    control.done("PUT", "clock", {"now": "8999-12-31 23:59:59", "frozen": True})
    assert control.refused("POST", "clock/advance", {"seconds": 1}).startswith("400 seconds: ")
    assert control.request("POST", "tokens", {"login": "client-admin"}).status_code < 500
