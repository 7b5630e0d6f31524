"""Preferences in the header `Prefer` of a request. Source: RFC 7240."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ringme_mock.faults.latency import LONGEST

_PREFERENCE = re.compile(r'([A-Za-z0-9!#$%&\'*+.^_`|~-]+)(?:\s*=\s*("[^"]*"|[^",;\s]*))?[^,]*')
_SECONDS = re.compile(r"[0-9]{1,5}(\.[0-9]{1,3})?")
_CODE = re.compile(r"[1-5][0-9]{2}")


@dataclass(frozen=True)
class Preference:
    """Status of the response, name of an example, seconds to wait; None if not given."""

    code: int | None = None
    example: str | None = None
    wait: float | None = None


def read_preference(header: str) -> Preference:
    """Read the preferences of a header; unknown and invalid ones are ignored (RFC 7240)."""
    given: dict[str, str] = {}
    for match in _PREFERENCE.finditer(header):
        # Of repeated preferences the first one counts.
        given.setdefault(match[1].lower(), (match[2] or "").strip('"'))
    code, wait = given.get("code", ""), given.get("wait", "")
    seconds = float(wait) if _SECONDS.fullmatch(wait) else None
    return Preference(
        code=int(code) if _CODE.fullmatch(code) else None,
        example=given.get("example") or None,
        wait=seconds if seconds is not None and seconds * 1000 <= LONGEST else None,
    )


def applied(code: int | None, example: str | None, wait: float | None) -> str:
    """Write the header `Preference-Applied`; empty without any preference."""
    parts = []
    if code is not None:
        parts.append(f"code={code}")
    if example is not None:
        parts.append(f'example="{example}"')
    if wait is not None:
        parts.append(f"wait={wait:g}")
    return ", ".join(parts)
