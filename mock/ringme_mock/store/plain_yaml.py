"""The plain YAML that an export is written in: one value a line, no anchors, no folding.

Any YAML reader can read it. The mock reads it line by line, which takes a tenth of the time, and
hands everything that looks otherwise to the reader of `document.py`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ringme_spec.document import parse_yaml

ENTRIES = "entries"

# Text that no version of YAML takes for anything else: it begins with a letter, and holds neither
# `: ` nor ` #`.
_PLAIN = re.compile(r"[^\W\d_][\w.@+/*()-]*(?: [\w.@+/*()-]+)*")
_RESERVED = frozenset(["null", "true", "false", "yes", "no", "on", "off", "y", "n"])
# What YAML allows in no text unless it is escaped, and what it takes for the end of a line.
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")

_LINE = re.compile(r"(?:  - |    )([A-Za-z_]\w*): (.+)", re.ASCII)
_HEAD = re.compile(
    r"([A-Za-z_]\w*): (-?[0-9]{1,18}|\[(?:-?[0-9]{1,18}(?:, -?[0-9]{1,18})*)?\])", re.ASCII
)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,18})", re.ASCII)
_WORDS: dict[str, Any] = {"null": None, "true": True, "false": False}


def write_plain(head: Mapping[str, Any], entries: Iterable[Mapping[str, Any]]) -> str:
    """The text of a file: the keys of `head`, then `entries`."""
    lines = [f"{_text(name)}: {_flow(value)}" for name, value in head.items()]
    start = len(lines)
    lines.append(f"{ENTRIES}:")
    for entry in entries:
        indent = "  - "
        for name, value in entry.items():
            lines.append(f"{indent}{_text(name)}: {_flow(value)}")
            indent = "    "
    if len(lines) == start + 1:
        lines[start] = f"{ENTRIES}: []"
    return "\n".join(lines) + "\n"


def parse_plain(content: bytes, where: str) -> Any:
    """Reads YAML, fast if it is plain. Returns and raises what `parse_yaml` does."""
    try:
        return _read_lines(content.decode("utf-8"))
    except (ValueError, _NotPlain):
        return parse_yaml(content, where)


class _NotPlain(Exception):
    """The text is not what `write_plain` writes; it may be YAML all the same."""


def _flow(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, str):
        return _text(value)
    if value is None or isinstance(value, bool | int):
        return json.dumps(value)
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, Mapping):
        items = (f"{_quoted(str(name))}: {_flow_within(one)}" for name, one in value.items())
        return "{" + ", ".join(items) + "}"
    return "[" + ", ".join(map(_flow_within, value)) + "]"


def _flow_within(value: Any) -> str:
    return _quoted(value) if isinstance(value, str) else _flow(value)


def _float(value: float) -> str:
    """With a point, without which YAML takes `1e+20` for text."""
    text = repr(value)
    if "." in text:
        return text
    number, _, exponent = text.partition("e")
    return f"{number}.0e{exponent}"


def _text(text: str) -> str:
    if _PLAIN.fullmatch(text) and text.lower() not in _RESERVED:
        return text
    return _quoted(text)


def _quoted(text: str) -> str:
    quoted = json.dumps(text, ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)


def _read_lines(text: str) -> dict[str, Any]:
    """What plain text holds. Raises _NotPlain, or ValueError, for any other."""
    lines = iter(text.split("\n"))
    content: dict[str, Any] = {}
    for line in lines:
        if line in (f"{ENTRIES}:", f"{ENTRIES}: []"):
            content[ENTRIES] = _read_entries(lines) if line.endswith(":") else _end(lines)
            if line.endswith(":") and not content[ENTRIES]:
                raise _NotPlain
            return content
        head = _HEAD.fullmatch(line)
        if head is None or head[1] in content or head[1].lower() in _RESERVED:
            raise _NotPlain
        content[head[1]] = json.loads(head[2])
    raise _NotPlain


def _end(lines: Iterator[str]) -> list[Any]:
    if list(lines) != [""]:
        raise _NotPlain
    return []


def _read_entries(lines: Iterator[str]) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = []
    entry: dict[str, Any] = {}
    # The values of one column repeat, and are taken apart once.
    known: dict[str, Any] = dict(_WORDS)
    for line in lines:
        found = _LINE.fullmatch(line)
        if found is None:
            if line or next(lines, None) is not None:
                raise _NotPlain
            break
        name, value = found.groups()
        if line[2] == "-":
            entry = {}
            entries.append(entry)
        elif not entries:
            raise _NotPlain
        if name in entry or name.lower() in _RESERVED:
            raise _NotPlain
        entry[name] = known[value] if value in known else _read_value(value, known)
    else:
        raise _NotPlain
    return entries


def _read_value(text: str, known: dict[str, Any]) -> Any:
    value: Any
    if text[0] == '"':
        if "\\ud" in text.lower():
            raise _NotPlain
        value = json.loads(text)
        if _UNPRINTABLE.search(text):
            raise _NotPlain
    elif _NUMBER.fullmatch(text):
        value = int(text)
    elif _PLAIN.fullmatch(text) and text.lower() not in _RESERVED:
        value = text
    else:
        raise _NotPlain
    if len(known) < _KNOWN:
        known[text] = value
    return value


_KNOWN = 10_000
