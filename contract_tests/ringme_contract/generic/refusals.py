"""Requests with one or two defects, and the refusal expected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from ringme_contract.assertions import error_code
from ringme_contract.caller import Caller
from ringme_contract.check import check
from ringme_contract.check_context import CheckContext, configures
from ringme_contract.entries.factories import NOWHERE, Item
from ringme_contract.own_entries import OwnEntries
from ringme_contract.samples import Samples, some
from ringme_spec.operations import Operation

_ORDER = ("token", "blocked", "application", "access", "syntax", "owner", "reach", "item", "rule")
# Status and error code of refusals of callers, by stage.
_CALLERS = {
    "token": (401, None),
    "blocked": (403, "user_blocked"),
    "application": (403, "app_access_type_deny"),
    "access": (403, "user_access_type_deny"),
}


@dataclass(frozen=True)
class Defect:
    """A defect of a request: the stage that finds it, and the response.

    `part` is the part of the request that it changes (`caller`, `body`, `query`, `owner`, `item`),
    and `value` the new value.
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
        due = {"application": configures(operation), "access": not operation.reads}
        return due.get(self.stage, True)

    def __str__(self) -> str:
        return self.value.name if self.part == "caller" else f"{self.stage} ({self.part})"


class DefectiveRequests:
    """Requests with defects, about entries of the check."""

    def __init__(self, kit: CheckContext) -> None:
        self.kit, self.own = kit, OwnEntries(kit)
        self._foreign: Item = {}

    def expect_refused(self, operation: Operation, *defects: Defect) -> None:
        """Fails unless a request with all defects is refused for the first one."""
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
                f"{operation.id} with these errors: {', '.join(map(str, defects))}: {got}",
                f"{first.status} {first.word or ''}",
                got,
            )
        if first.status == 401:
            kit.expect_unauthorized(response)

    def blocked_user(self) -> Caller:
        """A blocked, read-only user of the check's group, with a token from before."""
        kit, known = self.kit, self.kit.target.identities
        user, password = kit.new_group_user(self.own[kit.roles.groups]["id"], access="read_only")
        through = "other_login" if "other_login" in known else "login"
        caller = kit.log_in("blocked user", user["login"], password, through)
        kit.expect(caller.get(kit.me), 200)
        blocking = kit.client.put(kit.path(kit.roles.users, user["id"]), {"status": "blocked"})
        kit.expect(blocking, 200)
        return caller

    def callers(self) -> list[Defect]:
        kit, known = self.kit, self.kit.target.identities
        found = {"token": Caller(kit, "made-up token", "0" * 30)}
        for stage, identity in (("application", "call_api"), ("access", "client_read_only")):
            if identity in known:
                found[stage] = kit.caller(identity)
        if "login" in known:
            # It is refused for other reasons too, but the block comes first.
            found["blocked"] = self.blocked_user()
        return [Defect.of_caller(*one) for one in found.items()]

    def of_all(self, operation: Operation, callers: list[Defect]) -> Iterator[Defect]:
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
            if operation.action == "update" and name in operation.sent:
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
        """The key of another client's entry, or of that client; None without one."""
        kit = self.kit
        if collection not in self._foreign and "other_client" in kit.target.identities:
            own = self.kit.factory.find_creation(collection) is None
            self._foreign[collection] = (
                kit.own_key("other_client", collection)
                if own
                else kit.factory.own(collection, "other_client")
            )
        return self._foreign.get(collection)


def _expect_refused(requests: DefectiveRequests, *defects: Defect) -> None:
    """Fails unless every operation that a defect concerns is refused, and entries stay."""
    pairs = product(requests.kit.secured_operations, defects)
    due = [(one, defect) for one, defect in pairs if defect.binds(one)]
    requests.kit.map(lambda one: requests.expect_refused(*one), due)
    requests.own.expect_unchanged(f"requests of {' and '.join(map(str, defects))}")


@check("error-unauthorized", isolated=True, smoke=True)
def every_operation_needs_a_good_token(kit: CheckContext) -> None:
    """No token, and a made-up one: 401 with its message and its challenge."""
    made_up = [Caller(kit, f"{one} letters", "A" * one) for one in some(kit, (30, 31, 300), 1)]
    callers = (kit.anonymous, *made_up)
    _expect_refused(DefectiveRequests(kit), *(Defect.of_caller("token", one) for one in callers))


@check("error-user-blocked", needs=("client", "login"), isolated=True, smoke=True)
def a_blocked_user_is_refused_everywhere(kit: CheckContext) -> None:
    """Each operation, with a token from before, as soon as the user is blocked."""
    requests = DefectiveRequests(kit)
    _expect_refused(requests, Defect.of_caller("blocked", requests.blocked_user()))


@check("error-app-access", needs=("client", "call_api"), isolated=True, smoke=True)
def an_application_with_call_api_changes_no_settings(kit: CheckContext) -> None:
    """403 for each change of groups, numbers and users; reads and recorded items are allowed."""
    requests, caller = DefectiveRequests(kit), kit.caller("call_api")
    _expect_refused(requests, Defect.of_caller("application", caller))
    own = requests.own
    for operation in kit.secured_operations:
        is_open = operation.reads or operation.action == "delete_range"
        if is_open and own.holds(operation):
            kit.expect(own.request(caller, operation), operation.status)
        elif operation.action == "delete" and not (configures(operation) or own.holds(operation)):
            # For an unknown item the 404 shows that deleting was not forbidden.
            kit.expect(own.request(caller, operation), 404, operation.collection.missing)


@check("error-user-access", needs=("client", "client_read_only"), isolated=True, smoke=True)
def a_user_who_may_only_read_changes_nothing(kit: CheckContext) -> None:
    """403 for every method but GET."""
    caller = kit.caller("client_read_only")
    _expect_refused(DefectiveRequests(kit), Defect.of_caller("access", caller))


@check("read-only", needs=("client", "login"), isolated=True, smoke=True)
def a_read_only_user_of_a_group_changes_nothing(kit: CheckContext) -> None:
    """403 for every method but GET, in its own group and in another, where reach comes later."""
    for group in (None, kit.new_group()["id"]):
        requests = DefectiveRequests(kit)
        home = requests.own[kit.roles.groups]["id"] if group is None else group
        user, password = kit.new_group_user(home, access="read_only")
        caller = kit.log_in("read-only user of a group", user["login"], password)
        _expect_refused(requests, Defect.of_caller("access", caller))


@check("error-not-found", needs=("client", "other_client"), isolated=True, smoke=True)
def what_is_not_there_is_missing_by_its_own_word(kit: CheckContext) -> None:
    """Keys in a path that never existed, were deleted, or are of another client."""
    requests, gone = DefectiveRequests(kit), OwnEntries(kit)
    deleted, samples = gone.delete(), Samples(kit, kit.secured_operations)
    due = [
        (operation, defect)
        for operation in kit.secured_operations
        for defect in samples.of(operation, list(_missing(kit, operation, gone, deleted)), 1)
    ]
    kit.map(lambda one: requests.expect_refused(*one), due)
    requests.own.expect_unchanged("requests for entries that do not exist")


def _missing(
    kit: CheckContext, operation: Operation, gone: OwnEntries, deleted: Iterable[str]
) -> Iterable[Defect]:
    nowhere = kit.factory.nowhere(operation)
    own = {rule.name for rule in kit.factory.collections}
    for one, rule in zip(operation.entry_parameters, operation.path_collections, strict=True):
        if one.me is not None:
            continue
        keys = [nowhere[one.name]]
        if rule.name in deleted:
            keys.append(gone[rule.name][rule.key])
        if operation.section == kit.roles.clients and rule.name in own:
            keys.append(kit.factory.own(rule.name, "other_client"))
        for key in keys:
            yield Defect("item", "item", {rule.name: key}, 404, rule.missing)


Pair = tuple[Operation, Defect, Defect]


@check("check-order", isolated=True)
def of_two_refusals_the_first_in_the_order_counts(kit: CheckContext) -> None:
    """Every two of token, block, access levels, syntax, owner, reach, item and rules."""
    requests = DefectiveRequests(kit)
    kit.map(lambda pair: requests.expect_refused(*pair), list(_pairs(kit, requests)))
    requests.own.expect_unchanged("requests that are refused")


def _pairs(kit: CheckContext, requests: DefectiveRequests) -> Iterator[Pair]:
    """All pairs of defects that a request can have, once for each action of each section.

    Pairs of neighbours in the order are tried at every operation.
    """
    seen, callers = set(), requests.callers()
    for operation in kit.secured_operations:
        found = list(requests.of_all(operation, callers))
        for second in found:
            before = [one for one in found if one.part != second.part and one.place < second.place]
            last = max((one.place for one in before), default=0)
            for first in before:
                kind: tuple[object, ...] = (operation.action, operation.section)
                if first.place == last and first.part != "caller":
                    kind = (operation.id, first.part, second.part)
                kind += (first.stage, second.stage, second.status)
                if kind not in seen:
                    seen.add(kind)
                    yield operation, first, second
