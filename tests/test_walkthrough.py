"""The example of the API's own documentation, its keys in order (contract section 7)."""

from __future__ import annotations

import json

import httpx

from support.server import Api

GROUP = '{"id": 14, "name": "New group of internal numbers", "client_id": 12, "extra_params": null}'
PETROV = (
    '{"status": "active", "domain": "sip.ringme.ru", "create_date": "2020-03-16 12:18:08",'
    ' "name": "000*300", "dial_rule_limit": null, "extension_group_id": 14, "label": "Petrov",'
    ' "caller_id_name": "Petrov P. P.", "client_id": 12, "extra_params": "null",'
    ' "message_did": "string", "dial_rule_id": null, "ani_rfc3325": false, "type": "phone",'
    ' "id": 30, "did_as_transfer_caller_id": null}'
)
SIDOROV = (
    '{"status": "active", "domain": "sip.ringme.ru", "create_date": "2020-03-16 12:18:08",'
    ' "name": "000*301", "dial_rule_limit": null, "extension_group_id": 14, "label": "Sidorov",'
    ' "caller_id_name": "Sidorov S. S.", "client_id": 12, "extra_params": "312",'
    ' "message_did": "string", "dial_rule_id": null, "ani_rfc3325": false, "type": "phone",'
    ' "id": 28, "did_as_transfer_caller_id": null}'
)


def spaced(response: httpx.Response) -> str:
    """A body as the documentation prints it; blanks between keys and values are free."""
    return json.dumps(response.json(), ensure_ascii=False)


def test_the_walkthrough_comes_out_as_it_is_printed(admin: Api) -> None:
    group = admin.post("/client/12/extension_group/", {"name": "New group of internal numbers"})
    assert (group.status_code, spaced(group)) == (201, GROUP)
    petrov = admin.put("/client/12/extension/30", {"extension_group_id": 14})
    assert (petrov.status_code, spaced(petrov)) == (200, PETROV)
    sidorov = admin.put("/client/12/extension/28", {"extension_group_id": 14})
    assert (sidorov.status_code, spaced(sidorov)) == (200, SIDOROV)
    members = admin.get("/extension_group/14/extension/")
    assert (members.status_code, spaced(members)) == (200, f"[{SIDOROV}, {PETROV}]")
    records = admin.read(
        "/extension_group/14/record/",
        start_datetime="2016-04-01 00:00:00",
        end_datetime="2016-04-21 23:59:59",
    )
    assert [(one["extension_id"], one["init_time_gmt"]) for one in records] == [
        (28, "2016-04-21 23:59:59"),
        (30, "2016-04-15 14:02:11.40"),
        (30, "2016-04-12 09:30:00"),
        (28, "2016-04-12 09:30:00"),
        (28, "2016-04-01 00:00:05.98"),
        (30, "2016-04-01 00:00:05"),
        (30, "2016-04-01 00:00:00"),
    ]
