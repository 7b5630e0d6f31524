"""Reasons for which a capture ends without a result."""

from __future__ import annotations

from ringme_spec.errors import ConfigError


class CaptureError(ConfigError):
    """A capture cannot go on; the message says in one line why, and what would be right."""
