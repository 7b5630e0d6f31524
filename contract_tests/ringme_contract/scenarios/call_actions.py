"""Actions on calls in progress.

All internal numbers are created by the check, so that no real telephone rings.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import httpx

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.collection_entries import UNKNOWN
from ringme_contract.entries.factories import Item
from ringme_contract.scenarios.call_time import again_if_late, wait_for
from ringme_contract.scenarios.current_calls import (
    OUTSIDE,
    USES,
    bare,
    calls_of,
    path_of,
    phone,
    running_call,
)
from ringme_contract.scenarios.kept_calls import expect_kept

# Actions that need a number, the transfers first, and actions that need none.
_NEEDY = ("transfer", "attended_transfer", "eavesdrop", "whisper", "conference", "pickup")
_FREE = ("hold", "offhold", "park")
# Properties that only a transfer changes.
_LASTING = ("call_id", "call_api_id", "subcall_id", "extension_id", "called_number")


@check("current-call-actions", uses=USES, isolated=True)
@again_if_late
def actions_have_what_they_need(kit: CheckContext) -> None:
    """Without send_dst, with an unknown action, and actions that need nothing.

    Actions that are no transfer change nothing, with and without a number, also if it is null.
    """
    client, number, other = kit.client, phone(kit), phone(kit)
    shown = running_call(kit, number, bare(phone(kit)))
    path = f"{path_of(kit, 'list_calls', number)}{shown['call_api_id']}"
    for body in (
        {}, {"action": "dance"}, {"action": "Hold"}, *({"action": one} for one in _NEEDY),
        {"action": "transfer", "send_dst": None},
    ):  # fmt: skip
        kit.expect(client.put(path, body), 400)
    accepted: list[Item] = [{"action": one, "send_dst": bare(other)} for one in _NEEDY[2:]]
    for action, target in zip(_FREE, (None, bare(other), None), strict=True):
        accepted += [{"action": action, UNKNOWN: "x"}, {"action": action, "send_dst": target}]
    for body in accepted:
        response = client.put(path, body)
        got = kit.expect(response, 200).json()
        kit.expect_properties("the call", got, {name: shown[name] for name in _LASTING})
    kit.expect_properties("the call", client.read(path), {name: shown[name] for name in _LASTING})
    kit.expect_equal("the calls of a number that only listens", calls_of(kit, other), [])
    unknown = f"{path_of(kit, 'list_calls', number)}{'0' * 32}"
    kit.expect(client.put(unknown, {"action": "hold"}), 404, "call_not_found")


@check("current-call-actions", uses=USES, isolated=True)
@again_if_late
def a_transferred_call_goes_on_at_the_other_number(kit: CheckContext) -> None:
    """As soon as it was answered it can be transferred; then it is found and ended only there.

    With and without the prefix of the other number. The response is the call of the first number.
    A transfer to an outside number leaves the call where it is. Each number has a leg at the end.
    """
    for action in ("transfer", "attended_transfer"):
        number, other = phone(kit), phone(kit)
        shown = running_call(kit, number, bare(phone(kit)))
        path, elsewhere = (
            f"{path_of(kit, 'list_calls', one)}{shown['call_api_id']}" for one in (number, other)
        )
        target = bare(other) if action == "transfer" else other["name"]
        bodies = [{"action": action, "send_dst": one} for one in (OUTSIDE, target)]
        for body in bodies if action == "transfer" else bodies[1:]:
            what = f"call {shown['call_id']} is transferred to {body['send_dst']}"
            response = wait_for(kit, what, _done(kit, path, body))
            kit.expect_equal("owner of the call", response.json()["extension_id"], number["id"])
            if body is bodies[0]:
                called = kit.client.read(path)["called_number"]
                kit.expect_equal("the number that is now called", called, OUTSIDE)
        wait_for(kit, "the other number has it", partial(calls_of, kit, other))
        kit.expect(kit.client.get(path), 404, "call_not_found")
        kit.expect(kit.client.delete(elsewhere), 204)
        if call := expect_kept(kit, shown):
            flows = [(one["extension_id"], one["flow"]) for one in call["cdr"]]
            for leg in ((number["id"], "out"), (other["id"], "transfer")):
                kit.expect_true(f"there is one leg of {leg}", flows.count(leg) == 1, flows)


def _done(kit: CheckContext, path: str, body: Item) -> Callable[[], httpx.Response | None]:
    """Sends an action; the response, or None if it is refused."""

    def send() -> httpx.Response | None:
        response = kit.client.put(path, body)
        return response if response.status_code == 200 else None

    return send
