"""The mock is a Connexion application: it handles every request, without warnings."""

from __future__ import annotations

import subprocess
import sys

import connexion
import pytest

from ringme_mock import asgi_app
from support.asgi import status_of

LIST = "/api/ver1.0/client/@me/extension_group/"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", LIST, 401),
        ("POST", "/oauth/token", 400),
        ("PATCH", LIST, 405),
        ("GET", "/no/such/path", 404),
        ("GET", "/storage/record/none", 404),
        ("GET", "/__mock__/health", 200),
        ("GET", "/docs/", 200),
        ("GET", "/reference/", 307),
        ("GET", "/openapi.json", 200),
        ("GET", "/", 200),
    ],
)
def test_connexion_application_handles_every_request(method: str, path: str, status: int) -> None:
    app = asgi_app()
    assert isinstance(app, connexion.AsyncApp)
    got, scope = status_of(app, method, path, raw_path=path.encode())
    assert got == status
    # Connexion stores itself in the scope of each request.
    assert scope["app"] is app.middleware


PROGRAM = """
import warnings
before = list(warnings.filters)
import ringme_mock
with ringme_mock.MockServer() as mock:
    mock.token_for("client-admin")
    import httpx
    for path in ("/docs/", "/docs/api.html", "/"):
        assert httpx.get(mock.url + path).status_code == 200, path
assert warnings.filters == before
"""


def test_import_and_use_raise_no_warnings() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
