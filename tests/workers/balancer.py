"""HAProxy in front of several processes: each request goes to the next one."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from support.tools import needed
from workers.redis_server import free_port
from workers.replicas import Replica, eventually

_CONFIGURATION = """\
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend mock
  bind 127.0.0.1:{port}
  default_backend replicas
backend replicas
  balance roundrobin
{servers}
"""


@contextmanager
def balanced(folder: Path, found: list[Replica]) -> Iterator[str]:
    """Runs HAProxy as long as the block lasts; gives its URL."""
    needed("haproxy")
    port = free_port()
    servers = [
        f"  server replica{number} {urlsplit(one.url).netloc}" for number, one in enumerate(found)
    ]
    path = folder / "haproxy.cfg"
    path.write_text(_CONFIGURATION.format(port=port, servers="\n".join(servers)), "utf-8")
    process = subprocess.Popen(["haproxy", "-f", str(path)], stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"

    def is_up() -> bool:
        try:
            return httpx.get(f"{url}/__mock__/health", trust_env=False).status_code == 200
        except httpx.TransportError:
            return False

    try:
        eventually(is_up)
        yield url
    finally:
        process.terminate()
        process.wait(30)
