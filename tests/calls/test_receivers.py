"""A receiver in another language gets a call as it would from the service."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from calls.conftest import Desk

_NODE = shutil.which("node")
_PROGRAM = Path(__file__).with_name("receiver.mjs")


@pytest.mark.skipif(_NODE is None, reason="Node.js is not there")
def test_a_receiver_in_javascript_signs_a_call_off(desk: Desk) -> None:
    assert _NODE is not None
    with subprocess.Popen([_NODE, str(_PROGRAM)], stdout=subprocess.PIPE, text=True) as program:
        try:
            assert program.stdout is not None
            url = program.stdout.readline().strip()
            desk.subscribe(31, url, "dial-in", "answer", "hangup")
            desk.call(31, course={"rings": 3, "talks": 24}, **{"from": "+79990001001"})
            desk.advance(60)
            said = program.stdout.readline().strip()
        finally:
            program.terminate()
    assert said == "signed off: +79990001001 talked for 24 s"
