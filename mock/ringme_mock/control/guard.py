"""Who may use the control interface: programs and pages of this machine, unless all may."""

from __future__ import annotations

import ipaddress
import re

from starlette.datastructures import Headers
from starlette.types import Scope

from ringme_mock.errors import ApiError

_LOCAL_NAMES = {"localhost", "testserver"}
_HOST = re.compile(r"\[([0-9a-fA-F:.]+)\](?::[0-9]+)?|([^:]*)(?::[0-9]+)?")
LOCAL_ORIGIN = re.compile(r"https?://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?")


def check_admitted(scope: Scope, from_any: bool) -> None:
    """Raises the 403 for a request that does not come from this machine, or from a foreign page.

    A page of another site can make the browser send requests here; it shows in `Origin`, and
    in `Host` where the site gives its own name this machine's address.
    """
    headers = Headers(scope=scope)
    origin = headers.get("origin")
    own = f"{scope['scheme']}://{headers.get('host', '')}"
    if origin is not None and origin != own and not LOCAL_ORIGIN.fullmatch(origin):
        raise _refused(f"a page of {origin[:100]} may not control the mock")
    if from_any:
        return
    client = scope.get("client")
    if client is not None and not _is_loopback(client[0]):
        raise _refused("only this machine may control the mock; start it with --control-from-any")
    if not _is_own_name(headers.get("host", ""), scope):
        raise _refused("Host: must be localhost or the address of this machine")


def _is_own_name(host: str, scope: Scope) -> bool:
    match = _HOST.fullmatch(host)
    name = (match[1] or match[2]) if match else host
    server = scope.get("server")
    return _is_loopback(name) or (server is not None and name == server[0])


def _is_loopback(name: str) -> bool:
    if name in _LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _refused(message: str) -> ApiError:
    return ApiError(403, message, "control_refused")
