"""Actions on calls in progress.

All numbers are created by the check, so that no real telephone rings.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import httpx

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.entries.factories import Item
from ringme_contract.scenarios.call_time import again_if_late
from ringme_contract.scenarios.current_calls import (
    USES,
    bare,
    calls_of,
    path_of,
    phone,
    running_call,
    wait_for,
)


@check("current-call-actions", uses=USES, isolated=True)
@again_if_late
def actions_have_what_they_need(kit: CheckContext) -> None:
    """Without send_dst, with an unknown action, and actions that need nothing."""
    client, number = kit.client, phone(kit)
    shown = running_call(kit, number, bare(phone(kit)))
    path = f"{path_of(kit, 'list_calls', number)}{shown['call_api_id']}"
    needy = ("transfer", "attended_transfer", "eavesdrop", "whisper", "conference", "pickup")
    for body in (
        {}, {"action": "dance"}, {"action": "Hold"}, *({"action": one} for one in needy),
        {"action": "transfer", "send_dst": None},
    ):  # fmt: skip
        kit.expect(client.put(path, body), 400)
    for action in ("hold", "offhold", "park"):
        response = client.put(path, {"action": action})
        kit.expect_equal("the call", kit.expect(response, 200).json()["call_id"], shown["call_id"])
    unknown = f"{path_of(kit, 'list_calls', number)}{'0' * 32}"
    kit.expect(client.put(unknown, {"action": "hold"}), 404, "call_not_found")


@check("current-call-actions", uses=USES, isolated=True)
@again_if_late
def a_transferred_call_goes_on_at_the_other_number(kit: CheckContext) -> None:
    """As soon as it was answered it can be transferred; then it is found and ended only there.

    With and without the prefix of the other number. The response is the call of the first number.
    """
    for action in ("transfer", "attended_transfer"):
        number, other = phone(kit), phone(kit)
        shown = running_call(kit, number, bare(phone(kit)))
        path, elsewhere = (
            f"{path_of(kit, 'list_calls', one)}{shown['call_api_id']}" for one in (number, other)
        )
        target = bare(other) if action == "transfer" else other["name"]
        body = {"action": action, "send_dst": target}
        response = wait_for(kit, f"call {shown['call_id']} is transferred", _done(kit, path, body))
        kit.expect_equal("owner of the call", response.json()["extension_id"], number["id"])
        wait_for(kit, "the other number has it", partial(calls_of, kit, other))
        kit.expect(kit.client.get(path), 404, "call_not_found")
        kit.expect(kit.client.delete(elsewhere), 204)


def _done(kit: CheckContext, path: str, body: Item) -> Callable[[], httpx.Response | None]:
    """Sends an action; the response, or None if it is refused."""

    def send() -> httpx.Response | None:
        response = kit.client.put(path, body)
        return response if response.status_code == 200 else None

    return send
