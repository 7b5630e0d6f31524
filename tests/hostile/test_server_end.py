"""End of the server while clients keep their connections open."""

from __future__ import annotations

import asyncio

from uvicorn.server import ServerState

from ringme_mock import asgi_app
from ringme_mock.http.protocol import HttpProtocol
from ringme_mock.server.runner import uvicorn_config

REQUEST = b"GET /api/ver1.0/user/ HTTP/1.1\r\nHost: localhost\r\n\r\n"


async def read_head(reader: asyncio.StreamReader) -> bytes:
    """Return the head of a response, and read its body."""
    head = await reader.readuntil(b"\r\n\r\n")
    (length,) = (line for line in head.split(b"\r\n") if line.startswith(b"content-length"))
    await reader.readexactly(int(length.partition(b":")[2]))
    return head


def test_idle_connection_gets_a_response_to_a_request_sent_while_the_server_ends() -> None:
    async def scenario() -> None:
        config = uvicorn_config(asgi_app())
        config.load()
        state = ServerState()
        server = await asyncio.get_running_loop().create_server(
            lambda: HttpProtocol(config, state, {}), "127.0.0.1", 0
        )
        host, port = server.sockets[0].getsockname()
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(REQUEST)
        assert b"connection: close" not in await read_head(reader)
        (connection,) = state.connections
        connection.shutdown()
        writer.write(REQUEST)
        head = await read_head(reader)
        assert head.startswith(b"HTTP/1.1 401 ")
        assert b"connection: close" in head
        assert await reader.read() == b""
        writer.close()
        server.close()

    asyncio.run(scenario())
