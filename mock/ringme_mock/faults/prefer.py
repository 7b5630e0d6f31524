"""What the header `Prefer` of a single request asks for. Source: RFC 7240."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ringme_mock.faults.latency import LONGEST

_PREFERENCE = re.compile(r'([A-Za-z0-9!#$%&\'*+.^_`|~-]+)(?:\s*=\s*("[^"]*"|[^",;\s]*))?[^,]*')
_SECONDS = re.compile(r"[0-9]{1,5}(\.[0-9]{1,3})?")
_CODE = re.compile(r"[1-5][0-9]{2}")


@dataclass(frozen=True)
class Preference:
    """A status to be answered with, the name of an example, seconds to wait; None: not asked."""

    code: int | None = None
    example: str | None = None
    wait: float | None = None

    def __bool__(self) -> bool:
        return self != Preference()


def read_preference(header: str) -> Preference:
    """The preferences of a header. What is unknown or makes no sense is none, as the RFC says."""
    given: dict[str, str] = {}
    for match in _PREFERENCE.finditer(header):
        # Of a preference that comes twice the first one counts.
        given.setdefault(match[1].lower(), (match[2] or "").strip('"'))
    code, wait = given.get("code", ""), given.get("wait", "")
    seconds = float(wait) if _SECONDS.fullmatch(wait) else None
    return Preference(
        code=int(code) if _CODE.fullmatch(code) else None,
        example=given.get("example") or None,
        wait=seconds if seconds is not None and seconds * 1000 <= LONGEST else None,
    )


def applied(code: int | None, example: str | None, wait: float | None) -> str:
    """The header `Preference-Applied` for what was honoured; empty for nothing."""
    parts = []
    if code is not None:
        parts.append(f"code={code}")
    if example is not None:
        parts.append(f'example="{example}"')
    if wait is not None:
        parts.append(f"wait={wait:g}")
    return ", ".join(parts)
