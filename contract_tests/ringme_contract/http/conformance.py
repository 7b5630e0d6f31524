"""Conformance of a response to the document: status, media type, headers, body."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import httpx

from ringme_spec.contract import Contract
from ringme_spec.json_text import read_json
from ringme_spec.operation import JSON, Operation
from ringme_spec.path_templates import PathTemplates
from ringme_spec.responses import ResponseSchema, ResponseSchemas, find_response, plain_media_type

# A server need not accept a longer request line or header.
_LONG = 3900


class Conformance:
    """Checks responses against a document, whoever requested them.

    `before` is the part of the target's paths before those of the document.
    """

    def __init__(self, contract: Contract, before: str = "") -> None:
        self._before = before.rstrip("/")
        self._templates = PathTemplates(contract.operations.values())
        # Without routes: a server may take any segment for an id.
        self._loose = PathTemplates(contract.operations.values(), by_route=False)
        self._schemas = ResponseSchemas(contract.document)
        self._compiled: dict[str, dict[str, ResponseSchema]] = {}

    def find(self, method: str, path: str, by_route: bool = True) -> Operation | None:
        """Finds the operation of a request by its raw path, in any form of slashes."""
        templates = self._templates if by_route else self._loose
        method = "GET" if method == "HEAD" else method
        # Decoded, except slashes that do not separate segments (rule segments).
        decoded = unquote(re.sub("%2[fF]", "%252F", path))
        return templates.find(method, decoded.removeprefix(self._before))[0]

    def find_of(self, request: httpx.Request, by_route: bool = True) -> Operation | None:
        path = request.url.raw_path.decode("ascii").partition("?")[0]
        return self.find(request.method, path, by_route)

    def problems(self, response: httpx.Response) -> list[str]:
        """Differences between a response and the document, without values of the response.

        A 404 or 405 to a request for no operation conforms if it is an error of the API.
        """
        if _is_of_the_stack(response):
            return []
        operation = self.find_of(response.request)
        status = response.status_code
        if operation is None and status not in (404, 405):
            operation = self.find_of(response.request, by_route=False)
        # Many servers decode an escaped slash as a separator, and then have no such path.
        if operation is None or (status == 404 and _has_escaped_slash(response)):
            return list(_undocumented(response))
        schema = find_response(self._of(operation), status)
        if schema is None:
            documented = ", ".join(operation.responses)
            return [f"{operation.id}: undocumented status {status} (documented: {documented})"]
        media_type = response.headers.get("Content-Type", "")
        # The body of a redirect is for people (RFC 9110, 15.4).
        unread = response.request.method == "HEAD" or response.is_redirect
        content = None if unread else response.content
        return [
            f"{operation.id} {status}: {field}: {reason}"
            for field, reason in schema.problems(response.headers, media_type, content)
        ]

    def _of(self, operation: Operation) -> dict[str, ResponseSchema]:
        if operation.id not in self._compiled:
            self._compiled[operation.id] = self._schemas.of(operation.path, operation.method)
        return self._compiled[operation.id]


def _is_of_the_stack(response: httpx.Response) -> bool:
    """True for a refusal that a server may send before an application (RFC 9110)."""
    request = response.request
    if "Expect" in request.headers:
        return response.status_code in (400, 417)
    odd = any(len(value) > _LONG or not value.isascii() for _, value in request.headers.raw)
    return (odd and response.status_code in (400, 431)) or (
        len(request.url.raw_path) > _LONG and response.status_code in (400, 414)
    )


def _has_escaped_slash(response: httpx.Response) -> bool:
    return b"%2f" in response.request.url.raw_path.lower()


def json_object(response: httpx.Response) -> dict[str, Any]:
    """The JSON object of a response; empty if it is not one."""
    try:
        body = read_json(response.content.decode("utf-8"))
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _undocumented(response: httpx.Response) -> Iterator[str]:
    status = response.status_code
    if status == 400 and _has_escaped_slash(response):
        # Many servers refuse an escaped slash before they look for a path.
        return
    if status == 405 and not response.headers.get("Allow"):
        yield "405 without Allow"
    if status not in (404, 405):
        yield f"undocumented request: status {status} instead of 404 or 405"
    elif response.request.method != "HEAD":
        media_type = plain_media_type(response.headers.get("Content-Type", ""))
        if media_type != JSON or "message" not in json_object(response):
            yield f"{status} without a JSON object that has a message"
