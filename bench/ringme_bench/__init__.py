"""Measurements of the mock: beside other servers, as its data grows, and under load."""

from __future__ import annotations

import click


class BenchError(click.ClickException):
    """A measurement that is impossible; the text is the reason, and ends the command."""
