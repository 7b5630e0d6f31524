"""How long tests wait for what must come: a busy machine is slow, and no test is about that."""

from __future__ import annotations

from inspect import signature

import httpx

PATIENCE = 600.0


def make_httpx_patient() -> None:
    """Has all requests wait that long which name no timeout of their own."""
    # All functions and clients of httpx share this default.
    default = signature(httpx.get).parameters["timeout"].default
    default.connect = default.read = default.write = default.pool = PATIENCE
