"""Tests of a target file and its target: identities, data, and rules left unchecked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ringme_contract.caller import Caller
from ringme_contract.check import Check
from ringme_contract.check_context import CheckContext
from ringme_contract.entries.operation_paths import fill
from ringme_contract.http.conformance import json_object
from ringme_contract.profiles import PROFILES, measure
from ringme_contract.recording import first_problem
from ringme_contract.run.check_run import said
from ringme_contract.run.evaluation import ExitCode
from ringme_contract.target import IDENTITIES, OPTIONAL_IDENTITIES, REFUSED
from ringme_contract.verdict import Failure, NotReached

# The owner of the user of each identity (an attribute of Roles), and the access.
_EXPECTED = {
    "client": ("clients", "full"),
    "client_read_only": ("clients", "read_only"),
    "other_client": ("clients", "full"),
    "call_api": ("clients", "full"),
    "group": ("groups", "full"),
    "group_read_only": ("groups", "read_only"),
    "sibling_group": ("groups", "full"),
    "extension": ("numbers", None),
}
_SEVERITY = (ExitCode.COULD_NOT_RUN, ExitCode.NOT_REACHED, ExitCode.PASSED)


@dataclass(frozen=True)
class Finding:
    """The result of one test.

    `code` tells if all is well, something is missing, or the file is wrong. `rules` are the rules
    left unchecked.
    """

    about: str
    text: str
    code: ExitCode = ExitCode.PASSED
    rules: tuple[str, ...] = ()


def worst(findings: list[Finding]) -> ExitCode:
    codes = [finding.code for finding in findings]
    return next(code for code in _SEVERITY if code in codes or code is ExitCode.PASSED)


def examine(kit: CheckContext, checks: list[Check]) -> Iterator[Finding]:
    """Tests every identity, then the data. The target has to be reachable."""
    yield Finding("target", f"{kit.target.url} responds")
    users: dict[str, dict[str, Any]] = {}
    for name in (*IDENTITIES, *OPTIONAL_IDENTITIES):
        if name == "public" and "authorization_code" in kit.target.off:
            continue
        if name in kit.target.identities:
            look = _LOOKS.get(name)
            yield look(kit, name) if look else _identity(kit, name, users)
        elif name in IDENTITIES:
            rules = _rules(checks, lambda check, name=name: name in check.needs)
            text = f"is not in the target file: {IDENTITIES[name]}"
            yield Finding(name, text, ExitCode.NOT_REACHED, rules)
    if "client" in users:
        yield from _data(kit, checks, users)


def _identity(kit: CheckContext, name: str, users: dict[str, dict[str, Any]]) -> Finding:
    login = kit.request_token(**kit.target.identities[name].parameters)
    token = json_object(login).get("access_token")
    if not login.is_success or not isinstance(token, str):
        return Finding(name, f"gets no token: {said(login)}", ExitCode.COULD_NOT_RUN)
    response = Caller(kit, name, token).get(kit.me)
    user = json_object(response)
    if response.status_code != 200:
        text = f"has a token, but the current user cannot be read: status {response.status_code}"
        return Finding(name, text, ExitCode.COULD_NOT_RUN)
    users[name] = user
    owner, access = _EXPECTED[name]
    owner = kit.owners[getattr(kit.roles, owner)]
    owners = [one for one in kit.owners.values() if user.get(one) is not None]
    who = f"{user.get('login')}, {', '.join(f'{one} {user[one]}' for one in owners) or 'no owner'}"
    who += f", access {user.get('access')}"
    if owners != [owner]:
        return Finding(name, f"should have no owner but {owner}: {who}", ExitCode.COULD_NOT_RUN)
    if access is not None and user.get("access") != access:
        return Finding(name, f"should have the access {access}: {who}", ExitCode.COULD_NOT_RUN)
    trouble = _relation(kit, name, users, json_object(login))
    if trouble:
        return Finding(name, f"{trouble}: {who}", ExitCode.COULD_NOT_RUN)
    return Finding(name, who)


def _relation(
    kit: CheckContext, name: str, users: dict[str, dict[str, Any]], token: dict[str, Any]
) -> str:
    """A contradiction between a user and those before it; empty if there is none."""

    def same(owner: str, other: str) -> bool:
        key = kit.owners[getattr(kit.roles, owner)]
        return other not in users or users[name].get(key) == users[other].get(key)

    if name in ("client_read_only", "call_api") and not same("clients", "client"):
        return "should belong to the same client as `client`"
    if name == "other_client" and "client" in users and same("clients", "client"):
        return "should belong to another client than `client`"
    if name == "group_read_only" and not same("groups", "group"):
        return "should belong to the same group as `group`"
    if name == "sibling_group" and "group" in users and same("groups", "group"):
        return "should belong to another group than `group`"
    scope = "call_api" if name == "call_api" else "all"
    if name in ("client", "other_client", "call_api") and token.get("scope") != scope:
        return f"should come through an application with the scope {scope}"
    return ""


def _limited(kit: CheckContext, name: str) -> Finding:
    """Gets a token, and uses none of the few requests that the identity may make."""
    response = kit.request_token(**kit.target.identities[name].parameters)
    if not response.is_success:
        return Finding(name, f"gets no token: {said(response)}", ExitCode.COULD_NOT_RUN)
    return Finding(name, "gets a token")


def _refused(kit: CheckContext, name: str) -> Finding:
    response = kit.request_token(**kit.target.identities[name].parameters)
    token = json_object(response).get("access_token")
    if response.is_success and isinstance(token, str):
        response = Caller(kit, name, token).get(kit.me)
    body = json_object(response)
    if response.status_code == 403 and "user_blocked" in (body.get("status"), body.get("error")):
        return Finding(name, "is refused as user_blocked")
    text = f"should be refused as user_blocked, but {said(response)}"
    return Finding(name, text, ExitCode.COULD_NOT_RUN)


def _login(kit: CheckContext, name: str) -> Finding:
    nobody = {"grant_type": "password", "username": f"{kit.run_id}-nobody", "password": "-"}
    return _application(
        kit, name, "login", {**nobody, **kit.target.identities[name].application},
        "is an application that users can log in through",
        "should be a password_credentials application",
    )  # fmt: skip


def _public(kit: CheckContext, name: str) -> Finding:
    unknown = {"grant_type": "authorization_code", "code": "0" * 30}
    return _application(
        kit, name, "public", {**unknown, **kit.target.identities[name].parameters},
        "is an application that gets codes", "should be a public application",
    )  # fmt: skip


def _application(
    kit: CheckContext, name: str, first: str, request: dict[str, str], good: str, wanted: str
) -> Finding:
    """Requests a token with invalid credentials: a wrong application gets another error.

    `first` is the identity whose application this one must not be.
    """
    identities = kit.target.identities
    known = identities[first].application["client_id"] if first in identities else None
    if name != first and identities[name].application["client_id"] == known:
        return Finding(name, f"is the same application as `{first}`", ExitCode.COULD_NOT_RUN)
    response = kit.request_token(**request)
    if json_object(response).get("error") == "invalid_grant":
        return Finding(name, good)
    return Finding(name, f"{wanted}, but {said(response)}", ExitCode.COULD_NOT_RUN)


_LOOKS: dict[str, Callable[[CheckContext, str], Finding]] = {
    **dict.fromkeys(REFUSED, _refused),
    **dict.fromkeys(("login", "other_login"), _login),
    **dict.fromkeys(("public", "other_public", "foreign_public"), _public),
    "limited": _limited,
}


def _pace(kit: CheckContext) -> Iterator[Finding]:
    pace, target = measure(kit), kit.target
    text = f"a response takes {pace.latency * 1000:.0f} ms; up to {target.jobs} requests at once"
    yield Finding("pace", text)
    if pace.limit is not None:
        limit, left, reset = pace.limit
        yield Finding("limit", f"{left} of {limit} requests left; the count is reset in {reset} s")
    for profile in PROFILES.values():
        seconds = profile.seconds(pace.latency, target.jobs, target.requests_per_second)
        text = f"{profile.name}: about {profile.requests} requests in {seconds:.0f} s"
        yield Finding("profile", f"{text} ({profile.about})")
    for trouble in pace.troubles(kit.profile, target):
        yield Finding("profile", trouble, ExitCode.NOT_REACHED)


def _data(
    kit: CheckContext, checks: list[Check], users: dict[str, dict[str, Any]]
) -> Iterator[Finding]:
    try:
        client = kit.client
        groups = kit.factory.read(kit.roles.groups)
        numbers = kit.factory.read(kit.roles.numbers)
        inside = sum(one[kit.roles.home] is not None for one in numbers)
        yield _enough("groups", len(groups), 2, _area(kit, checks, "groups"))
        rules = _area(kit, checks, "numbers")
        yield _enough("numbers in a group", inside, 1, rules)
        yield _enough("numbers in no group", len(numbers) - inside, 1, rules)
        yield from _recorded(kit, checks, client, users)
        yield _free_number(kit, rules)
        yield from _pace(kit)
    except Failure as failure:
        text = f"cannot be read: {failure.message}, got {failure.got}"
        yield Finding("data", text, ExitCode.COULD_NOT_RUN)
    except (LookupError, TypeError, ValueError, AttributeError):
        problem = first_problem(kit.transport.exchanges)
        if problem is None:
            raise
        yield Finding("data", f"cannot be read: {problem}", ExitCode.COULD_NOT_RUN)


def _recorded(
    kit: CheckContext, checks: list[Check], client: Caller, users: dict[str, dict[str, Any]]
) -> Iterator[Finding]:
    group = users.get("group", {}).get(kit.owners[kit.roles.groups])
    owner = {} if group is None else {kit.roles.groups: group}
    where = f"in group {group}" if group is not None else "of the client"
    start, end = kit.target.range
    for capability in kit.contract.capabilities.values():
        if capability.name in kit.target.off:
            yield Finding("data", f"{capability.text}: off in the target file")
            continue
        several = len(capability.collections) > 1
        for collection in capability.collections:
            name = f"{capability.text} ({collection})" if several else capability.text
            listing = kit.path.find(collection, "list", owner)
            if listing is not None and listing.ranged:
                found = listing.listed(client.read(fill(listing, owner), **kit.range_query))
                what = f"{name} {where} from {start} to {end}"
                yield _enough(what, len(found), 2, _area(kit, checks, "recorded items"))


def _free_number(kit: CheckContext, rules: tuple[str, ...]) -> Finding:
    try:
        return Finding("data", f"a free number: {kit.free_number()}")
    except NotReached as reason:
        return Finding("data", str(reason), ExitCode.NOT_REACHED, rules)


def _enough(what: str, number: int, least: int, rules: tuple[str, ...]) -> Finding:
    if number >= least:
        return Finding("data", f"{what}: {number}")
    text = f"{what}: {number}, but at least {least} would be needed"
    return Finding("data", text, ExitCode.NOT_REACHED, rules)


def _area(kit: CheckContext, checks: list[Check], area: str) -> tuple[str, ...]:
    return _rules(checks, lambda check: kit.contract.rules[check.rule].area == area)


def _rules(checks: list[Check], concerned: Any) -> tuple[str, ...]:
    return tuple(sorted({check.rule for check in checks if concerned(check)}))
