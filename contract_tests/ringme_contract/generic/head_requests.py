"""HEAD, which each path has that has GET."""

from __future__ import annotations

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.own_entries import OwnEntries

# What depends on the body as it is sent, or on the moment.
_VARYING = ("x-ratelimit-remaining", "x-ratelimit-reset", "date", "connection", "transfer-encoding")


@check("no-patch", layer="generic", isolated=True)
def a_head_is_a_get_without_a_body(kit: CheckContext) -> None:
    """On each GET, about entries of the check's own: the same status and headers, no body."""
    own, client = OwnEntries(kit), kit.caller("client")
    plain = {"Accept-Encoding": "identity"}
    for operation in kit.secured_operations:
        if not operation.reads:
            continue
        path, query = own.path(operation), kit.factory.query(operation, ranged=True)
        if all(one.me is not None for one in operation.entry_parameters):
            # Lists of the whole client may change meanwhile.
            query |= {part.name: 1 for role, part in operation.roles.items() if role == "page_size"}
        got, head = (
            client.request(method, path, params=query, headers=plain) for method in ("GET", "HEAD")
        )
        kit.expect(head, got.status_code)
        kit.expect_equal(f"the body of HEAD {path}", head.content, b"")
        for name in got.headers.keys() - {*_VARYING, "content-length"}:
            told = head.headers.get(name)
            kit.expect_equal(f"{name} of HEAD {path}", told, got.headers.get(name))
