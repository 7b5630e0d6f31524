"""Faults in what numbers take part in: the calls that they order, and users of them."""

from __future__ import annotations

from ringme_contract.proof.fault import after_success, before
from ringme_contract.proof.messages import Request, Response
from ringme_contract.proof.mock import Mock


@before
async def orderer_rings(mock: Mock, request: Request) -> None:
    """Has the number that orders a call ring as well."""
    fields = request.fields()
    number = await mock.entry("extension", request.values["extension_id"])
    if number and isinstance(fields.get("src_num"), list):
        request.set_fields({**fields, "src_num": [*fields["src_num"], number["name"]]})


@after_success
async def group_of_number_shown(mock: Mock, _: Request, response: Response) -> None:
    """Shows a user of a number the group of the number as its own."""
    number = await mock.entry("extension", response.json["extension_id"])
    if number:
        group = {"extension_group_id": number["extension_group_id"]}
        response.set_json({**response.json, **group})
