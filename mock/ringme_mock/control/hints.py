"""Hints in refusals: where a request was meant to go that has the address of something else."""

from __future__ import annotations

from typing import Any

from ringme_mock.errors import ApiError, no_route
from ringme_mock.http.routing import PathTable


def with_hint(
    error: ApiError, method: str, path: str, table: PathTable, document: dict[str, Any]
) -> ApiError:
    """Return a refusal of the control interface with what it has instead (`x-instead`)."""
    hint = document["x-instead"].get(f"{method} {path.rstrip('/')}", "")
    if not hint and error.status == 404:
        hint = table.explain(path)
    message = f"{error.message}; {hint}" if hint else error.message
    return ApiError(error.status, message, headers=error.headers)


def of_another_mock(method: str, path: str, document: dict[str, Any]) -> ApiError:
    """Make the 404 for an address of another mock, with the nearest that there is (`x-habits`)."""
    habits, near = document["x-habits"], path.rstrip("/")
    while near and near not in habits:
        near = near.rpartition("/")[0]
    meant = habits.get(near, {})
    return no_route(path, meant.get(method) or meant.get("any", ""))
