"""Entries of a check's own: a group with a number and a user, and requests about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from ringme_contract.check_context import Caller, CheckContext
from ringme_contract.factories import NO_FAX, NO_RECORD, Item
from ringme_spec.operations import Operation


@dataclass
class OwnEntries:
    """A group with a number and a user in it that the check made for itself.

    `values` are those of path parameters; recorded items are none that is there.
    """

    kit: CheckContext
    group: Item
    extension: Item
    user: Item
    password: str
    values: dict[str, object]

    @classmethod
    def new(cls, kit: CheckContext) -> OwnEntries:
        group = kit.new_group(extra_params="own")
        extension = kit.new_extension(extension_group_id=group["id"])
        user, password = kit.new_group_user(group["id"], comment="own")
        values: dict[str, object] = {
            "client_id": "@me",
            "ext_group_id": group["id"],
            "extension_id": extension["id"],
            "user_id": user["id"],
            "record_uuid": NO_RECORD,
            "uuid": NO_FAX,
        }
        return cls(kit, group, extension, user, password, values)

    def body(self, operation: Operation) -> Item | None:
        """A valid body for an operation, which would change something; None if it takes none."""
        if operation.json_body is None:
            return None
        if operation.action != "create":
            return self.kit.factory.change(operation)
        owner = {"extension_group_id": self.group["id"]}
        needed = owner.keys() & operation.json_body.required_properties
        return self.kit.factory.body(operation, **{name: owner[name] for name in needed})

    def request(self, caller: Caller, operation: Operation, **others: object) -> httpx.Response:
        """A request that is right in all but what the check changes about it.

        `others` are other values for the parameters of the path.
        """
        query = self.kit.range_query if operation.ranged else {}
        body = self.body(operation)
        more = {} if body is None else {"json": body}
        path = operation.fill({**self.values, **others})
        return send(self.kit, caller, operation.method, path, params=query, **more)

    def expect_unchanged(self, after: str) -> None:
        """Fails the check unless group, number, user and membership are as they were made."""
        client, factory = self.kit.caller("client"), self.kit.factory
        for name, thing in (
            ("extension_group", self.group),
            ("extension", self.extension),
            ("user", self.user),
        ):
            response = client.request("GET", f"{factory.path(name)}{thing['id']}")
            got = response.json() if response.status_code == 200 else response.status_code
            self.kit.expect_equal(f"{name} {thing['id']} after {after}", got, thing)
        members = client.read(f"/extension_group/{self.group['id']}/extension/")
        self.kit.expect_equal(f"the members of the group after {after}", members, [self.extension])


def send(
    kit: CheckContext, caller: Caller, method: str, path: str, **arguments: Any
) -> httpx.Response:
    """A request that should be refused: what it makes all the same is removed after the check."""
    response = caller.request(method, path, **arguments)
    kit.factory.remove_later(path, response)
    return response
