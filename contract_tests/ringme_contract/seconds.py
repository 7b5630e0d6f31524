"""Type of options that are a length of time."""

from __future__ import annotations

import re
from typing import Any

import click


class Seconds(click.ParamType[float]):
    """A length of time, more than none: 30, 30s, 2m, 500ms; `or_none` admits 0."""

    name = "time"
    _UNITS = {"ms": 0.001, "s": 1, "": 1, "m": 60, "h": 3600}  # noqa: RUF012 - read only

    def __init__(self, or_none: bool = False) -> None:
        self._or_none = or_none

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        if isinstance(value, float):
            return value
        match = re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?)\s*(ms|s|m|h|)", str(value).strip())
        if match is None:
            self.fail(f"{value!r} is not a length of time, such as 30s or 2m", param, ctx)
        seconds = float(match[1]) * self._UNITS[match[2]]
        if not (seconds or self._or_none):
            self.fail(f"{value!r} is too short; give a time such as 30s or 2m", param, ctx)
        return seconds
