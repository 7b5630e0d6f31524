"""JSON texts of strangers: any valid one is read, whatever its numbers; nothing else is."""

from __future__ import annotations

import json
from typing import Any, NoReturn

# Python refuses to convert more digits, for that takes long; a float does for a bound.
_DIGITS = 4300
_HUGE = 1e308


def read_json(text: str) -> Any:
    """Read JSON. Raises ValueError, whose text says what the JSON must be or have."""
    try:
        try:
            return json.loads(text, parse_constant=_refuse)
        except ValueError:
            # Without a function for each integer it is faster, and reads none of so many digits.
            return json.loads(text, parse_int=_whole, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("must not be nested that deeply") from None
    except ValueError:
        raise ValueError("must be JSON") from None


def _whole(digits: str) -> int | float:
    if len(digits) <= _DIGITS:
        return int(digits)
    return -_HUGE if digits.startswith("-") else _HUGE


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)
