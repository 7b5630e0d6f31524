"""Health check for containers: `python -m ringme_mock.server.health` exits 0 if all is well."""

from __future__ import annotations

import http.client
import os
import ssl
import sys
from collections.abc import Mapping

_PATH = "/__mock__/health"
_PORT = "8080"
_TIMEOUT = 3.0
_ANYWHERE = ("", "0.0.0.0", "::")  # noqa: S104 - compared, not bound
_FALSE = ("", "0", "f", "false", "n", "no", "off")
_TLS = (
    "RINGME_MOCK_TLS",
    "RINGME_MOCK_TLS_CA",
    "RINGME_MOCK_TLS_NAME",
    "RINGME_MOCK_TLS_CERTIFICATE",
)


def problem(environment: Mapping[str, str]) -> str | None:
    """Check the mock with these environment variables. Returns the problem, or None."""
    host = environment.get("RINGME_MOCK_HOST", "")
    port = environment.get("RINGME_MOCK_PORT") or _PORT
    # Kubernetes sets this variable to an address if a service has the mock's name.
    port = _PORT if "://" in port else port
    try:
        connection = _connect(
            "127.0.0.1" if host in _ANYWHERE else host,
            int(port),
            any(environment.get(name, "").lower() not in _FALSE for name in _TLS),
        )
        try:
            connection.request("GET", _PATH, headers={"Host": "localhost"})
            status = connection.getresponse().status
        finally:
            connection.close()
    except (OSError, ValueError, http.client.HTTPException) as error:
        return f"no response from port {port}: {error}"
    # Without a control interface the mock responds with 404.
    return f"status {status}" if status >= http.HTTPStatus.INTERNAL_SERVER_ERROR else None


def _connect(host: str, port: int, secured: bool) -> http.client.HTTPConnection:
    if not secured:
        return http.client.HTTPConnection(host, port, timeout=_TIMEOUT)
    context = ssl.create_default_context()
    # Any response will do, so the certificate need not be trusted.
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return http.client.HTTPSConnection(host, port, timeout=_TIMEOUT, context=context)


if __name__ == "__main__":
    sys.exit(problem(os.environ))
