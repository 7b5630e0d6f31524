"""The example of the API's own documentation, as an outsider sees it."""

from __future__ import annotations

import json
from collections.abc import Mapping

from ringme_contract.client import Client

GROUP = {
    "id": 14,
    "name": "New group of internal numbers",
    "client_id": 12,
    "extra_params": None,
}
PETROV = {
    "status": "active",
    "domain": "sip.ringme.ru",
    "create_date": "2020-03-16 12:18:08",
    "name": "000*300",
    "dial_rule_limit": None,
    "extension_group_id": 14,
    "label": "Petrov",
    "caller_id_name": "Petrov P. P.",
    "client_id": 12,
    "extra_params": "null",
    "message_did": "string",
    "dial_rule_id": None,
    "ani_rfc3325": False,
    "type": "phone",
    "id": 30,
    "did_as_transfer_caller_id": None,
}
SIDOROV = PETROV | {
    "name": "000*301",
    "label": "Sidorov",
    "caller_id_name": "Sidorov S. S.",
    "extra_params": "312",
    "id": 28,
}
RANGE = {"start_datetime": "2016-04-01 00:00:00", "end_datetime": "2016-04-21 23:59:59"}


class TestWalkthrough:
    """A class, so that it has a mock of its own."""

    def test_the_example_of_the_documentation(self, client: Client) -> None:
        """A new group, two numbers in it, and the calls of these numbers."""
        group = client.post("/client/12/extension_group/", {"name": GROUP["name"]})
        assert (group.status_code, _ordered(group.json())) == (201, _ordered(GROUP))

        petrov = client.put("/client/12/extension/30", {"extension_group_id": 14})
        assert (petrov.status_code, _ordered(petrov.json())) == (200, _ordered(PETROV))
        sidorov = client.put("/client/12/extension/28", {"extension_group_id": 14})
        assert (sidorov.status_code, _ordered(sidorov.json())) == (200, _ordered(SIDOROV))

        members = client.read("/extension_group/14/extension/")
        assert [_ordered(one) for one in members] == [_ordered(SIDOROV), _ordered(PETROV)]

        records = client.read("/extension_group/14/record/", **RANGE)
        of_all = client.read("/client/12/record/", **RANGE)
        assert records == [one for one in of_all if one["extension_id"] in (28, 30)]
        assert len(records) >= 5
        times = [one["init_time_gmt"] for one in records]
        assert times == sorted(times, reverse=True)
        assert {one["extension_id"] for one in records} == {28, 30}


def _ordered(value: Mapping[str, object]) -> str:
    """As JSON, so that the order of the keys counts."""
    return json.dumps(value)
