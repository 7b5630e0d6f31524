"""Prefer header of a request (RFC 7240)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringme_mock.faults.inject import Preference, read_preference
from support.control import Control

GROUP = "/client/@me/extension_group/3"
APPLIED = "preference-applied"


@pytest.mark.parametrize(
    ("header", "status", "applied"),
    [
        ("code=404", 404, "code=404"),
        ("CODE = 404 ; strict", 404, "code=404"),
        ('code="404"', 404, "code=404"),
        ("return=minimal, code=403", 403, "code=403"),
        ("code=404, code=403", 404, "code=404"),
        ("code=503, wait=0.01", 503, "code=503, wait=0.01"),
        ("code=429", 429, "code=429"),
        ("wait=0.01", 200, "wait=0.01"),
        ("code=200", 200, None),
        ("code=418", 200, None),
        ("code=415", 200, None),
        ("code=abc", 200, None),
        ("wait=-1", 200, None),
        ("wait=999999", 200, None),
        ("example=none-of-that-name, code=403", 200, None),
        ("respond-async", 200, None),
        ("", 200, None),
    ],
)
def test_a_preference_is_honoured_and_said_or_ignored(
    control: Control, header: str, status: int, applied: str | None
) -> None:
    answer = control.get(GROUP, {**control.token(), "Prefer": header})
    assert answer.status_code == status, answer.text
    assert answer.headers.get(APPLIED) == applied


def test_waiting_works_for_answers_that_refuse(control: Control) -> None:
    answer = control.get(GROUP, {"Prefer": "wait=0.05"})
    assert (answer.status_code, answer.headers[APPLIED]) == (401, "wait=0.05")
    assert control.done("GET", "journal")[-1]["milliseconds"] >= 45


def test_nothing_is_changed_by_a_request_that_got_its_preferred_answer(control: Control) -> None:
    headers = control.token()
    before = control.groups(headers)
    answer = control.http.delete(f"/api/ver1.0{GROUP}", headers={**headers, "Prefer": "code=403"})
    assert answer.status_code == 403
    assert control.groups(headers) == before


def test_a_fault_goes_before_a_preference(control: Control) -> None:
    control.done("POST", "faults", {"answer": {"status": 503}})
    answer = control.get(GROUP, {"Prefer": "code=404"})
    assert (answer.status_code, answer.headers.get(APPLIED)) == (503, None)


def test_a_page_of_another_origin_may_ask_and_read_what_was_applied(control: Control) -> None:
    origin = {"Origin": "http://localhost:5173"}
    preflight = control.http.options(
        f"/api/ver1.0{GROUP}",
        headers={
            **origin,
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": "authorization,prefer,x-mock-session",
        },
    )
    assert preflight.status_code == 200
    assert "prefer" in preflight.headers["access-control-allow-headers"].lower()
    answer = control.get(GROUP, {**origin, "Prefer": "code=404"})
    assert "Preference-Applied" in answer.headers["access-control-expose-headers"]
    assert answer.headers["access-control-allow-origin"] == origin["Origin"]


@given(st.text(max_size=60))
def test_any_header_is_read_without_an_error(header: str) -> None:
    preference = read_preference(header)
    assert isinstance(preference, Preference)
    assert preference.code is None or 100 <= preference.code <= 599
