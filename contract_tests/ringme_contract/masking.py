"""What no report may show: secrets by the names that they stand under, and by what they are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, quote_plus

MASK = "[masked]"
# A shorter one is also a part of ordinary words, and would be found all over a report.
_SHORTEST = 6
_NAMES = r"client(?:_|%5F)secret|password|(?:refresh|access)(?:_|%5F)token"
_BY_NAME = (
    # In JSON, and in what Python prints of it, even within another text; it may be cut in the midst
    # of a value.
    re.compile(
        rf"""(["'](?:{_NAMES})\\{{0,4}}["']\s{{0,9}}:\s{{0,9}}(?P<q>\\{{0,4}}["']))"""
        r"(?:(?!(?P=q))(?:\\.|[^\\]))*",
        re.IGNORECASE | re.DOTALL,
    ),
    re.compile(rf"((?:^|[&?;\s])(?:{_NAMES})(?:\[\]|%5B%5D)?=)[^&\s]*", re.IGNORECASE),
    # In a part of a multipart body.
    re.compile(
        rf'(name="(?:{_NAMES})"\r?\n(?:[^\r\n]{{1,200}}\r?\n){{0,4}}\r?\n)[^\r\n]*',
        re.IGNORECASE,
    ),
    re.compile(r"(\b(?:bearer|basic) )[\w.~+/=-]{8,}", re.IGNORECASE),
    re.compile(r"(://)[^/\s@\"']{1,500}(?=@)"),
)
_SECRET_NAME = re.compile(_NAMES, re.IGNORECASE)


def mask(text: str) -> str:
    """A text without the values of what is named like a secret."""
    for pattern in _BY_NAME:
        text = pattern.sub(rf"\g<1>{MASK}", text)
    return text


def is_secret_name(name: object) -> bool:
    """Whether what has this name is a secret."""
    return isinstance(name, str) and _SECRET_NAME.fullmatch(name) is not None


class Masking:
    """Masks by name, and these values wherever a target puts them."""

    def __init__(self, secrets: Iterable[str]) -> None:
        forms = {
            form
            for secret in secrets
            if len(secret) >= _SHORTEST
            for form in (secret, quote(secret, safe=""), quote_plus(secret), _in_json(secret))
        }
        # The longest first: one may be the begin of another.
        found = "|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True))
        self._values = re.compile(found) if found else None

    def text(self, text: str) -> str:
        """A text without secrets."""
        if self._values is not None:
            text = self._values.sub(MASK, text)
        return mask(text)

    def value(self, value: Any) -> Any:
        """The same for all texts in a value; another kind of object stays as it is."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {
                self.value(name): MASK
                if is_secret_name(name) and isinstance(one, str)
                else self.value(one)
                for name, one in value.items()
            }
        if isinstance(value, list | tuple | set | frozenset):
            return type(value)(self.value(one) for one in value)
        return value


def _in_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]
