"""Assertions of checks about responses and the values read from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

import httpx

from ringme_contract.deviations import Deviation
from ringme_contract.differences import cut, differences
from ringme_contract.http.conformance import json_object
from ringme_contract.http.transport import Transport, exchange_of
from ringme_contract.verdict import Failure, NotOffered, NotReached
from ringme_spec.redaction import mask_text

# A longer message names only the first difference.
_LINE = 160


class Assertions:
    """Assertions about responses. Each raises Failure, unless it says otherwise."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport

    def expect(
        self, response: httpx.Response, status: int, word: str | None = None
    ) -> httpx.Response:
        """Returns the response, which must have this status and error code."""
        if response.status_code != status:
            text = f"{response.status_code} {self.shown(response)}".strip()
            found = [Deviation(exchange_of(response), status, text)]
            self.fail(
                f"{request_line(response)}: status {response.status_code}", status, text, found
            )
        if word is not None and (got := error_code(response)) != word:
            found = [Deviation(exchange_of(response), word, got)]
            self.fail(f"{request_line(response)}: another error code", word, got, found)
        return response

    def expect_equal(self, what: str, got: object, expected: object) -> None:
        if got != expected:
            expected, got = cut(expected, got)
            text = f"{what}: expected {expected!r}, got {got!r}"
            if len(text) > _LINE:
                mask = self.transport.redaction.mask
                found = differences(mask(expected), mask(got))
                text = f"{what}: {found[0] if found else 'not as expected'}"
            self.fail(text, expected, got)

    def expect_properties(self, what: str, got: object, expected: dict[str, Any]) -> None:
        """Fails unless an object has these values; further properties are ignored."""
        if isinstance(got, dict):
            got = {name: value for name, value in got.items() if name in expected}
        self.expect_equal(what, got, expected)

    def expect_true(self, what: str, condition: bool, got: object = None) -> None:
        if not condition:
            self.fail(f"not true: {what}", what, got)

    def expect_named(self, response: httpx.Response, name: str) -> None:
        """Fails unless a response is a 400 whose message names a field."""
        message = str(self.expect(response, 400).json().get("message"))
        self.expect_true(f"the message of the 400 names {name}", name in message, message)

    def expect_unauthorized(self, response: httpx.Response) -> None:
        self.expect_equal(
            "message", self.expect(response, 401).json().get("message"), "Unauthorized"
        )
        self.expect_equal("WWW-Authenticate", response.headers.get("WWW-Authenticate"), "Bearer")

    def need(self, found: object, otherwise: str) -> None:
        """Raises NotReached, with `otherwise` as the reason, if nothing was found."""
        if not found:
            raise NotReached(otherwise)

    def need_offered(self, found: object, otherwise: str) -> None:
        """Raises NotOffered, with `otherwise` as the reason, if nothing was found."""
        if not found:
            raise NotOffered(otherwise)

    def fail(
        self,
        message: str,
        expected: object = None,
        got: object = None,
        deviations: Sequence[Deviation] = (),
    ) -> NoReturn:
        """Fails the check. Its last response breaks the rule, unless there are `deviations`."""
        last = [Deviation(one, expected, got) for one in self.transport.exchanges[-1:]]
        raise Failure(message, expected, got, deviations or last)

    def shown(self, response: httpx.Response) -> str:
        return self.transport.redaction.mask_text(response.text[:4000])[:200]


def request_line(response: httpx.Response) -> str:
    path = response.request.url.raw_path.decode("ascii")
    return mask_text(f"{response.request.method} {path}")


def error_code(response: httpx.Response) -> object:
    """The `status` of an error of the API, the `error` of one of the token endpoint."""
    body = json_object(response)
    return body.get("status", body.get("error"))
