"""HAProxy in front of several processes, as in the example for Docker Compose."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from ringme_spec.paths import EXAMPLES
from support.timeouts import TIMEOUT
from support.tools import require_programs
from workers.redis_server import free_port
from workers.replicas import Replica, eventually

_CONFIGURATION = (EXAMPLES / "replicas" / "haproxy.cfg").read_text("utf-8")


@contextmanager
def balanced(folder: Path, found: list[Replica]) -> Iterator[str]:
    """Run HAProxy during the block; yield its URL."""
    require_programs("haproxy")
    port = free_port()
    servers = "".join(
        f"  server mock{number} {urlsplit(one.url).netloc}\n" for number, one in enumerate(found, 1)
    )
    text = re.sub(r"(  server mock[0-9].*\n)+", servers, _CONFIGURATION)
    path = folder / "haproxy.cfg"
    path.write_text(text.replace("bind :8080", f"bind 127.0.0.1:{port}"), "utf-8")
    process = subprocess.Popen(
        ["haproxy", "-f", str(path)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
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
        process.wait(TIMEOUT)
