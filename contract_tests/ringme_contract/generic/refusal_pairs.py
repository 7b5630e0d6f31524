"""Requests that are wrong in two ways at once: whichever check comes first decides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import permutations
from typing import Any

from ringme_contract.check import check
from ringme_contract.check_context import Caller, CheckContext, configures, error_code
from ringme_contract.factories import NOWHERE, Item
from ringme_contract.own_entries import OwnEntries
from ringme_spec.operations import Operation

_ORDER = ("token", "blocked", "application", "access", "syntax", "owner", "reach", "item", "rule")


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

    @property
    def place(self) -> int:
        return _ORDER.index(self.stage)


Callers = Mapping[str, Caller]


def _callers(kit: CheckContext, own: OwnEntries) -> dict[str, Caller]:
    """Callers that are refused for what they are, by the check that refuses them."""
    known = kit.target.identities
    found = {"token": Caller(kit, "made-up token", "0" * 30)}
    if "call_api" in known:
        found["application"] = kit.caller("call_api")
    if "client_read_only" in known:
        found["access"] = kit.caller("client_read_only")
    if "login" in known:
        # Refused for all that it is, of which the block comes first.
        user, password = kit.new_group_user(own["extension_group"]["id"], access="read_only")
        through = "other_login" if "other_login" in known else "login"
        found["blocked"] = kit.log_in("blocked user", user["login"], password, through)
        blocking = kit.caller("client").put(kit.path("user", user["id"]), {"status": "blocked"})
        kit.expect(blocking, 200)
    return found


def _defects(
    kit: CheckContext, operation: Operation, callers: Callers, foreign: Item
) -> Iterator[Defect]:
    """All that can be wrong with a request of an operation."""
    words = {
        "token": (401, None),
        "blocked": (403, "user_blocked"),
        "application": (403, "app_access_type_deny"),
        "access": (403, "user_access_type_deny"),
    }
    for stage, caller in callers.items():
        due = {"application": configures(operation), "access": not operation.reads}
        if due.get(stage, True):
            yield Defect(stage, "caller", caller, *words[stage])
    yield from _of_what_is_sent(kit, operation)
    yield from _of_the_path(kit, operation, foreign)


def _of_what_is_sent(kit: CheckContext, operation: Operation) -> Iterator[Defect]:
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
            word = kit.contract.collections[reference.collection].missing
            yield Defect("rule", "body", {"json": {name: NOWHERE}}, 404, word)
    if operation.action == "update":
        for name in rule.fixed:
            yield Defect("rule", "body", {"json": {name: "another"}}, 400)


def _of_the_path(kit: CheckContext, operation: Operation, foreign: Item) -> Iterator[Defect]:
    entries = operation.entry_parameters
    if not entries:
        return
    outer = kit.contract.collections[str(entries[0].collection)]
    yield Defect("owner", "owner", {outer.name: NOWHERE}, 404, outer.missing)
    if outer.name in foreign:
        yield Defect("reach", "owner", {outer.name: foreign[outer.name]}, 403, "access_denied")
    if len(entries) > 1:
        inner = kit.contract.collections[str(entries[1].collection)]
        missing = kit.factory.nowhere(operation)[entries[1].name]
        yield Defect("item", "item", {inner.name: missing}, 404, inner.missing)


@dataclass(frozen=True)
class Pair:
    """A request with two defects, of which the first one decides."""

    operation: Operation
    first: Defect
    second: Defect

    def send(self, kit: CheckContext, own: OwnEntries) -> None:
        """Fails the check unless the first defect is what the request is refused for."""
        operation, changed = self.operation, {}
        for defect in (self.second, self.first):
            changed[defect.part] = defect.value
        caller = changed.get("caller", kit.caller("client"))
        query = {**kit.factory.query(operation, ranged=True), **changed.get("query", {})}
        body = changed.get("body", {} if (json := own.body(operation)) is None else {"json": json})
        path = own.path(operation, **changed.get("owner", {}), **changed.get("item", {}))
        response = caller.request(operation.method, path, params=query, **body)
        first = self.first
        if response.status_code != first.status or (
            first.word and error_code(response) != first.word
        ):
            kit.fail(
                f"{operation.id} that is wrong in two ways, {first.stage} and {self.second.stage}:"
                f" refused with {response.status_code} {error_code(response) or ''}",
                f"{first.status} {first.word or ''}",
                f"{response.status_code} {error_code(response) or ''}",
            )


def _pairs(kit: CheckContext, callers: Callers, foreign: Item) -> Iterator[Pair]:
    """All two defects that a request can have, once for each action of each section."""
    seen = set()
    for operation in kit.secured_operations:
        for first, second in permutations(_defects(kit, operation, callers, foreign), 2):
            if first.part == second.part or first.place >= second.place:
                continue
            kind = (operation.action, operation.section, first.stage, second.stage, second.status)
            if kind not in seen:
                seen.add(kind)
                yield Pair(operation, first, second)


@check("check-order", layer="generic", isolated=True)
def of_two_refusals_the_first_in_the_order_counts(kit: CheckContext) -> None:
    """Every two of token, block, access levels, syntax, owner, reach, item and rules."""
    own = OwnEntries(kit)
    foreign: Item = {}
    if "other_client" in kit.target.identities:
        foreign["client"] = kit.caller("other_client").read(kit.me)["client_id"]
        for name in ("extension_group", "extension"):
            foreign[name] = kit.factory.create(name, "other_client")["id"]
    pairs = list(_pairs(kit, _callers(kit, own), foreign))
    kit.map(lambda pair: pair.send(kit, own), pairs)
    own.expect_unchanged("requests that are refused")
