"""Row: the recorded form of a command, and the request that it was made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

import orjson

from ringme_mock.actions.request_context import RequestContext
from ringme_mock.command_log.packing import pack, unpack

if TYPE_CHECKING:
    from ringme_mock.http.session import Session

# SQLite's integers are signed.
_CHANCE_BITS = 63


class Damaged(ValueError):
    """A command that cannot be read."""


class Row(NamedTuple):
    """Command of a session; `chance` is the seed of its random numbers.

    `request` holds the parts of a request besides headers and body, None without a request.
    """

    session: str
    kind: str
    chance: int
    request: Sequence[Any] | None
    headers: bytes
    body: bytes

    def made_request(self, session: Session, at: float) -> tuple[RequestContext, Any]:
        """Restore the request, and the hour of its client. Raises Damaged."""
        try:
            method, raw_path, query, prefix, origin, scheme, server, hour = self.request or ()
            scope = {
                "type": "http",
                "method": method,
                "path": raw_path,
                "raw_path": None,
                "query_string": query.encode("latin-1"),
                "headers": read_headers(self.headers),
                "scheme": scheme,
                "server": tuple(server) if server else None,
            }
        except (ValueError, TypeError, AttributeError) as error:
            raise Damaged("head") from error
        request = RequestContext(scope, _nothing)
        request.at = at
        request.session, request.prefix, request.origin = session, prefix, origin
        request.raw_path, request.path = raw_path, unquote(raw_path)
        return request, hour


def new_row(
    session: str,
    kind: str,
    chance: int,
    body: bytes = b"",
    request: RequestContext | None = None,
    hour: tuple[float, int] | None = None,
) -> bytes:
    """Pack a new command.

    `hour` is the client's count of requests, which requests that are not recorded change, too.
    """
    if request is None:
        return pack(orjson.dumps((session, kind, chance, None)), b"", body)
    scope = request.scope
    given = (
        request.method,
        request.raw_path,
        request.query.decode("latin-1"),
        request.prefix,
        request.origin,
        scope["scheme"],
        scope.get("server"),
        hour,
    )
    head = orjson.dumps((session, kind, chance, given))
    return pack(head, write_headers(scope["headers"]), body)


def read_rows(packed: bytes) -> list[Row]:
    """Unpack commands. Raises Damaged."""
    try:
        return [Row(*orjson.loads(head), *rest) for head, *rest in unpack(packed)]
    except (ValueError, TypeError) as error:
        raise Damaged("rows") from error


def read_body(body: bytes) -> Any:
    """Read the body of a command. Raises Damaged."""
    try:
        return orjson.loads(body)
    except ValueError as error:
        raise Damaged("body") from error


def write_headers(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    return b"\r\n".join(map(b": ".join, headers))


def read_headers(written: bytes) -> list[tuple[bytes, bytes]]:
    lines = (line.partition(b": ") for line in written.split(b"\r\n") if line)
    return [(name, value) for name, _, value in lines]


def draw_chance(random: Random) -> int:
    """Draw the seed of a command from the session's own random numbers."""
    return Random.getrandbits(random, _CHANCE_BITS)


async def _nothing() -> Any:
    raise RuntimeError("a command that is repeated has its body already")
