"""A mock server for the groups of internal numbers of the RingMe telephony API.

`MockServer` runs it for tests; `asgi_app` is for clients of the same process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ringme_mock.version import __version__

if TYPE_CHECKING:
    from ringme_mock.app import MockApp
    from ringme_mock.testing import ControlError, MockServer

__all__ = ["ControlError", "MockServer", "__version__", "asgi_app"]


def asgi_app() -> MockApp:
    """Make the mock of its own document and fixtures, as an ASGI application."""
    from ringme_mock.app import create_app
    from ringme_spec.paths import FIXTURES, SPEC

    return create_app(SPEC, FIXTURES)


def __getattr__(name: str) -> Any:
    # On demand, as `--version`, and most runs of pytest, need no server.
    if name in ("ControlError", "MockServer"):
        from ringme_mock import testing as server

        return getattr(server, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
