"""A receiver in another language gets a call as it would from the service."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from calls.conftest import Desk
from support.tools import needed

_HERE = Path(__file__).parent


@pytest.mark.parametrize(
    ("language", "program", "method"),
    [
        ("node", "receiver.mjs", "POST"),
        ("php", "receiver.php", "POST"),
        ("php", "receiver.php", "GET"),
    ],
)
def test_a_receiver_in_another_language_signs_a_call_off(
    desk: Desk, language: str, program: str, method: str
) -> None:
    needed(language)
    command = [language, str(_HERE / program), method]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as receiver:
        try:
            assert receiver.stdout is not None
            url = receiver.stdout.readline().strip()
            desk.subscribe(31, url, "dial-in", "answer", "hangup", method=method)
            desk.call(31, course={"rings": 3, "talks": 24}, **{"from": "+79990001001"})
            desk.advance(60)
            said = receiver.stdout.readline().strip()
        finally:
            receiver.terminate()
    assert said == "signed off: +79990001001 talked for 24 s"
