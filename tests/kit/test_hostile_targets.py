"""Misbehaving targets: a documented exit code, an end, bounded memory, no leaked secret."""

from __future__ import annotations

import base64
import platform
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ringme_contract.check_context import CheckContext
from ringme_contract.http.no_response import Unreachable
from ringme_contract.run.check_run import Options, open_session
from ringme_contract.target import MOCK
from support.hostile_servers import (
    Behaviour,
    Call,
    CloseConnection,
    bad_chunks,
    change_body,
    close,
    endless_body,
    endless_interim,
    every_nth,
    false_gzip,
    false_keep_alive,
    growing,
    gzip_bomb,
    hang,
    hostile_server,
    huge_head,
    limited,
    many_empty,
    many_names,
    many_values,
    odd_charset,
    old_version,
    reset_if_reused,
    sets_cookies,
    short_body,
    slow_body,
    slow_head,
    spoil_api,
    throttled,
)
from support.kit_command import (
    makes_group,
    misses_group,
    own_check,
    reads_user,
    replace_checks,
    ringme_contract,
)
from support.server import Api, RunningMock

# Seconds for a response and for a run: plenty, or few where the target never ends.
_ENOUGH, _FEW = (10.0, 60.0), (1.5, 3.0)
_NEVER_END = ("three bytes a second", "no response at all", "429 that says no more")
_MOST_MEMORY = 150 * 1024
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def reads_lists(kit: CheckContext) -> None:
    """Read lists repeatedly; passes if each identity sees its own."""
    first = kit.caller("client").read(kit.path("extension_group"))
    kit.caller("other_client").read(kit.path("extension_group"))
    kit.expect_equal("the list", kit.caller("client").read(kit.path("extension_group")), first)


CHECKS = (
    own_check("me", reads_user, writes=False),
    own_check("paging", reads_lists, writes=False),
    own_check("group-create", makes_group),
)


def html(call: Call) -> None:
    call.respond("200 OK", b"<html>", "Content-Type: text/html")


def redirect(call: Call) -> None:
    call.respond("302 Found", b"", f"Location: {call.target}")


def echo_token(call: Call) -> None:
    """Echo the token in several forms, with terminal escapes and workflow commands."""
    odd = call.token.swapcase() + " " + base64.b64encode(f"x{call.token}".encode()).decode()
    text = f"\n::error::{odd}\r\n  ::stop-commands::x\n##[group]\x1b[31m \x07 \x9b2J {call.token}"
    call.respond_json("400 Bad", {"status": "bad_request", "message": text}, f"X-Odd: {call.token}")


def with_id(value: bytes) -> Behaviour:
    return change_body(lambda _, body: re.sub(rb'"id": ?\d+', b'"id":' + value, body))


KINDS: dict[str, tuple[Behaviour, int]] = {
    "a head of three bytes a second": (spoil_api(slow_head), 3),
    "a body of three bytes a second": (spoil_api(slow_body), 3),
    "endless 103": (spoil_api(endless_interim), 3),
    "a body without end": (spoil_api(endless_body), 3),
    "a body that unpacks to 256 MB": (spoil_api(gzip_bomb), 3),
    "two million values": (spoil_api(many_values), 3),
    "50,000 names": (spoil_api(many_names), 1),
    "100,000 empty objects": (spoil_api(many_empty), 1),
    "lists that grow": (growing(), 1),
    "an encoding that unpacks": (spoil_api(odd_charset), 1),
    "a head of 2 MB": (spoil_api(huge_head), 1),
    "no response at all": (spoil_api(hang), 3),
    "now and then no response": (every_nth(9, hang), 0),
    "a reset of each connection that is used again": (spoil_api(reset_if_reused), 0),
    "now and then a connection that is closed": (every_nth(4, close), 0),
    "each connection closed": (spoil_api(close), 1),
    "a body that is cut off": (spoil_api(short_body), 1),
    "chunks of no length": (spoil_api(bad_chunks), 1),
    "gzip that is none": (spoil_api(false_gzip), 3),
    "HTML": (spoil_api(html), 1),
    "a circle of redirects": (spoil_api(redirect), 1),
    "429 for a second": (throttled(4, "Retry-After: 1", seconds=0.5), 0),
    "429 for a second, with requests left": (
        throttled(4, "X-RateLimit-Remaining: 900", "X-RateLimit-Reset: 3600", seconds=0.5),
        0,
    ),
    "429 with a number that is none": (throttled(4, "Retry-After: \xb2", seconds=0.5), 0),
    "429 for an hour": (throttled(4, "Retry-After: 3600"), 3),
    "429 until a moment": (throttled(2, f"X-RateLimit-Reset: {int(time.time()) + 9999}"), 3),
    "429 that says no more": (throttled(0), 3),
    "502 now and then": (every_nth(5, lambda call: call.respond("502 Bad Gateway", b"")), 0),
    "502 for the API alone": (spoil_api(lambda call: call.respond("502 Bad Gateway", b"")), 1),
    "500": (spoil_api(lambda call: call.respond("500 Oops", b"")), 1),
    "HTTP/1.0": (old_version, 0),
    "connections that are not kept as promised": (false_keep_alive, 0),
    "cookies that are somebody": (sets_cookies, 0),
    "texts that speak to the reader": (spoil_api(echo_token), 1),
    "100,000 brackets": (change_body(lambda *_: b"[" * 100_000 + b"]" * 100_000), 1),
    "600 brackets": (change_body(lambda *_: b"[" * 600 + b"]" * 600), 1),
    "an integer of 5,000 digits": (with_id(b"9" * 5000), 1),
    "NaN": (with_id(b"NaN"), 1),
    "bytes that are no UTF-8": (change_body(lambda _, body: body.replace(b"name", b"na\xffme")), 1),
    "a byte order mark": (change_body(lambda _, body: b"\xef\xbb\xbf" + body), 1),
    "a key twice": (change_body(lambda _, body: body.replace(b'"id":', b'"id":"x","id":')), 0),
    "a lone surrogate": (
        change_body(lambda _, body: body.replace(b'"name":"', b'"name":"\\ud800')),
        1,
    ),
}


@contextmanager
def _assert_little_memory() -> Iterator[None]:
    """Fail if the block needs much more memory. Does nothing except on Linux."""
    status, peak = Path("/proc/self/status"), Path("/proc/self/clear_refs")
    if not peak.exists():
        yield
        return

    def read(name: str) -> int:
        return int(re.findall(rf"{name}:\s+(\d+) kB", status.read_text())[0])

    peak.write_text("5")
    before = read("VmRSS")
    yield
    assert read("VmHWM") - before < _MOST_MEMORY


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_target_leads_to_the_documented_exit_code(
    mock: RunningMock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str
) -> None:
    behave, code = KINDS[kind]
    timeout, budget = _FEW if kind.endswith(_NEVER_END) else _ENOUGH
    timeout = _FEW[0] if behave is KINDS["now and then no response"][0] else timeout
    replace_checks(monkeypatch, *CHECKS)
    if not kind.startswith("429"):
        # Waiting does not help with any of these.
        monkeypatch.setattr("ringme_contract.http.retries._LONGEST_WAIT", 0.01)
    reports = tmp_path / "reports"
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary"))
    # Endless responses end as well. How soon is not checked, as it depends on the machine.
    with hostile_server(mock.url, behave) as server, _assert_little_memory():
        done = ringme_contract(
            "check", server.url, "--layer", "scenarios", "--report-dir", str(reports),
            "--timeout", f"{timeout:g}s", "--time-budget", f"{budget:g}s", "--jobs", "2",
        )  # fmt: skip
    assert done.exit_code == code, done.output
    outputs = [done.output, *(path.read_text("utf-8") for path in tmp_path.rglob("*.*"))]
    assert "Traceback" not in "".join(outputs)
    assert not _CONTROL.search(done.output)
    spoken = [line for line in done.output.splitlines() if line.lstrip().startswith("::")]
    assert all(re.match("::(error|warning) title=", line) for line in spoken)
    assert "##[" not in done.output
    assert server.tokens
    for token in server.tokens:
        assert token.lower() not in "".join(outputs).lower()
        assert base64.b64encode(f"x{token}".encode()).decode()[4:-4] not in "".join(outputs)


def test_requests_of_the_rate_limit_are_reserved_for_clean_up(
    mock: RunningMock, monkeypatch: pytest.MonkeyPatch, admin: Api
) -> None:
    def makes_groups(kit: CheckContext) -> None:
        for _ in range(100):
            kit.new_group()

    before = admin.read("/client/@me/extension_group/")
    replace_checks(monkeypatch, own_check("group-create", makes_groups))
    with hostile_server(mock.url, limited(100)) as server:
        done = ringme_contract("check", server.url, "--layer", "scenarios")
    assert done.exit_code == 3, done.output
    assert re.search("limit of client is used up, and .. requests are kept for the c", done.output)
    assert admin.read("/client/@me/extension_group/") == before


def test_report_names_the_request_that_stopped_the_target(
    mock: RunningMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = threading.Event()

    def behave(call: Call) -> None:
        if call.is_api and call.method == "POST":
            ended.set()
        if ended.is_set():
            raise CloseConnection
        call.pass_through()

    checks = (*CHECKS, own_check("group-create", misses_group))
    replace_checks(monkeypatch, *checks)
    with hostile_server(mock.url, behave) as server:
        done = ringme_contract("check", server.url, "--layer", "scenarios", "--jobs", "1")
    assert done.exit_code == 3, done.output
    lines = done.output.splitlines()
    (place,) = (at for at, line in enumerate(lines) if " of " in line and "MUST" in line)
    assert lines[place + 1].startswith("the target stopped responding: ")
    end = "; requests cut off at that time: POST /api/ver1.0/client/@me/extension_group/"
    assert lines[place + 1].endswith(end)


def test_failed_request_does_not_keep_the_received_data(mock: RunningMock) -> None:
    with (
        hostile_server(mock.url, spoil_api(endless_body)) as server,
        open_session(Options(server.url, target=MOCK)) as session,
        pytest.raises(Unreachable, match="larger than the kit takes") as caught,
    ):
        session.kit.client.get(session.kit.me)
    assert caught.value.__context__ is None


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="needs glibc")
def test_threads_share_one_memory_arena() -> None:
    script = """
import ctypes, threading
from ringme_contract.cli.memory import share_memory

def take():
    kept = bytes(100_000)
    together.wait()

share_memory()
together = threading.Barrier(4)
threads = [threading.Thread(target=take) for _ in range(4)]
for one in threads:
    one.start()
for one in threads:
    one.join()
ctypes.CDLL(None).malloc_stats()
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert re.findall("^Arena .*", done.stderr, re.MULTILINE) == ["Arena 0:"], done.stderr
