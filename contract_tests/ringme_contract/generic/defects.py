"""Things that can be wrong with a request, each of which alone is a reason to refuse it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ringme_contract.assertions import error_code
from ringme_contract.caller import Caller
from ringme_contract.check_context import CheckContext, configures
from ringme_contract.entries.factories import NOWHERE, Item
from ringme_contract.own_entries import OwnEntries
from ringme_spec.operations import Operation

_ORDER = ("token", "blocked", "application", "access", "syntax", "owner", "reach", "item", "rule")
# How callers are refused for what they are, by the check that refuses them.
_CALLERS = {
    "token": (401, None),
    "blocked": (403, "user_blocked"),
    "application": (403, "app_access_type_deny"),
    "access": (403, "user_access_type_deny"),
}
Callers = Mapping[str, Caller]


@dataclass(frozen=True)
class Defect:
    """One thing that is wrong with a request: the check that finds it, and how it is refused.

    `part` is what it changes of a request (`caller`, `body`, `query`, `owner`, `item`), `value` to.
    """

    stage: str
    part: str
    value: Any
    status: int
    word: str | None = None

    @classmethod
    def of_caller(cls, stage: str, caller: Caller) -> Defect:
        return cls(stage, "caller", caller, *_CALLERS[stage])

    @property
    def place(self) -> int:
        return _ORDER.index(self.stage)

    def binds(self, operation: Operation) -> bool:
        """It is a reason to refuse this operation."""
        due = {"application": configures(operation), "access": not operation.reads}
        return due.get(self.stage, True)

    def __str__(self) -> str:
        return self.value.name if self.part == "caller" else f"{self.stage} ({self.part})"


class DefectiveRequests:
    """Requests about entries of a check's own, with something wrong about each."""

    def __init__(self, kit: CheckContext) -> None:
        self.kit, self.own = kit, OwnEntries(kit)
        self._foreign: Item = {}

    def expect_refused(self, operation: Operation, *defects: Defect) -> None:
        """Fails the check unless the first defect is what a request with all is refused for."""
        kit, first, changed = self.kit, defects[0], {}
        for defect in reversed(defects):
            changed[defect.part] = defect.value
        caller = changed.get("caller", kit.client)
        query = {**kit.factory.query(operation, ranged=True), **changed.get("query", {})}
        json = self.own.body(operation)
        body = changed.get("body", {} if json is None else {"json": json})
        path = self.own.path(operation, **changed.get("owner", {}), **changed.get("item", {}))
        response = caller.request(operation.method, path, params=query, **body)
        got = f"{response.status_code} {error_code(response) or ''}"
        if response.status_code != first.status or (
            first.word and error_code(response) != first.word
        ):
            kit.fail(
                f"{operation.id} with this wrong: {', '.join(map(str, defects))}: {got}",
                f"{first.status} {first.word or ''}",
                got,
            )
        if first.status == 401:
            kit.expect_unauthorized(response)

    def blocked_user(self) -> Caller:
        """A user of the own group, blocked, who is refused for all else that a user can be."""
        kit, known = self.kit, self.kit.target.identities
        user, password = kit.new_group_user(self.own[kit.roles.groups]["id"], access="read_only")
        through = "other_login" if "other_login" in known else "login"
        caller = kit.log_in("blocked user", user["login"], password, through)
        kit.expect(caller.get(kit.me), 200)
        blocking = kit.client.put(kit.path(kit.roles.users, user["id"]), {"status": "blocked"})
        kit.expect(blocking, 200)
        return caller

    def callers(self) -> list[Defect]:
        """Callers that are refused for what they are."""
        kit, known = self.kit, self.kit.target.identities
        found = {"token": Caller(kit, "made-up token", "0" * 30)}
        for stage, identity in (("application", "call_api"), ("access", "client_read_only")):
            if identity in known:
                found[stage] = kit.caller(identity)
        if "login" in known:
            # Of all that it is refused for the block comes first.
            found["blocked"] = self.blocked_user()
        return [Defect.of_caller(*one) for one in found.items()]

    def of_all(self, operation: Operation, callers: list[Defect]) -> Iterator[Defect]:
        """All that can be wrong with a request of an operation."""
        yield from (one for one in callers if one.binds(operation))
        yield from self._of_what_is_sent(operation)
        yield from self._of_the_path(operation)

    def _of_what_is_sent(self, operation: Operation) -> Iterator[Defect]:
        for role, value in (("page", "x"), ("range_start", "2016-02-30 00:00:00")):
            if role in operation.roles:
                yield Defect("syntax", "query", {operation.roles[role].name: value}, 400)
        if operation.ranged:
            start, end = (operation.roles[f"range_{end}"].name for end in ("start", "end"))
            backwards = {start: "2016-04-02 00:00:00", end: "2016-04-01 00:00:00"}
            yield Defect("rule", "query", backwards, 400)
        if operation.json_body is None:
            return
        yield Defect("syntax", "body", {"json": []}, 400)
        text = {"content": b"x", "headers": {"Content-Type": "text/plain"}}
        yield Defect("syntax", "body", text, 415)
        rule = operation.collection
        for name, reference in rule.references.items():
            if operation.action == "update" and name in operation.json_body.properties:
                word = self.kit.contract.collections[reference.collection].missing
                yield Defect("rule", "body", {"json": {name: NOWHERE}}, 404, word)
        if operation.action == "update":
            for name in rule.fixed:
                yield Defect("rule", "body", {"json": {name: "another"}}, 400)

    def _of_the_path(self, operation: Operation) -> Iterator[Defect]:
        entries, kit = operation.entry_parameters, self.kit
        if not entries:
            return
        outer = kit.contract.collections[str(entries[0].collection)]
        yield Defect("owner", "owner", {outer.name: NOWHERE}, 404, outer.missing)
        if foreign := self._of_other_client(outer.name):
            yield Defect("reach", "owner", {outer.name: foreign}, 403, "access_denied")
        if len(entries) > 1:
            inner = kit.contract.collections[str(entries[1].collection)]
            missing = kit.factory.nowhere(operation)[entries[1].name]
            yield Defect("item", "item", {inner.name: missing}, 404, inner.missing)

    def _of_other_client(self, collection: str) -> Any:
        """The key of an owner that is the other client's, or that client; None without one."""
        kit = self.kit
        if collection not in self._foreign and "other_client" in kit.target.identities:
            own = self.kit.factory.find_creation(collection) is None
            self._foreign[collection] = (
                kit.own_key("other_client", collection)
                if own
                else kit.factory.own(collection, "other_client")
            )
        return self._foreign.get(collection)
