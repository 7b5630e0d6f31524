"""Rate limits, according to the headers of responses."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import httpx

from ringme_contract.caller import Caller
from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.entries.factories import NOWHERE
from ringme_contract.lists import list_path
from ringme_contract.profiles import LIMIT_HEADERS
from ringme_contract.verdict import Failure

_HOUR = 3600
_ROUNDS = 4
_MOST = 20
# More requests than the seconds that they take.
_REQUESTS = 6


@dataclass(frozen=True)
class Allowance:
    """The limit, the number of requests left, and the seconds until the reset."""

    limit: int
    remaining: int
    reset: int

    @property
    def used(self) -> int:
        """The number of requests counted, including the last."""
        return self.limit - self.remaining


def allowance(kit: CheckContext, response: httpx.Response) -> Allowance:
    """The three headers of a response. Fails unless all are whole numbers."""
    what = f"{response.request.method} {response.request.url.path}, status {response.status_code}"
    values = []
    for name in LIMIT_HEADERS:
        text = response.headers.get(name)
        if text is None or not re.fullmatch("[0-9]+", text):
            kit.fail(f"{what}: the header {name} is not a whole number", "a whole number", text)
        values.append(int(text))
    found = Allowance(*values)
    kit.expect_true(
        f"{what}: at most as many requests are left as the limit allows", found.used >= 0, found
    )
    kit.expect_true(f"{what}: the count is reset within an hour", found.reset <= _HOUR, found)
    return found


def _responses(kit: CheckContext) -> Iterator[httpx.Response]:
    """Responses of many kinds to requests that change nothing."""
    client, groups = kit.client, kit.path("extension_group")
    missing = kit.path("extension_group", NOWHERE)
    yield client.get(kit.me)
    yield client.get(groups)
    yield client.request("HEAD", groups)
    yield from _of_a_file(kit)
    yield client.get(groups, per_page=1001)
    yield client.get(missing)
    yield client.get(kit.path("extension_group", client=NOWHERE))
    yield client.post(groups, {})
    yield client.delete(missing)
    yield client.request("POST", groups, content=b"x", headers={"Content-Type": "text/plain"})
    yield client.get(kit.me)


def _of_a_file(kit: CheckContext) -> Iterator[httpx.Response]:
    """A list of records and the file of the first one, if the target has them."""
    owner = kit.roles.clients
    listing = kit.path.find("record", "list", (owner,))
    reading = kit.path.find("record", "download", (owner, "record"))
    if listing and reading and kit.offers(listing) and kit.offers(reading):
        listed = kit.client.get(list_path(listing), **kit.range_query, per_page=1)
        yield listed
        for item in listed.json()[:1]:
            yield kit.client.get(kit.path("record", item["record_uuid"]))


@check("limits", writes=False, alone=True, smoke=True)
def every_answer_says_what_is_left(kit: CheckContext) -> None:
    """Each request is counted, the limit stays, the time until the reset does not grow."""

    def look() -> None:
        steps = []
        for pair in pairwise([allowance(kit, response) for response in _responses(kit)]):
            before, after = pair
            kit.expect_equal("the limit of the next response", after.limit, before.limit)
            kit.expect_true(
                "the time until the reset does not grow", after.reset <= before.reset, pair
            )
            steps.append(after.used - before.used)
            kit.expect_true("each request is counted", steps[-1] >= min(1, before.remaining), pair)
        # A difference of more than one may come from other requests of the client.
        kit.expect_true("a request counts once", min(steps) <= 1, steps)

    _once_of_several(look)


@check("limits", writes=False, alone=True)
def the_time_to_go_falls_as_time_goes_by(kit: CheckContext) -> None:
    """After a second it is a second less, however many requests there were."""
    client = kit.client

    def look() -> None:
        start = time.monotonic()
        before = allowance(kit, client.get(kit.me))
        received = time.monotonic()
        for _ in range(_REQUESTS):
            client.get(kit.me)
        time.sleep(max(0.0, received + 1 - time.monotonic()))
        least = math.floor(time.monotonic() - received)
        after = allowance(kit, client.get(kit.me))
        most = math.ceil(time.monotonic() - start)
        kit.expect_true(
            f"the time until the reset falls by {least} to {most} seconds in as many",
            least <= before.reset - after.reset <= most,
            (before, after),
        )

    _once_of_several(look)


@check("limits", writes=False, alone=True)
def errors_without_a_caller_say_it_too(kit: CheckContext) -> None:
    """Responses to requests without a valid token, to an unknown path, and to PATCH."""
    client, groups = kit.client, kit.path("extension_group")
    wrong = Caller(kit, "wrong token", "0" * 30)
    nothing = f"{kit.base}/nothing/of/the/kind/"
    for response in (
        kit.anonymous.get(kit.me), wrong.get(kit.me), wrong.post(groups, {}),
        kit.anonymous.get(nothing), client.get(nothing), client.request("PATCH", groups, json={}),
    ):  # fmt: skip
        kit.expect_true("the request is refused", response.is_client_error, response.status_code)
        allowance(kit, response)


@check("limits", writes=False, alone=True)
def applications_and_users_of_a_client_share_one_count(kit: CheckContext) -> None:
    """Requests of the client and its other identities, alternately: each counts for all."""
    known = {"call_api", "client_read_only"} & kit.target.identities.keys()
    kit.need(known, "the target names no other identity of the client")
    callers = (kit.client, *map(kit.caller, known))

    def look() -> None:
        used = [allowance(kit, one.get(kit.me)).used for one in callers * 3]
        kit.expect_true("requests of all identities count", used == sorted(set(used)), used)

    _once_of_several(look)


@check("limits", needs=("client", "other_client"), writes=False, alone=True)
def clients_are_counted_apart(kit: CheckContext) -> None:
    """Neither requests of another client nor those without a valid token count."""
    client, other = kit.client, kit.caller("other_client")
    wrong = Caller(kit, "wrong token", f"{other.token}0")

    def look() -> None:
        before = allowance(kit, other.get(kit.me))
        for caller in (client, kit.anonymous, wrong) * 3:
            caller.get(kit.me)
        after = allowance(kit, other.get(kit.me))
        kit.expect_equal(
            "how many requests of its own count for a client", after.used - before.used, 1
        )

    _once_of_several(look)


def _once_of_several(look: Callable[[], None]) -> None:
    """Tries several times: the client may have other requests, and an hour may end meanwhile."""
    for _ in range(_ROUNDS - 1):
        try:
            return look()
        except Failure:
            continue
    return look()


@check("limits", needs=("client",), writes=False, alone=True)
def past_the_limit_all_is_refused(kit: CheckContext) -> None:
    """429 rate_limit_exceeded, right after route and token; other clients are not affected."""
    kit.need_offered(
        "limited" in kit.target.identities,
        "the target file has no identity limited, so the limit cannot be reached",
    )
    limited = kit.caller("limited")
    response = limited.get(kit.me)
    now = allowance(kit, response)
    kit.need(now.limit <= _MOST, f"the identity limited has more than {_MOST} requests an hour")
    # It may be used up before the first request, or reset during these.
    for _ in range(2 * now.limit + 1):
        if response.status_code == 429:
            break
        kit.expect(response, 200)
        left, response = now.remaining, limited.get(kit.me)
        now = allowance(kit, response)
        if response.status_code == 429:
            kit.expect_equal("requests left when the first one was refused", left, 0)
        elif left == 0:
            kit.expect_true("a request over the limit is refused", now.remaining > 0, now)
    kit.expect(response, 429, "rate_limit_exceeded")
    kit.expect_equal("requests left over the limit", now.remaining, 0)
    if now.reset == _HOUR:
        # A second later the time differs from the full hour that every client begins with.
        time.sleep(1)
    for refused in (
        response,
        limited.get(kit.path("extension_group")),
        limited.get(kit.path("extension_group"), page="x"),
        limited.post(kit.path("extension_group"), {}),
    ):
        kit.expect(refused, 429, "rate_limit_exceeded")
        now = allowance(kit, refused)
        kit.expect_equal("requests left over the limit", now.remaining, 0)
        told = refused.headers.get("Retry-After")
        kit.expect_equal("Retry-After", told, str(max(1, now.reset)))
    kit.expect(limited.get(f"{kit.base}/nothing/of/the/kind/"), 404)
    kit.expect(Caller(kit, "wrong token", "0" * 30).get(kit.me), 401)
    kit.expect(kit.client.get(kit.me), 200)
