"""Lists, complete or in pages with an envelope."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ringme_contract.verdict import NotReached
from ringme_spec.operations import Operation

# The limit for a target whose pages are always full, which would fill the memory.
MOST_PAGES = 20
# Reads the list with additional query parameters.
Read = Callable[[Mapping[str, Any]], Any]


def all_pages(operation: Operation, read: Read, query: Mapping[str, Any]) -> Any:
    """The entries of a list: of the page that `query` picks, or of all pages.

    A response that is not a list is returned as it is; a page of another size than was asked for
    is the last one. Raises NotReached for more than MOST_PAGES pages.
    """
    roles = operation.roles
    paging = [roles[role].name for role in ("page", "page_size") if role in roles]
    if operation.envelope is None or any(name in query for name in paging):
        return _listed(operation, read({}))
    page, size = roles["page"].name, roles["page_size"]
    most, whole = size.schema["maximum"], []
    for number in range(1, MOST_PAGES + 1):
        part = _listed(operation, read({page: number, size.name: most}))
        if not isinstance(part, list):
            return part
        whole += part
        if len(part) != most:
            return whole
    raise NotReached(f"{operation.id} has more than {MOST_PAGES} pages of {most} entries")


def _listed(operation: Operation, body: Any) -> Any:
    if operation.envelope is None or not isinstance(body, dict):
        return body
    return body.get(operation.envelope)
