"""A request of the journal as a command or a line of code, to send it again."""

from __future__ import annotations

import json
import shlex
from typing import Any
from urllib.parse import urlencode

_FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"


class Snippets:
    """Snippets of an entry of the journal; what was masked in it is `$TOKEN` or `***`."""

    def __init__(self, entry: dict[str, Any], base_url: str) -> None:
        query = urlencode(entry["query"], doseq=True, safe="*@:")
        self._method = entry["method"]
        self._url = f"{base_url}{entry['path']}{'?' if query else ''}{query}"
        self._has_token = entry["headers"].get("authorization", "").lower().startswith("bearer")
        kind = entry["headers"].get("content-type", "").partition(";")[0].strip().lower()
        self._body = entry["body"]
        self._kind = kind if self._body is not None and kind in (_FORM, _JSON) else ""

    def curl(self) -> str:
        """Write it as a command for a shell that has the token in `$TOKEN`."""
        parts = ["curl"]
        if self._method == "HEAD":
            parts.append("--head")
        elif self._method != "GET":
            parts += ["-X", self._method]
        parts.append(shlex.quote(self._url))
        if self._has_token:
            parts += ["-H", '"Authorization: Bearer $TOKEN"']
        if self._kind:
            parts += ["-H", shlex.quote(f"Content-Type: {self._kind}"), "--data"]
            parts.append(shlex.quote(self._text()))
        return " ".join(parts)

    def fetch(self) -> str:
        """Write it as JavaScript, with the token in a variable `token`."""
        headers = []
        if self._has_token:
            headers.append('"Authorization": `Bearer ${token}`')
        if self._kind:
            headers.append(f'"Content-Type": {json.dumps(self._kind)}')
        options = [] if self._method == "GET" else [f"method: {json.dumps(self._method)}"]
        if headers:
            options.append(f"headers: {{{', '.join(headers)}}}")
        if self._kind == _FORM:
            options.append(f"body: new URLSearchParams({_script(self._pairs())})")
        elif self._kind:
            options.append(f"body: JSON.stringify({_script(self._body)})")
        more = f", {{{', '.join(options)}}}" if options else ""
        return f"await fetch({_script(self._url)}{more})"

    def _text(self) -> str:
        if self._kind == _FORM:
            return urlencode(self._body, doseq=True, safe="*")
        return json.dumps(self._body, ensure_ascii=False)

    def _pairs(self) -> list[list[str]]:
        """List the fields of a form, repeated ones one by one."""
        return [
            [name, one]
            for name, value in self._body.items()
            for one in (value if isinstance(value, list) else [value])
        ]


def _script(value: Any) -> str:
    # JSON is JavaScript.
    return json.dumps(value, ensure_ascii=False)
