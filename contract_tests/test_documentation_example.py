"""The example of the API's own documentation (contract section 7).

It needs unchanged fixtures, so it has a session of its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial

import httpx
import pytest

from ringme_contract.run.check_run import Options, open_session

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
def send(fresh_options: Options) -> Iterator[Callable[..., httpx.Response]]:
    """Sends requests of a full user of client 12; each response is checked against the document.

    Without the guard of checks, which would not let it change existing numbers.
    """
    with open_session(fresh_options) as session:
        headers = {"Authorization": f"Bearer {session.kit.caller('client').token}"}
        with session.kit.transport.recording() as exchanges:
            yield partial(session.kit.transport.send, "client", headers=headers)
        assert [one.problems for one in exchanges if one.problems] == []


def spaced(response: httpx.Response) -> str:
    """A body as the documentation prints it; blanks between keys and values are free."""
    return json.dumps(response.json(), ensure_ascii=False)


def test_the_example_of_the_documentation_comes_out_as_it_is_printed(
    send: Callable[..., httpx.Response],
) -> None:
    client = "/api/ver1.0/client/12"
    body = {"name": "New group of internal numbers"}
    group = send("POST", f"{client}/extension_group/", json=body)
    assert (group.status_code, spaced(group)) == (201, GROUP)
    for path, number in (("extension/30", PETROV), ("extension/28", SIDOROV)):
        moved = send("PUT", f"{client}/{path}", json={"extension_group_id": 14})
        assert (moved.status_code, spaced(moved)) == (200, number)
    members = send("GET", "/api/ver1.0/extension_group/14/extension/")
    assert (members.status_code, spaced(members)) == (200, f"[{SIDOROV}, {PETROV}]")
    records = send("GET", "/api/ver1.0/extension_group/14/record/", params=RANGE).json()
    whole = send("GET", f"{client}/record/", params=RANGE).json()
    assert records == [one for one in whole if one["extension_id"] in (28, 30)]
    assert len(records) >= 5
