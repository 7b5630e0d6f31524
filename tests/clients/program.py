"""Run of a client program: its requests, and the values that it keeps from responses."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlsplit

from clients.exact_requests import Reply, multipart, send
from clients.response_values import matches, problem, values
from support.receiver import Receiver

_MOST_PAGES = 100
_NAME = re.compile(r"<([a-z]\w*)>")
Step = dict[str, Any]


class Program:
    """Runner of the steps of a sequence; `known` has the values of <names>."""

    def __init__(self, url: str, hook: Receiver, known: dict[str, Any]) -> None:
        self._origin = url
        self._hook = hook
        self._known = dict(known)
        self._events = 0

    def run_step(self, step: Step) -> None:
        """Run a step: send its request, check the response, and keep values."""
        if "receives" in step:
            self._read(step, self._receive(step["receives"]))
        elif "pages" in step:
            self._read_all_pages(step)
        else:
            self._check(step, self._request(step))

    def _request(self, step: Step) -> Reply:
        parts = urlsplit(self._with_values(step["path"], _in_url))
        query = self._with_values(step.get("query", parts.query), _in_url)
        headers = {
            name: self._with_values(text, str) for name, text in step.get("headers", {}).items()
        }
        body = self._with_values(step.get("body", ""), str).encode()
        if "multipart" in step:
            fields = {
                name: self._with_values(text, str) for name, text in step["multipart"].items()
            }
            headers["Content-Type"], body = multipart(fields)
        target = f"{parts.path}?{query}" if query else parts.path
        return send(self._origin, step["method"], target, headers, body)

    def _check(self, step: Step, reply: Reply) -> None:
        expected, keep = step["expect"], step.get("keep", {})
        description = f"{step['does']}: {reply.status} {reply.content[:500]!r}"
        assert reply.status == expected["status"], description
        for name, wanted in expected.get("headers", {}).items():
            value = reply.headers.get(name)
            assert matches(self._expected(wanted), value), f"{step['does']}: {name} is {value!r}"
        if "bytes" in expected:
            assert len(reply.content) == self._value(expected["bytes"]), description
        for name, rule in keep.items():
            if isinstance(rule, dict):
                value = reply.headers.get(rule["header"], "")
                found = re.search(rule["matching"], value)
                assert found, f"{step['does']}: {rule['header']} is {value!r}"
                self._known[name] = found[1]
        if expected.get("read") or any(isinstance(rule, str) for rule in keep.values()):
            self._read(step, reply.json())

    def _read(self, step: Step, content: Any) -> None:
        for pointer, wanted in step.get("expect", {}).get("read", {}).items():
            wrong = problem(content, pointer, self._expected(wanted))
            assert wrong is None, f"{step['does']}: {wrong}"
        for name, pointer in step.get("keep", {}).items():
            if isinstance(pointer, str):
                found = [one for one in values(content, pointer) if one is not None]
                assert found, f"{step['does']}: nothing at {pointer}"
                self._known[name] = found[0]

    def _read_all_pages(self, step: Step) -> None:
        """Request pages until one is empty."""
        pages, got = step["pages"], 0
        for number in range(1, _MOST_PAGES):
            self._known["page"] = number
            reply = self._request(step)
            assert reply.status == 200, f"{step['does']}: {reply.status} {reply.content[:500]!r}"
            content = reply.json()
            (items,) = values(content, pages["of"])
            if not items:
                assert got == pages["all"], f"{step['does']}: {got} items in {number - 1} pages"
                return
            self._read(step, content)
            got += len(items)
        raise AssertionError(f"{step['does']}: more than {_MOST_PAGES} pages")

    def _receive(self, count: int) -> list[dict[str, str]]:
        """Return the next so many events that <receiver> gets."""
        events = self._hook.wait(self._events + count)[self._events : self._events + count]
        self._events += count
        return events

    def _expected(self, wanted: Any) -> Any:
        """Return the expected value, with <names> replaced."""
        if isinstance(wanted, list):
            return [self._value(one) for one in wanted]
        return [self._value(wanted)] if _NAME.fullmatch(wanted) else self._with_values(wanted, str)

    def _value(self, wanted: Any) -> Any:
        if not isinstance(wanted, str):
            return wanted
        whole = _NAME.fullmatch(wanted)
        return self._known[whole[1]] if whole else self._with_values(wanted, str)

    def _with_values(self, text: str, write: Callable[[Any], str]) -> str:
        return _NAME.sub(lambda name: write(self._known[name[1]]), text)


def _in_url(value: object) -> str:
    """Encode a value for a path or query; leave URLs from responses unchanged."""
    text = str(value)
    return text if text.startswith("http") else quote(text, safe="@")
