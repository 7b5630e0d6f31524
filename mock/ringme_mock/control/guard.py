"""Access control of the control interface: only this machine, unless configured otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterator

from starlette.datastructures import Headers
from starlette.types import Scope

from ringme_mock.delivery.attempt import EVENT_HEADER
from ringme_mock.errors import ApiError
from ringme_mock.http.admission import Admission, is_loopback, without_port
from ringme_spec.redaction import mask_text

# The client of a proxy, in the header of RFC 7239.
_FORWARDED_FOR = re.compile(r"(?:^|[;,\s])for=([^;,]*)", re.IGNORECASE)


def check_admitted(scope: Scope, from_any: bool, admission: Admission) -> None:
    """Raise the 403 for a request from another machine, or from a foreign page.

    A page of another site can make the browser send requests here. `Origin` reveals it; with DNS
    rebinding, `Host` does.
    """
    headers = Headers(scope=scope)
    if EVENT_HEADER in headers:
        raise _refused("requests that deliver events may not use the control interface")
    origin = headers.get("origin")
    own = f"{scope['scheme']}://{headers.get('host', '')}"
    if origin is not None and origin != own and not admission.trusts_page(origin):
        shown = mask_text(origin)[:100]
        hint = "" if origin == "null" else f"; start it with --allow-origin {shown}"
        raise _refused(f"a page of {shown} may not control the mock{hint}")
    if from_any:
        return
    client = scope.get("client")
    if client is not None and not is_loopback(client[0]):
        raise _refused("only this machine may control the mock; start it with --control-from-any")
    hosts = headers.getlist("host")
    if len(hosts) != 1 or not _is_own_name(hosts[0], scope):
        raise _refused("Host: must be localhost or the address of this machine")
    # These headers can be forged, so they only ever take rights away.
    if not all(is_loopback(without_port(one)) for one in _forwarded_for(headers)):
        raise _refused(
            "only this machine may control the mock, also through a proxy; start it"
            " with --control-from-any"
        )


def _forwarded_for(headers: Headers) -> Iterator[str]:
    """Yield the client addresses in the headers that proxies add."""
    for value in headers.getlist("x-forwarded-for"):
        yield from (one.strip() for one in value.split(","))
    for value in headers.getlist("forwarded"):
        yield from (one.strip(' "') for one in _FORWARDED_FOR.findall(value))


def _is_own_name(host: str, scope: Scope) -> bool:
    name = without_port(host)
    server = scope.get("server")
    return is_loopback(name) or (server is not None and name == server[0])


def _refused(message: str) -> ApiError:
    return ApiError(403, message, "control_refused")
