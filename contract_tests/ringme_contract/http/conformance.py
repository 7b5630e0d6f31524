"""Conformance of one response to the document: status, media type, headers, body."""

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

# No server has to read a longer line or header.
_LONG = 3900


class Conformance:
    """Checks responses against one document, whoever requested them.

    `before` is what comes before the paths of the document in those of the target.
    """

    def __init__(self, contract: Contract, before: str = "") -> None:
        self._before = before.rstrip("/")
        self._templates = PathTemplates(contract.operations.values())
        # A server may take any segment for an id, and find no such entry then.
        self._loose = PathTemplates(contract.operations.values(), by_route=False)
        self._schemas = ResponseSchemas(contract.document)
        self._compiled: dict[str, dict[str, ResponseSchema]] = {}

    def find(self, method: str, path: str, by_route: bool = True) -> Operation | None:
        """Finds the operation of a request by its raw path in any slash form."""
        templates = self._templates if by_route else self._loose
        method = "GET" if method == "HEAD" else method
        # Decoded but for the slashes that part nothing (rule segments).
        decoded = unquote(re.sub("%2[fF]", "%252F", path))
        return templates.find(method, decoded.removeprefix(self._before))[0]

    def find_of(self, request: httpx.Request, by_route: bool = True) -> Operation | None:
        path = request.url.raw_path.decode("ascii").partition("?")[0]
        return self.find(request.method, path, by_route)

    def problems(self, response: httpx.Response) -> list[str]:
        """Differences between a response and the document; no text holds a value of the response.

        A 404 or 405 to a request for no operation conforms if it is an error of the API.
        """
        if _is_of_the_stack(response):
            return []
        operation = self.find_of(response.request)
        status = response.status_code
        if operation is None and status not in (404, 405):
            operation = self.find_of(response.request, by_route=False)
        # An escaped slash was taken for one: many servers do, and have no such path then.
        if operation is None or (status == 404 and _has_escaped_slash(response)):
            return list(_undocumented(response))
        schema = find_response(self._of(operation), status)
        if schema is None:
            documented = ", ".join(operation.responses)
            return [f"{operation.id}: undocumented status {status} (documented: {documented})"]
        media_type = response.headers.get("Content-Type", "")
        # What comes with a redirect is for people (RFC 9110, 15.4).
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
    """A refusal that a server may make before any application sees the request (RFC 9110)."""
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
    """The JSON object of a response; empty if it holds none."""
    try:
        body = read_json(response.content.decode("utf-8"))
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _undocumented(response: httpx.Response) -> Iterator[str]:
    status = response.status_code
    if status == 400 and _has_escaped_slash(response):
        # It is data, and many servers refuse it as such before they look for a path.
        return
    if status == 405 and not response.headers.get("Allow"):
        yield "405 without Allow"
    if status not in (404, 405):
        yield f"undocumented request: status {status} instead of 404 or 405"
    elif response.request.method != "HEAD":
        media_type = plain_media_type(response.headers.get("Content-Type", ""))
        if media_type != JSON or "message" not in json_object(response):
            yield f"{status} without a JSON object that has a message"
