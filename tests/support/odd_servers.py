"""Servers that handle every connection in one odd way."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

ConnectionHandler = Callable[[socket.socket], None]


def silent(connection: socket.socket) -> None:
    """Reads the request and never responds."""
    while connection.recv(65536):
        pass


def short_body(connection: socket.socket) -> None:
    """Announces a longer body than it sends, and closes the connection."""
    connection.recv(65536)
    connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"access_tok')


def closing(connection: socket.socket) -> None:
    """Closes the connection without a response."""
    connection.recv(65536)


def not_http(connection: socket.socket) -> None:
    """Responds with something other than HTTP."""
    connection.recv(65536)
    connection.sendall(b"220 mail.example.com ESMTP\r\n")


def responding(status: str, body: bytes, *headers: str) -> ConnectionHandler:
    """Responds to every request in the same way."""

    def respond(connection: socket.socket) -> None:
        # Reads the whole body: closing with unread bytes would reset the connection.
        received = connection.recv(65536)
        head, _, rest = received.partition(b"\r\n\r\n")
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                missing = int(line.partition(b":")[2]) - len(rest)
                while missing > 0:
                    missing -= len(connection.recv(65536)) or missing
        lines = [
            f"HTTP/1.1 {status}",
            f"Content-Length: {len(body)}",
            "Connection: close",
            *headers,
        ]
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    return respond


@contextmanager
def odd_server(behave: ConnectionHandler) -> Iterator[str]:
    """Runs a server during the block; yields its URL."""
    open_now: list[socket.socket] = []

    def handle(connection: socket.socket) -> None:
        try:
            behave(connection)
        except OSError:
            return
        finally:
            connection.close()

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            open_now.append(connection)
            threading.Thread(target=handle, args=(connection,), daemon=True).start()

    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        # A blocked accept does not notice a close; a shutdown wakes it.
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)
        for connection in open_now:
            connection.close()


def refused_url() -> str:
    """A URL with a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    return f"http://127.0.0.1:{port}"
