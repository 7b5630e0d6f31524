"""JSON as its standard has it, without the NaN and Infinity that Python takes as well."""

from __future__ import annotations

import json
from typing import Any, NoReturn


def decode(text: str) -> Any:
    """The value of a JSON text. Raises ValueError for another, RecursionError for one too deep."""
    try:
        value, end = _DECODER.raw_decode(text)
    except ValueError:
        return _DECODER.decode(text)
    # What most clients send is the value and nothing else; blanks around it take longer.
    return value if end == len(text) else _DECODER.decode(text)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


# `json.loads` would make one for each text.
_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)
