"""The error of a file that cannot be used."""

from __future__ import annotations


class ConfigError(Exception):
    """A document, fixture or option that cannot be used: one line that names it and the reason."""
