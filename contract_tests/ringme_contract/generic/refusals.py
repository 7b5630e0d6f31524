"""Requests that are wrong in one way or in two: how each is refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product

from ringme_contract.caller import Caller
from ringme_contract.check import check
from ringme_contract.check_context import CheckContext, configures
from ringme_contract.generic.defects import Defect, DefectiveRequests
from ringme_contract.own_entries import OwnEntries
from ringme_contract.samples import Samples, some
from ringme_spec.operations import Operation


def _expect_refused(requests: DefectiveRequests, *defects: Defect) -> None:
    """Every operation that these bind is refused for each, and nothing of the check's changes."""
    pairs = product(requests.kit.secured_operations, defects)
    due = [(one, defect) for one, defect in pairs if defect.binds(one)]
    requests.kit.map(lambda one: requests.expect_refused(*one), due)
    requests.own.expect_unchanged(f"requests of {' and '.join(map(str, defects))}")


@check("error-unauthorized", isolated=True, smoke=True)
def every_operation_needs_a_good_token(kit: CheckContext) -> None:
    """None, and a made-up one of some length: 401, its message and its challenge."""
    made_up = [Caller(kit, f"{one} letters", "A" * one) for one in some(kit, (30, 31, 300), 1)]
    callers = (kit.anonymous, *made_up)
    _expect_refused(DefectiveRequests(kit), *(Defect.of_caller("token", one) for one in callers))


@check("error-user-blocked", needs=("client", "login"), isolated=True, smoke=True)
def a_blocked_user_is_refused_everywhere(kit: CheckContext) -> None:
    """Each operation, with the token from before, as soon as the user is blocked."""
    requests = DefectiveRequests(kit)
    _expect_refused(requests, Defect.of_caller("blocked", requests.blocked_user()))


@check("error-app-access", needs=("client", "call_api"), isolated=True, smoke=True)
def an_application_with_call_api_changes_no_settings(kit: CheckContext) -> None:
    """403 for each change of groups, numbers and users; each read, and what calls left, is open."""
    requests, caller = DefectiveRequests(kit), kit.caller("call_api")
    _expect_refused(requests, Defect.of_caller("application", caller))
    own = requests.own
    for operation in kit.secured_operations:
        if operation.reads and own.holds(operation):
            kit.expect(own.request(caller, operation), 200)
        elif operation.action == "delete" and not (configures(operation) or own.holds(operation)):
            # Of no item at all: that it is missing shows that deleting it was not forbidden.
            kit.expect(own.request(caller, operation), 404, operation.collection.missing)


@check("error-user-access", needs=("client", "client_read_only"), isolated=True, smoke=True)
def a_user_who_may_only_read_changes_nothing(kit: CheckContext) -> None:
    """403 for every method but GET."""
    caller = kit.caller("client_read_only")
    _expect_refused(DefectiveRequests(kit), Defect.of_caller("access", caller))


@check("read-only", needs=("client", "login"), isolated=True, smoke=True)
def a_read_only_user_of_a_group_changes_nothing(kit: CheckContext) -> None:
    """403 for every method but GET, in its own group as in another, which comes before reach."""
    for group in (None, kit.new_group()["id"]):
        requests = DefectiveRequests(kit)
        home = requests.own[kit.roles.groups]["id"] if group is None else group
        user, password = kit.new_group_user(home, access="read_only")
        caller = kit.log_in("read-only user of a group", user["login"], password)
        _expect_refused(requests, Defect.of_caller("access", caller))


@check("error-not-found", needs=("client", "other_client"), isolated=True, smoke=True)
def what_is_not_there_is_missing_by_its_own_word(kit: CheckContext) -> None:
    """Keys in a path that never were, were deleted, or are another client's under one's own."""
    requests, gone = DefectiveRequests(kit), OwnEntries(kit)
    deleted, samples = gone.delete(), Samples(kit, kit.secured_operations)
    due = [
        (operation, defect)
        for operation in kit.secured_operations
        for defect in samples.of(operation, list(_missing(kit, operation, gone, deleted)), 1)
    ]
    kit.map(lambda one: requests.expect_refused(*one), due)
    requests.own.expect_unchanged("requests for what is not there")


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
    """All two defects that a request can have, once for each action of each section.

    Those next to each other in the order are tried at every operation: they make up the order.
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
