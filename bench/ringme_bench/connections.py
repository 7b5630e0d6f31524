"""Keep-alive connections, each with one request under way, driven as fast as they answer.

Plain sockets and epoll: on a machine of few cores, whatever this costs is taken from the server.
"""

from __future__ import annotations

import select
import socket
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Protocol

from ringme_bench.request import HOST

_CHUNK = 262_144
_HEAD_END = b"\r\n\r\n"
_CHUNKS_END = b"0\r\n\r\n"
# So long may an answer take before its connection counts as lost.
_PATIENCE = 60.0


class Plan(Protocol):
    """What one connection asks for, and what it makes of the answers."""

    def next(self) -> bytes:
        """The next request."""

    def take(self, status: int, body: bytes) -> None:
        """The answer to it."""


@dataclass
class Outcome:
    """What came of a drive: the seconds of each answer, of all together, and what was lost."""

    latencies: array[float] = field(default_factory=lambda: array("d"))
    seconds: float = 0.0
    lost: list[str] = field(default_factory=list)


class _Connection:
    def __init__(self, port: int, plan: Plan) -> None:
        self.plan = plan
        self.socket = socket.create_connection((HOST, port), timeout=_PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""
        self.sent = 0.0


def drive(port: int, plans: Sequence[Plan], seconds: float, awake: bool = False) -> Outcome:
    """Has each plan ask over a connection of its own for so long, and waits for the last answers.

    One that stays `awake` takes a core for itself, but nobody has to wake it: that would be work
    of the server, and the more of it the slower the server is.
    A connection that ends or goes silent is not begun anew: it is named in what was lost.
    """
    outcome = Outcome()
    poll = select.epoll()
    open_ones = {}
    for plan in plans:
        connection = _Connection(port, plan)
        open_ones[connection.socket.fileno()] = connection
        poll.register(connection.socket, select.EPOLLIN)
    begin = perf_counter()
    for connection in open_ones.values():
        connection.sent = perf_counter()
        connection.socket.sendall(connection.plan.next())
    _answer_all(poll, open_ones, begin + seconds, outcome, awake)
    outcome.seconds = perf_counter() - begin
    poll.close()
    return outcome


def _answer_all(
    poll: select.epoll,
    open_ones: dict[int, _Connection],
    end: float,
    outcome: Outcome,
    awake: bool,
) -> None:
    keep = outcome.latencies.append
    while open_ones:
        events = _next_events(poll, awake)
        if not events:
            outcome.lost += ["no answer in time"] * len(open_ones)
            for connection in open_ones.values():
                connection.socket.close()
            return
        for number, _ in events:
            connection = open_ones[number]
            try:
                chunk = connection.socket.recv(_CHUNK)
            except OSError as error:
                chunk, reason = b"", str(error)
            else:
                reason = "closed by the server"
            if not chunk:
                outcome.lost.append(reason)
                _close(poll, open_ones, connection)
                continue
            received = connection.received + chunk if connection.received else chunk
            body = _body(received)
            if body is None:
                connection.received = received
                continue
            connection.received = b""
            now = perf_counter()
            keep(now - connection.sent)
            plan = connection.plan
            plan.take(int(received[9:12]), body)
            if now >= end:
                _close(poll, open_ones, connection)
                continue
            connection.sent = now
            connection.socket.sendall(plan.next())


def _next_events(poll: select.epoll, awake: bool) -> list[tuple[int, int]]:
    """What can be read from; nothing if there was nothing for too long."""
    if not awake:
        return poll.poll(_PATIENCE)
    until = perf_counter() + _PATIENCE
    events = poll.poll(0)
    while not events and perf_counter() < until:
        events = poll.poll(0)
    return events


def _close(poll: select.epoll, open_ones: dict[int, _Connection], connection: _Connection) -> None:
    number = connection.socket.fileno()
    poll.unregister(number)
    del open_ones[number]
    connection.socket.close()


def _body(received: bytes) -> bytes | None:
    """The body of an answer that has come as a whole, None while more of it is to come."""
    head_end = received.find(_HEAD_END)
    if head_end < 0:
        return None
    head = received[:head_end].lower()
    body = received[head_end + 4 :]
    at = head.find(b"\r\ncontent-length:")
    if at >= 0:
        line_end = head.find(b"\r\n", at + 2)
        length = int(head[at + 17 : line_end if line_end >= 0 else None])
        return body if len(body) >= length else None
    if b"\r\ntransfer-encoding: chunked" in head:
        return body if body.endswith(_CHUNKS_END) else None
    # 204 and the like.
    return body
