"""Made-up values in place of personal ones; equal values stay equal everywhere."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

from ringme_contract.capture.listings import Entry
from ringme_spec.contract import Contract

# Kinds of `x-personal`. A URL may hold a secret, and the mock would send events to it.
URL = "url"
_FORMS = {
    "email": "user{}@example.com",
    "login": "user-{}",
    "domain": "d{}.example.net",
    "text": "Text {}",
    URL: "http://127.0.0.1:9/{}",
}
_DIGITS = re.compile(r"[0-9]+")
_LETTER = re.compile(r"[^\W\d_]")
# The name of a JSON member that is not personal.
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z_.-]{0,40}[0-9]{0,3}")
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,5}$")
# Digits of a phone number behind the country code.
_NATIONAL = 10
_NAMES = (
    "Abramova", "Belov", "Vinogradova", "Gusev", "Danilova", "Egorov", "Zhukova", "Zaitsev",
    "Ilina", "Kozlov", "Lebedeva", "Morozov", "Nikitina", "Orlov", "Pavlova", "Romanov",
    "Sokolova", "Tarasov", "Ulyanova", "Fedorov", "Kharitonova", "Tsvetkov", "Chernova",
    "Shubin", "Shcherbakova", "Yudin", "Yakovleva",
)  # fmt: skip


class MadeUp:
    """Replaces the values of properties whose schema has `x-personal`.

    With `keep`, only URLs are replaced. A made-up value is never one of the originals, unless there
    are too few others, as with short numbers.
    """

    def __init__(self, contract: Contract, keep: bool) -> None:
        self._kinds = {name: dict(_kinds(contract, name, keep)) for name in contract.collections}
        self._originals: set[str] = set()
        self._tables: dict[str, dict[str, str]] = {}
        self._counts: dict[str, Iterator[int]] = {}
        self._replace: dict[str, Callable[[str], str]] = {
            "name": self._name,
            "phone": self._phone,
            "login": self._login,
            "text": self._text,
            "file": self._file,
        }

    def replace_all(self, entries: dict[str, list[Entry]]) -> None:
        places = [
            (one, prop, kind)
            for name, listed in entries.items()
            for prop, kind in self._kinds[name].items()
            for one in listed
            if isinstance(one.get(prop), str) and one[prop]
        ]
        for one, prop, _ in places:
            self._originals |= {one[prop], *_DIGITS.findall(one[prop])}
        for one, prop, kind in places:
            text = one[prop]
            known = self._replace.get(kind)
            one[prop] = known(text) if known else self._formed(kind, text)

    # --- kinds

    def _name(self, text: str) -> str:
        if not _LETTER.search(text):
            return self._phone(text)
        return self._made("name", text, _numbered_name)

    def _phone(self, text: str) -> str:
        """Replace each number in a text, and keep its length and the text around it."""
        user, at, domain = text.partition("@")
        if _LETTER.search(user):
            user = self._made("name", user, _numbered_name)
        else:
            user = _DIGITS.sub(lambda found: self._number(found[0]), user)
        return f"{user}{at}{self._formed('domain', domain)}" if at else user

    def _number(self, digits: str) -> str:
        if len(digits) == 1:
            return digits
        code, rest = digits[:-_NATIONAL], digits[-_NATIONAL:]
        length = len(rest)
        first = 9 * 10 ** (length - 1)

        def make(number: int) -> str:
            return f"{(first + number) % 10**length:0{length}d}"

        return code + self._made(f"number {length}", rest, make, 10**length)

    def _login(self, text: str) -> str:
        if not _LETTER.search(text):
            return self._phone(text)
        if "@" in text:
            return self._formed("email", text)
        return self._formed("login", text)

    def _text(self, text: str) -> str:
        """Replace free text; JSON remains JSON of the same shape."""
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            return self._formed("text", text)
        return json.dumps(self._json(value), ensure_ascii=False)

    def _json(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {
                name if _PLAIN_NAME.fullmatch(name) else self._text(name): self._json(one)
                for name, one in value.items()
            }
        if isinstance(value, list):
            return [self._json(one) for one in value]
        if isinstance(value, str) and value:
            return self._text(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return int(_DIGITS.sub(lambda found: self._number(found[0]), str(value)))
        return 0.5 if isinstance(value, float) else value

    def _file(self, text: str) -> str:
        suffix = _SUFFIX.search(text)
        end = suffix[0] if suffix else ""
        return self._made("file", text, lambda number: f"file-{number + 1}{end}")

    # --- tables

    def _formed(self, kind: str, text: str) -> str:
        return self._made(kind, text, lambda number: _FORMS[kind].format(number + 1))

    def _made(
        self, table: str, original: str, make: Callable[[int], str], most: int | None = None
    ) -> str:
        known = self._tables.setdefault(table, {})
        if original not in known:
            known[original] = self._new(table, make, most)
        return known[original]

    def _new(self, table: str, make: Callable[[int], str], most: int | None) -> str:
        numbers = self._counts.setdefault(table, count())
        spare = self._tables.setdefault(f"{table}, spare", {})
        for number in numbers:
            if most is not None and number >= most:
                # All numbers of this length are used or are originals; now the originals serve too.
                return spare.pop(next(iter(spare)))
            made = make(number)
            if made not in self._originals:
                return made
            spare[made] = made
        raise AssertionError("a count has no end")


def _numbered_name(number: int) -> str:
    turn, place = divmod(number, len(_NAMES))
    return f"{_NAMES[place]} {turn + 1}" if turn else _NAMES[place]


def _kinds(contract: Contract, name: str, keep: bool) -> Iterator[tuple[str, str]]:
    schemas = contract.schemas
    for prop, schema in schemas.properties(contract.collections[name].stored).items():
        kind = schemas.resolve(schema).get("x-personal")
        if kind is not None and (kind == URL or not keep):
            yield prop, kind
