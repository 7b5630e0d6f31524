"""The document names the operations that an application may be denied."""

from __future__ import annotations

import pytest

from support.operations import DOCUMENT, OPERATIONS

# What contract section 2 calls configuration: client data are of the client itself.
CONFIGURATION = (
    "extension_group", "extension", "user", "event", "phone_event", "did", "client"
)  # fmt: skip


@pytest.mark.rule("error-app-access")
def test_the_document_names_the_operations_that_a_call_api_application_is_denied() -> None:
    rule = next(one for one in DOCUMENT["x-rules"] if one["id"] == "error-app-access")
    denied = [
        one.id for one in OPERATIONS if one.method != "GET" and one.collection.name in CONFIGURATION
    ]
    assert sorted(rule["operations"]) == sorted(denied)
