"""Paths that the service has beside the document."""

from __future__ import annotations

import re

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.verdict import NotOffered


@check("known-paths", layer="scenarios", writes=False, smoke=True)
def what_is_not_implemented_is_missing(kit: CheckContext) -> None:
    """404 with a message, without a token and with one; who has the resource is not asked."""
    lacking = 0
    for template in kit.contract.known_paths:
        path = re.sub(r"\{\w+\}", "1", template)
        for caller in (kit.anonymous, kit.caller("client")):
            response = caller.get(path)
            if response.status_code == 404:
                message = response.json().get("message")
                kit.expect_true(f"the 404 of {path} has a message", bool(message), message)
                lacking += 1
            elif response.status_code in (400, 405) or response.status_code >= 500:
                kit.expect(response, 404)
            else:
                # The document says nothing of what is there.
                kit.transport.exchanges[-1].problems.clear()
    if not lacking:
        raise NotOffered("the target has all of x-known-paths")
