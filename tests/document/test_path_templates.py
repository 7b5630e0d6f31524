"""Paths in any form lead to the operation of their template."""

from __future__ import annotations

import pytest

from ringme_spec.contract import read_contract
from ringme_spec.path_templates import PathTemplates
from ringme_spec.paths import SPEC

TEMPLATES = PathTemplates(read_contract(SPEC).operations.values())
SECTION = "/api/ver1.0/extension_group/3"
RECORD = "31-B3B2D571A70C3F3617EF0795D89DD181"


@pytest.mark.parametrize(
    ("method", "path", "operation", "values"),
    [
        ("POST", "/oauth/token/", "createToken", {}),
        ("GET", f"{SECTION}//record", "listGroupRecords", {"ext_group_id": "3"}),
        ("GET", f"{SECTION}/record/stats", "getGroupRecordStats", {"ext_group_id": "3"}),
        (
            "DELETE",
            f"{SECTION}/record/{RECORD}",
            "deleteGroupRecord",
            {"ext_group_id": "3", "record_uuid": RECORD},
        ),
        ("DELETE", f"{SECTION}/record/x", None, {}),
        # A literal segment goes before an id, also for a method that it lacks.
        ("DELETE", f"{SECTION}/record/stats", None, {"ext_group_id": "3"}),
        ("GET", f"{SECTION}/record/x/y/z", None, {}),
    ],
)
def test_a_path_leads_to_its_operation(
    method: str, path: str, operation: str | None, values: dict[str, str]
) -> None:
    found, given = TEMPLATES.find(method, path)
    assert (found.id if found else None, given) == (operation, values)
