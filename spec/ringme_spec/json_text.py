"""JSON of strangers: any valid text is read, however long its numbers, and nothing else."""

from __future__ import annotations

import json
from typing import Any, NoReturn

# Python refuses to convert more digits, as that is slow. A huge float exceeds any bound as well.
_DIGITS = 4300
_HUGE = 1e308


def read_json(text: str) -> Any:
    """Read JSON. Raises ValueError, whose text says what is wrong."""
    try:
        try:
            return json.loads(text, parse_constant=_refuse)
        except ValueError:
            # Slower, as it calls a function per integer, but not limited in digits.
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
