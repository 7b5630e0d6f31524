"""Load: connections that send as fast as they get responses, and wrk for one repeated request."""

from __future__ import annotations

import asyncio
import gc
import json
import shutil
import subprocess
from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

import uvloop
from httptools import HttpParserError, HttpResponseParser

from ringme_bench import BenchError
from ringme_bench.http_client import HOST, Request

WRK, PYTHON = "wrk", "python"
_SCRIPT = Path(__file__).with_name("wrk.lua")
Figures = dict[str, float]
# Seconds that the last response may take before its connection counts as lost.
_TIMEOUT = 60.0
# A connection: a function that returns the next request, and one that receives the response.
Plan = tuple[Callable[[], bytes], Callable[[int, bytes], object]]


async def drive(port: int, plans: Sequence[Plan], seconds: float) -> dict[str, Any]:
    """Send the requests of each plan over a connection for so many seconds.

    Awaits the last responses. Returns `count`, `seconds`, `p50_ms`, `p99_ms` and `greatest_ms`, and
    the reasons of `lost` connections, which are not opened again.
    """
    latencies, lost = array("d"), Counter[str]()
    # Garbage collection here would look like latency of the server.
    gc.disable()
    begin = perf_counter()
    end = begin + seconds
    await asyncio.gather(*(_follow(port, plan, end, latencies, lost) for plan in plans))
    seconds = perf_counter() - begin
    gc.enable()
    ordered = sorted(latencies) or [0.0]
    most = len(ordered) - 1
    parts = {"p50_ms": most // 2, "p99_ms": most * 99 // 100, "greatest_ms": most}
    found = {name: ordered[place] * 1000 for name, place in parts.items()}
    return {"count": len(latencies), "seconds": seconds, **found, "lost": lost}


async def _follow(
    port: int, plan: Plan, end: float, latencies: array[float], lost: Counter[str]
) -> None:
    (send, take), writer = plan, None
    try:
        async with asyncio.timeout(end - perf_counter() + _TIMEOUT):
            reader, writer = await asyncio.open_connection(HOST, port)
            sent = 0.0
            while sent < end:
                sent = perf_counter()
                writer.write(send())
                response = _Response()
                parser = HttpResponseParser(response)
                while not response.is_complete:
                    if not (data := await reader.read(2**18)):
                        raise ConnectionResetError("closed by the server")
                    parser.feed_data(data)
                latencies.append(perf_counter() - sent)
                take(parser.get_status_code(), response.body)
    except (OSError, TimeoutError, HttpParserError) as error:
        lost[str(error) or type(error).__name__] += 1
    if writer is not None:
        writer.close()


class _Response:
    def __init__(self) -> None:
        self.body = b""
        self.is_complete = False

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.is_complete = True


def choose_generator(seconds: float) -> str:
    """Return wrk if it is installed and can be used: it accepts only whole seconds."""
    return WRK if shutil.which(WRK) and seconds.is_integer() and seconds else PYTHON


def generate(
    generator: str, port: int, request: Request, connections: int, seconds: float
) -> Figures:
    """Repeat a request. Returns `count`, `seconds`, `p50_ms` and `p99_ms`.

    Raises BenchError for a lost connection, or a response with another status.
    """
    run = _run_wrk if generator == WRK else _run_python
    found = run(port, request, connections, seconds)
    if found["wrong"] or found["lost"] or not found["count"]:
        raise BenchError(
            f"{request}: {found['count']} responses, {found['wrong']} of them without status"
            f" {request.status}, and {found['lost']} lost connections"
        )
    return found


def _run_python(port: int, request: Request, connections: int, seconds: float) -> Figures:
    encoded, statuses = request.encoded(), Counter[int]()
    plan = (lambda: encoded, lambda status, body: statuses.update([status]))
    found = uvloop.run(drive(port, [plan] * connections, seconds))
    wrong = statuses.total() - statuses[request.status]
    return {**found, "wrong": wrong, "lost": found["lost"].total()}


def _run_wrk(port: int, request: Request, connections: int, seconds: float) -> Figures:
    scale = f"--threads 1 --connections {connections} --duration {seconds:g}".split()
    headers = [f"--header={name}: {text}" for name, text in request.headers.items()]
    body = [request.body.decode()] if request.body else []
    url = f"http://{HOST}:{port}{request.path}"
    command = [WRK, *scale, *headers, "--script", str(_SCRIPT), url, "--", request.method, *body]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchError(f"wrk failed: {(done.stderr or done.stdout).strip()[-300:]}")
    found: Figures = json.loads(done.stdout.splitlines()[-1])
    return found
