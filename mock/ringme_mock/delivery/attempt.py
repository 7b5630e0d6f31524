"""One attempt to send an event: the request, and its response."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import httpcore
import httpx

from ringme_mock.delivery.targets import CheckedNetwork, Refused

# Seconds for an attempt, from resolving the host to the beginning of the response's body.
LIMIT = 5.0
_BODY_LIMIT = 2000
# Control interfaces refuse requests with this header, so that no event controls a mock.
EVENT_HEADER = "X-Mock-Event"
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Response:
    """Status and beginning of a target's response, or the error; `refused` if nothing was sent."""

    status: int | None = None
    body: str = ""
    error: str | None = None
    refused: bool = False


def encode(parameters: Mapping[str, str]) -> str:
    """Encode parameters as a form or query, with `+` for a blank."""
    return urlencode(parameters, safe="*")


def request_of(url: str, method: str, parameters: Mapping[str, str]) -> tuple[str, bytes | None]:
    """Return URL and body of the request; a query of the URL is kept, a fragment is dropped."""
    url = url.partition("#")[0]
    content = encode(parameters)
    if method == "POST":
        return url, content.encode("ascii")
    return f"{url}{'&' if '?' in url else '?'}{content}", None


async def attempt(
    url: str, method: str, parameters: Mapping[str, str], named: Collection[str]
) -> Response:
    """Send an event once, without following redirects."""
    try:
        target, content = request_of(url, method, parameters)
        parsed = httpx.URL(target)
        async with asyncio.timeout(LIMIT):
            return await _exchange(parsed, method, content, named)
    except Refused as error:
        return Response(error=str(error), refused=True)
    except TimeoutError:
        return Response(error=f"no response within {LIMIT:g} s")
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        return Response(error=f"the URL is not valid: {error}"[:_BODY_LIMIT], refused=True)
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError) as e:
        return Response(error=str(e)[:_BODY_LIMIT] or type(e).__name__)


async def _exchange(
    url: httpx.URL, method: str, content: bytes | None, named: Collection[str]
) -> Response:
    target = httpcore.URL(
        scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
    )
    headers: dict[bytes | str, bytes | str] = {
        "Host": url.netloc.decode("ascii"),
        "User-Agent": "ringme-mock",
        "Accept": "*/*",
        EVENT_HEADER: "1",
    }
    if url.userinfo:
        user = base64.b64encode(f"{url.username}:{url.password}".encode()).decode()
        headers["Authorization"] = f"Basic {user}"
    if content is not None:
        headers |= {"Content-Type": _FORM, "Content-Length": str(len(content))}
    async with (
        httpcore.AsyncConnectionPool(
            max_keepalive_connections=0, network_backend=CheckedNetwork(named)
        ) as pool,
        pool.stream(method, target, headers=headers, content=content) as response,
    ):
        body = b""
        async for part in response.aiter_stream():
            body += part
            if len(body) >= _BODY_LIMIT:
                break
        return Response(response.status, body[:_BODY_LIMIT].decode("utf-8", "replace"))
