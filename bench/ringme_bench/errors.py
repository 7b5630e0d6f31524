"""What ends a measurement."""

from __future__ import annotations


class BenchError(Exception):
    """A measurement that cannot be made, or that would say nothing. Its text says why."""
