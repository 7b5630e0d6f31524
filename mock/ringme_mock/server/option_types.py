"""Types of option values, and their environment variables."""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from ringme_mock.http.admission import EVERY

_NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
# Host of a URL: a name or an IPv6 address, and a port.
_HOST = re.compile(r"([A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")
_UNFIT_IN_PATHS = re.compile(r"[^A-Za-z0-9/._~@:+-]")
# Schemes, and their names in the client.
_DATABASES = {"redis": "redis", "rediss": "rediss", "valkey": "redis", "valkeys": "rediss"}
# Credentials, host and port, database number.
_DATABASE = re.compile(rf"([^@/]*@)?{_HOST.pattern}(/[0-9]*)?")
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
# Beginnings of the values that Kubernetes sets if a service has the mock's name.
_SERVICE_ADDRESS = ("tcp://", "udp://", "sctp://")


class ServeOption(click.Option):
    """Option that ignores an environment variable with the address of a Kubernetes service."""

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:
        value = super().resolve_envvar_value(ctx)
        return None if value is None or value.startswith(_SERVICE_ADDRESS) else value


class TextType(click.ParamType):  # type: ignore[type-arg, unused-ignore]
    """Type that converts texts with `read`, which raises ValueError for an invalid one."""

    name = "text"

    def __init__(self, read: Callable[[str], Any]) -> None:
        self._read = read

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return self._read(value) if isinstance(value, str) else value
        except ValueError as error:
            self.fail(str(error), param, ctx)


class RedisUrl(str):
    """URL of a Redis or Valkey database."""

    __slots__ = ()


def read_state(text: str) -> Path | RedisUrl:
    """Read a file name, or the URL of a database."""
    if "://" not in text:
        return Path(text)
    scheme, _, rest = text.partition("://")
    known = _DATABASES.get(scheme.lower())
    if known is None or not _DATABASE.fullmatch(rest):
        shown = f"{scheme}://{rest.rpartition('@')[2]}"
        raise ValueError(
            f"{shown!r} is neither a file nor the URL of a database, such as"
            " redis://localhost:6379/0"
        )
    return RedisUrl(f"{known}://{rest}")


def read_origin(text: str) -> str:
    """Read an origin as browsers send it: lower case, no default port, no trailing slash."""
    origin = text.strip().lower().removesuffix("/")
    if origin in (EVERY, "null"):
        return origin
    parts = _split(origin)
    if parts is None or origin != f"{parts.scheme}://{parts.netloc}":
        raise ValueError(f"{text!r} is not an origin, such as https://app.test:3000, or *")
    return origin.removesuffix(_DEFAULT_PORTS.get(parts.scheme, " "))


def read_name(text: str) -> str:
    """Read a host name in lower case, without a port."""
    host = text.strip().lower().removesuffix(".")
    if not _NAME.fullmatch(host):
        raise ValueError(f"{text!r} is not a host name, such as mock.test (without a port)")
    return host


def read_address(text: str) -> str:
    """Read a host name, or an address without brackets."""
    for read in (lambda one: str(ip_address(one.strip().strip("[]"))), read_name):
        try:
            return read(text)
        except ValueError:
            continue
    example = "such as 127.0.0.1 or mock.test (without a port)"
    raise ValueError(f"{text!r} is not an address or host name, {example}")


def read_host(text: str) -> str:
    """Read a host name, or `*` for all."""
    return EVERY if text.strip() == EVERY else read_name(text)


def read_url(text: str) -> str:
    """Read an absolute URL without a query and a trailing slash."""
    url = text.strip().rstrip("/")
    parts = _split(url)
    is_url = parts is not None and parts.scheme in _DEFAULT_PORTS
    if url and not (is_url and url == f"{parts.scheme}://{parts.netloc}{_path(parts.path)}"):
        raise ValueError(f"{text!r} is not a URL, such as https://mock.example/telephony")
    return url


def _path(path: str) -> str:
    return _UNFIT_IN_PATHS.sub("", path)


def _split(url: str) -> Any:
    """Split a URL with scheme and host; None for any other text."""
    parts = urlsplit(url)
    try:
        is_whole = bool(parts.scheme and parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if is_whole and _HOST.fullmatch(parts.netloc) else None
