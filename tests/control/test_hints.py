"""Hints in error messages, for guesses and for users of other mocks."""

from __future__ import annotations

import httpx
import pytest

from ringme_mock.app import OFF, create_app
from ringme_spec.paths import FIXTURES, SPEC
from support.control import Control
from support.serving import served


@pytest.mark.parametrize(
    ("method", "path", "hint"),
    [
        ("POST", "snapshots", "; PUT /__mock__/snapshots/NAME saves one"),
        ("POST", "snapshots/", "; PUT /__mock__/snapshots/NAME saves one"),
        ("GET", "reset", "; POST /__mock__/reset resets the session"),
        ("POST", "state", "; PUT /__mock__/state imports one"),
    ],
)
def test_error_for_a_wrong_control_method_names_the_right_one(
    control: Control, method: str, path: str, hint: str
) -> None:
    refused = control.refused(method, path)
    assert refused.startswith("405 ")
    assert refused.endswith(hint)


def test_error_for_an_unknown_control_path_lists_the_known_ones(control: Control) -> None:
    refused = control.refused("GET", "requests")
    assert refused.startswith("404 No such path: /__mock__/requests; ")
    assert "known there: " in refused
    assert "journal, " in refused


@pytest.mark.parametrize(
    ("path", "body", "message"),
    [
        ("tokens", {"lgin": "x"}, "lgin: is not a known field; known: login, application, seconds"),
        ("faults", {"answer": {"code": 500}}, "answer.code: is not a known field; known: status, "),
        (
            "reset",
            {"keep_tokens": True},
            "keep_tokens: is not a known field; known: snapshot, keep",
        ),
    ],
)
def test_error_for_an_unknown_key_lists_the_known_ones(
    control: Control, path: str, body: dict[str, object], message: str
) -> None:
    assert control.refused("POST", path, body).startswith(f"400 {message}")


@pytest.mark.parametrize(
    ("method", "path", "meant"),
    [
        ("GET", "/__admin/requests", "GET /__mock__/journal"),
        ("DELETE", "/__admin/requests", "DELETE /__mock__/journal"),
        ("POST", "/__admin/requests/count", "POST /__mock__/journal/count"),
        ("GET", "/__admin/requests/4711", "GET /__mock__/journal"),
        ("POST", "/__admin/reset", "POST /__mock__/reset"),
        ("POST", "/__admin/mappings", "/__mock__/"),
        ("GET", "/__admin", "/__mock__/"),
        ("POST", "/mockoon-admin/state/purge", "POST /__mock__/reset"),
        ("GET", "/mockoon-admin/logs", "GET /__mock__/journal"),
        ("GET", "/s/other/__admin/requests", "GET /__mock__/journal"),
    ],
)
def test_error_for_a_path_of_another_mock_suggests_the_nearest(
    control: Control, method: str, path: str, meant: str
) -> None:
    response = control.http.request(method, path)
    assert response.status_code == 404
    assert response.json()["message"].endswith(f"; did you mean {meant}?")


def test_no_error_mentions_a_control_interface_that_is_off() -> None:
    with served(create_app(SPEC, FIXTURES, control=OFF)) as url:
        for path in ("/__admin/requests", "/mockoon-admin/logs", "/__mock__/requests"):
            response = httpx.get(url + path)
            assert response.status_code == 404
            assert "journal" not in response.text


def test_control_responses_end_with_a_newline(control: Control) -> None:
    for path in ("health", "journal", "identities"):
        assert control.request("GET", path).content.endswith(b"\n")
