"""Values that no two entries may share, and that a refused request must not use up."""

from __future__ import annotations

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.collection_entries import all_entries
from ringme_contract.entries.factories import NOWHERE
from ringme_contract.verdict import NotOffered


@check("failed-request-changes-nothing", layer="generic", isolated=True)
def a_value_of_a_refused_creation_stays_free(kit: CheckContext) -> None:
    """Refused for a reference to nothing, or for its syntax; then the same value is created."""
    client, tried = kit.caller("client"), 0
    for entries in all_entries(kit):
        if entries.rule.unique is None:
            continue
        path, (body,) = entries.path("create"), entries.new_bodies(1)
        for name in kit.factory.referred(entries.creation):
            for bad, status in ((NOWHERE, 404), ("x", 400)):
                refused = client.request("POST", path, json={**body, name: bad})
                kit.expect(refused, status)
                tried += 1
        made = client.request("POST", path, json=body)
        kit.expect(made, entries.creation.status)
    if not tried:
        raise NotOffered("the document has no unique value beside a reference")
