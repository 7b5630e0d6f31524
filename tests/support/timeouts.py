"""The time that tests wait: a busy machine is slow, and no test is about that."""

from __future__ import annotations

from inspect import signature

import httpx

TIMEOUT = 600.0


def extend_httpx_timeout() -> None:
    """Sets the default timeout of all requests."""
    # All functions and clients of httpx share this default.
    default = signature(httpx.get).parameters["timeout"].default
    default.connect = default.read = default.write = default.pool = TIMEOUT
