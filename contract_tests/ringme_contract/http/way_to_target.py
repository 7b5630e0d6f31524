"""Network settings: the proxy from the environment, and trusted certificates."""

from __future__ import annotations

import ipaddress
import os
import ssl
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from ringme_spec.errors import ConfigError
from ringme_spec.redaction import mask_text

_SOCKS = ("socks5", "socks5h")


def find_proxy(url: str) -> str | None:
    """The proxy for a URL according to the environment; None for this machine.

    Raises ConfigError for one that the kit cannot use.
    """
    parts = httpx.URL(url)
    if is_loopback(url) or proxy_bypass(parts.host):
        return None
    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    if not proxy:
        return None
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    try:
        scheme, _ = httpx.URL(proxy).scheme, urlsplit(proxy).port
    except (httpx.InvalidURL, ValueError) as error:
        raise ConfigError(f"the proxy {mask_text(proxy)}: is not a URL: {error}") from None
    if scheme not in ("http", "https", *_SOCKS):
        raise ConfigError(
            f"the proxy {mask_text(proxy)}: must begin with http://, https:// or socks5://"
        )
    if scheme in _SOCKS and find_spec("socksio") is None:
        raise ConfigError(
            f"the proxy {mask_text(proxy)}: for SOCKS the Python package socksio is needed,"
            " which is not installed; NO_PROXY names hosts that need no proxy"
        )
    return proxy


def proxy_of(proxy: str) -> httpcore.Proxy:
    url = httpx.URL(proxy)
    login = (url.username, url.password) if url.userinfo else None
    return httpcore.Proxy(str(url.copy_with(userinfo=b"")), auth=login)


def tls_context(ca: Path | None) -> ssl.SSLContext:
    """Trusts the certificates of the system and those of a file. Raises ConfigError."""
    file = os.environ.get("SSL_CERT_FILE")
    try:
        context = httpx.create_ssl_context()
    except OSError as error:
        raise ConfigError(f"SSL_CERT_FILE={file}: cannot be read: {error.strerror}") from None
    if ca is not None:
        try:
            context.load_verify_locations(cafile=ca)
        except ssl.SSLError:
            raise ConfigError(f"--ca {ca}: contains no PEM certificate") from None
        except OSError as error:
            raise ConfigError(f"--ca {ca}: cannot be read: {error.strerror}") from None
    return context


def is_loopback(url: str) -> bool:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
