"""Measurements of the mock: beside other servers, as its data grows, and under load."""

from __future__ import annotations

import click


class BenchError(click.ClickException):
    """A measurement that cannot be made. Its text, which ends the command, says why."""
