"""Token requests at the same moment."""

from __future__ import annotations

from functools import partial

from ringme_contract.caller import Caller
from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.scenarios.token_grants import new_user
from ringme_contract.scenarios.views import Session, request_token

_ROUNDS = 3


@check("at-once", layer="scenarios", needs=("client", "login"))
def a_refresh_token_used_at_once_works_once(kit: CheckContext) -> None:
    """Four requests with the same one: one gives a pair, the others are 401."""
    login, password = new_user(kit)
    for _ in range(_ROUNDS):
        session = Session(kit, "new group user", login, password)
        responses = kit.at_once([session.request_refresh] * 4)
        statuses = sorted(one.status_code for one in responses)
        kit.expect_equal("statuses of one refresh token four times", statuses, [200, 401, 401, 401])


@check("at-once", layer="scenarios", needs=("client", "login"))
def logins_at_once_are_each_their_own(kit: CheckContext) -> None:
    """Several users at the same moment, some times over: a token of its own for each of them."""
    users = [new_user(kit) for _ in range(4)] * _ROUNDS
    responses = kit.at_once([partial(request_token, kit, *one) for one in users])
    tokens = [str(kit.expect(one, 200).json()["access_token"]) for one in responses]
    kit.expect_equal(f"how many tokens {len(users)} logins give", len(set(tokens)), len(users))
    for (login, _), token in zip(users, tokens, strict=True):
        got = Caller(kit, "one of several", token).read(kit.me)["login"]
        kit.expect_equal("the user of a login among others", got, login)
