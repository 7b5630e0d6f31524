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
def test_preference_is_applied_and_confirmed_or_ignored(
    control: Control, header: str, status: int, applied: str | None
) -> None:
    response = control.get(GROUP, {**control.token(), "Prefer": header})
    assert response.status_code == status, response.text
    assert response.headers.get(APPLIED) == applied


def test_wait_preference_delays_error_responses(control: Control) -> None:
    response = control.get(GROUP, {"Prefer": "wait=0.05"})
    assert (response.status_code, response.headers[APPLIED]) == (401, "wait=0.05")
    assert control.done("GET", "journal")[-1]["milliseconds"] >= 45


def test_request_with_a_preferred_response_changes_nothing(control: Control) -> None:
    headers = control.token()
    before = control.groups(headers)
    response = control.http.delete(f"/api/ver1.0{GROUP}", headers={**headers, "Prefer": "code=403"})
    assert response.status_code == 403
    assert control.groups(headers) == before


def test_fault_overrides_a_preference(control: Control) -> None:
    control.done("POST", "faults", {"answer": {"status": 503}})
    response = control.get(GROUP, {"Prefer": "code=404"})
    assert (response.status_code, response.headers.get(APPLIED)) == (503, None)


def test_cors_allows_prefer_and_exposes_preference_applied(control: Control) -> None:
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
    response = control.get(GROUP, {**origin, "Prefer": "code=404"})
    assert "Preference-Applied" in response.headers["access-control-expose-headers"]
    assert response.headers["access-control-allow-origin"] == origin["Origin"]


@given(st.text(max_size=60))
def test_any_prefer_header_is_parsed_without_an_error(header: str) -> None:
    preference = read_preference(header)
    assert isinstance(preference, Preference)
    assert preference.code is None or 100 <= preference.code <= 599
