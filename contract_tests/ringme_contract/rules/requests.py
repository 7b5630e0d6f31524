"""A request for every operation of the document, at things of the check's own."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import httpx

from ringme_contract.check_context import API, Caller, CheckContext
from ringme_contract.lists import Item, resolve
from ringme_contract.rules.views import GROUPS, NUMBERS, USERS, members_path

# An id that no implementation reaches by counting, and items that no call has left.
NOWHERE = 999_999_999_999_999
NO_RECORD = f"{NOWHERE}-{'F' * 32}"
NO_FAX = "00000000-0000-4000-8000-000000000000"
_OFF = {"reg_status_log": "registration_log"}


@dataclass(frozen=True)
class Operation:
    """One operation below the API's base, as far as a check has to know it.

    `path` is from the root, with its parameters in braces; `methods` are all that the path has.
    `configures` says that an application needs the access level `all` for it.
    """

    id: str
    method: str
    path: str
    methods: frozenset[str]
    collection: str
    action: str
    ranged: bool
    range_needed: bool
    configures: bool
    parameters: tuple[str, ...]

    @property
    def writes(self) -> bool:
        """Whether it is more than a read."""
        return self.method != "GET"

    @property
    def has_body(self) -> bool:
        """Whether a request for it carries JSON."""
        return self.method in ("POST", "PUT")

    def url(self, values: dict[str, object]) -> str:
        """The path with values for its parameters."""
        return re.sub(r"\{(\w+)\}", lambda found: str(values[found[1]]), self.path)


def operations(kit: CheckContext) -> list[Operation]:
    """The operations below the base whose collection the target does not declare as lacking."""
    found = []
    for path, item in kit.document["paths"].items():
        if not path.startswith(API):
            continue
        for method, node in item.items():
            resource = node["x-resource"]
            names = {_OFF.get(resource["collection"], resource["collection"]), resource["action"]}
            if names & kit.target.off:
                continue
            given = [resolve(kit.document, one) for one in node.get("parameters", [])]
            found.append(
                Operation(
                    id=node["operationId"],
                    method=method.upper(),
                    path=path,
                    methods=frozenset(name.upper() for name in item),
                    collection=resource["collection"],
                    action=resource["action"],
                    ranged=any(one["name"] == "start_datetime" for one in given),
                    range_needed=any(
                        one["name"] == "start_datetime" and one.get("required") for one in given
                    ),
                    configures={"oauth2": ["all"]} in node.get("security", []),
                    parameters=tuple(one["name"] for one in given if one["in"] == "path"),
                )
            )
    return found


@dataclass
class Own:
    """A group with a number and a user in it that the check made for itself."""

    kit: CheckContext
    group: Item
    extension: Item
    user: Item
    password: str
    values: dict[str, object] = field(default_factory=dict)

    @classmethod
    def new(cls, kit: CheckContext) -> Own:
        """All three, removed after the check."""
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

    def body(self, operation: Operation) -> dict[str, Any] | None:
        """A valid body for an operation, which would change something; None if it takes none."""
        if not operation.has_body:
            return None
        name = self.kit.new_name("refused")
        number = self.kit.free_number() if operation.id == "createExtension" else ""
        bodies: dict[str, dict[str, Any]] = {
            "createExtensionGroup": {"name": name},
            "updateExtensionGroup": {"name": name},
            "createExtension": {"name": number, "label": name},
            "updateExtension": {"label": name},
            "createGroupUser": {
                "name": name,
                "login": name.replace(" ", "-"),
                "password": "contract",
                "email": "contract@example.com",
                "extension_group_id": self.group["id"],
            },
            "updateGroupUser": {"comment": name},
        }
        return bodies[operation.id]

    def ask(self, caller: Caller, operation: Operation, **others: object) -> httpx.Response:
        """A request that is right in all but what the check changes about it.

        `others` are other values for the parameters of the path.
        """
        query = {}
        if operation.ranged:
            query = dict(
                zip(("start_datetime", "end_datetime"), self.kit.target.range, strict=True)
            )
        body = self.body(operation)
        return send(
            self.kit,
            caller,
            operation.method,
            operation.url({**self.values, **others}),
            params=query,
            **({} if body is None else {"json": body}),
        )

    def expect_unchanged(self, after: str) -> None:
        """Group, number, user and membership are as they were made; else the check fails."""
        client = self.kit.caller("client")
        for path, thing in ((GROUPS, self.group), (NUMBERS, self.extension), (USERS, self.user)):
            answer = client.get(f"{path}{thing['id']}")
            got = answer.json() if answer.status_code == 200 else answer.status_code
            self.kit.expect_equal(f"{path}{thing['id']} after {after}", got, thing)
        members = client.read(members_path(self.group["id"]))
        self.kit.expect_equal(f"the members of the group after {after}", members, [self.extension])


def send(
    kit: CheckContext, caller: Caller, method: str, url: str, **arguments: Any
) -> httpx.Response:
    """A request that should be refused: what it makes all the same is removed after the check."""
    answer = caller.request(method, url, **arguments)
    if method == "POST" and answer.status_code == 201:
        made = f"{re.sub('/+', '/', url).rstrip('/')}/{answer.json()['id']}"
        owner = kit.caller("client")
        kit.undo(lambda: owner.request("DELETE", made))
    return answer
