"""The example of the API's own documentation, as an outsider sees it (contract section 7).

It needs the fixtures as they were, so it works in a session of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest

from ringme_contract.check_context import Caller
from ringme_contract.check_run import Options, open_session

GROUP = '{"id": 14, "name": "New group of internal numbers", "client_id": 12, "extra_params": null}'
NUMBER = (
    '{{"status": "active", "domain": "sip.ringme.ru", "create_date": "2020-03-16 12:18:08",'
    ' "name": "{name}", "dial_rule_limit": null, "extension_group_id": 14, "label": "{label}",'
    ' "caller_id_name": "{caller}", "client_id": 12, "extra_params": "{extra}",'
    ' "message_did": "string", "dial_rule_id": null, "ani_rfc3325": false, "type": "phone",'
    ' "id": {id}, "did_as_transfer_caller_id": null}}'
)
PETROV = NUMBER.format(name="000*300", label="Petrov", caller="Petrov P. P.", extra="null", id=30)
SIDOROV = NUMBER.format(name="000*301", label="Sidorov", caller="Sidorov S. S.", extra="312", id=28)
RANGE = {"start_datetime": "2016-04-01 00:00:00", "end_datetime": "2016-04-21 23:59:59"}


@pytest.fixture
def client(fresh_options: Options) -> Iterator[Caller]:
    """A full user of client 12; each answer is held against the document."""
    with open_session(fresh_options) as session:
        yield session.kit.caller("client")
        problems = [one.problems for one in session.kit.transport.exchanges if one.problems]
        assert problems == []


def spaced(response: httpx.Response) -> str:
    """A body as the documentation prints it; blanks between keys and values are free."""
    return json.dumps(response.json(), ensure_ascii=False)


def test_the_example_of_the_documentation_comes_out_as_it_is_printed(client: Caller) -> None:
    group = client.post(
        "/api/ver1.0/client/12/extension_group/", {"name": "New group of internal numbers"}
    )
    assert (group.status_code, spaced(group)) == (201, GROUP)
    petrov = client.put("/api/ver1.0/client/12/extension/30", {"extension_group_id": 14})
    assert (petrov.status_code, spaced(petrov)) == (200, PETROV)
    sidorov = client.put("/api/ver1.0/client/12/extension/28", {"extension_group_id": 14})
    assert (sidorov.status_code, spaced(sidorov)) == (200, SIDOROV)
    members = client.get("/api/ver1.0/extension_group/14/extension/")
    assert (members.status_code, spaced(members)) == (200, f"[{SIDOROV}, {PETROV}]")
    records = client.read("/api/ver1.0/extension_group/14/record/", **RANGE)
    whole = client.read("/api/ver1.0/client/12/record/", **RANGE)
    assert records == [one for one in whole if one["extension_id"] in (28, 30)]
    assert len(records) >= 5
