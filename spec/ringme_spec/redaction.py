"""Redaction of secrets in journals, logs and messages."""

from __future__ import annotations

import base64
import json
import re
import string
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, quote_plus, unquote_plus

from ringme_spec.document import objects_in

MASK = "***"
# Parts of names, and whole names, that are secret in any document.
_WORDS = ("secret", "passw", "token", "credential", "apikey", "assertion", "authorization")
_NAMES = frozenset({"code", "codeverifier", "pass", "pwd", "auth", "bearer", "jwt"})
_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")
# Number of times that a name is decoded, as layers of a client may encode it again.
_LAYERS = 3
# Shorter secrets occur within ordinary words, so they are not searched for.
_SHORTEST = 6
# Lower case of the same length, which `str.lower` does not guarantee.
_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
# No pattern begins with a repetition, so no text makes them slow.
_IN_TEXT = (
    # name=value; messages of the mock such as `refresh_token: is missing` do not match.
    re.compile(
        r"((?:secret|passw|pwd|token|credential|api.?key|assertion|authorization)"
        r"[\w.%+\[\]-]{0,40}(?:=|%(?:25){0,2}3[dD]))[^&\s\"'<>]+()",
        re.IGNORECASE,
    ),
    # "name": "value", in JSON or printed by Python, also within another text or cut off.
    re.compile(
        r"((?:secret|passw\w{0,10}|pwd|token|credentials?|api.?key|assertion|authorization)"
        r"\\{0,4}[\"']\s{0,9}:\s{0,9}b?(?P<q>\\{0,4}[\"']))(?:(?!(?P=q))(?:\\.|[^\\]))+()",
        re.IGNORECASE | re.DOTALL,
    ),
    # In a part of a multipart body.
    re.compile(
        r"((?:secret|passw|pwd|token|credential|api.?key|assertion)[\w.%\[\]-]{0,40}\""
        r"\r?\n(?:[^\r\n]{1,200}\r?\n){0,4}\r?\n)[^\r\n]+()",
        re.IGNORECASE,
    ),
    re.compile(r"(\b(?:bearer|basic)(?: |\+|%20){1,9})[\w.~+/%=-]{8,}()", re.IGNORECASE),
    # The user and the password of a URL.
    re.compile(r"(://)[^/\s@\"']{1,500}(@)"),
)


class Redaction:
    """Redaction of values that a document marks as `format: password`, or whose name sounds secret.

    `secrets` are known ones, masked wherever they occur.
    """

    def __init__(self, document: dict[str, Any], secrets: Iterable[str] = ()) -> None:
        self._names = _NAMES | {_plain(name) for name in _secret_names(document)}
        # Forms of known secrets by their first letters, the longest form first.
        self._known: dict[str, list[str]] = {}
        self._ends: set[str] = set()
        for secret in secrets:
            self.learn(secret)

    def learn(self, secret: str) -> None:
        """Mask a secret from now on, in any case, encoded for a URL, JSON or base64."""
        if len(secret) < _SHORTEST or secret.translate(_LOWER) in self._ends:
            return
        self._ends |= {
            one.translate(_LOWER) for one in (secret, secret[:_SHORTEST], secret[-_SHORTEST:])
        }
        for form in _forms(secret):
            known = self._known.setdefault(form[:_SHORTEST], [])
            if form not in known:
                known.append(form)
                known.sort(key=len, reverse=True)

    def is_harmless(self, text: str) -> bool:
        """Tell if a text contains neither the beginning nor the end of a known secret."""
        lower = text.translate(_LOWER)
        return not any(one in lower for one in self._ends if len(one) == _SHORTEST)

    def mask(self, value: Any) -> Any:
        """Mask all secrets in a JSON value; tuples and sets work, too."""
        if isinstance(value, dict):
            return {
                self.mask(name): MASK if self.is_secret(name) else self.mask(one)
                for name, one in value.items()
            }
        if isinstance(value, list | tuple | set | frozenset):
            return type(value)(self.mask(one) for one in value)
        return self.mask_text(value) if isinstance(value, str) else value

    def mask_text(self, text: str) -> str:
        return mask_text(self._mask_known(text) if self._known else text)

    def _mask_known(self, text: str) -> str:
        lower, parts, start, at = text.translate(_LOWER), [], 0, 0
        while at <= len(text) - _SHORTEST:
            for form in self._known.get(lower[at : at + _SHORTEST], ()):
                if lower.startswith(form, at):
                    parts += [text[start:at], MASK]
                    at += len(form)
                    start = at
                    break
            else:
                at += 1
        return "".join([*parts, text[start:]])

    def mask_query(self, query: bytes) -> str:
        if not query:
            return ""
        return "&".join(map(self._mask_pair, query.decode("latin-1").split("&")))

    def _mask_pair(self, pair: str) -> str:
        name, equals, _ = pair.partition("=")
        if equals and self.is_secret(_decoded(name)):
            return f"{self.mask_text(name)}={MASK}"
        decoded = _decoded(pair)
        masked = self.mask_text(decoded)
        # As it was sent, if nothing is masked.
        return pair if masked == decoded else masked

    def is_secret(self, name: object) -> bool:
        """Tell by its name if a value is secret."""
        if not isinstance(name, str):
            return False
        plain = _plain(_decoded(name))
        return plain in self._names or any(word in plain for word in _WORDS)


def mask_text(text: str) -> str:
    for pattern in _IN_TEXT:
        text = pattern.sub(_masked, text)
    return text


def _masked(match: re.Match[str]) -> str:
    groups = match.groups()
    return f"{groups[0]}{MASK}{groups[-1]}"


def _forms(secret: str) -> set[str]:
    """Return the possible encodings of a known secret, in lower case."""
    found = {
        secret,
        quote(secret, safe=""),
        quote_plus(secret),
        json.dumps(secret, ensure_ascii=False)[1:-1],
    }
    data = secret.encode("utf-8", "surrogatepass")
    for before in range(3):
        # Without the base64 characters that also hold bits of a neighbour.
        whole = base64.b64encode(b"\0" * before + data).rstrip(b"=").decode("ascii")
        core = whole[(0, 2, 3)[before] : len(whole) - ((before + len(data)) % 3 > 0)]
        if len(core) > _SHORTEST:
            found |= {core, core.replace("+", "-").replace("/", "_")}
    return {one.translate(_LOWER) for one in found}


def _decoded(text: str) -> str:
    for _ in range(_LAYERS):
        if "%" not in text and "+" not in text:
            break
        text = unquote_plus(text)
    return text


def _plain(name: str) -> str:
    """Reduce a name to lower-case letters and digits."""
    return _NOT_IN_NAMES.sub("", name.casefold())


def _secret_names(document: dict[str, Any]) -> set[str]:
    """Collect the names of all properties and parameters that hold secrets."""
    found: set[str] = set()
    for node in objects_in(document):
        found.update(name for name, one in node.items() if _is_password(one))
        if "in" in node and _is_password(node.get("schema")):
            found.add(node["name"])
    return found


def _is_password(schema: Any) -> bool:
    return isinstance(schema, dict) and schema.get("format") == "password"
