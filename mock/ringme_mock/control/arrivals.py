"""What happens to numbers: now, at another time, and in bulk."""

from __future__ import annotations

import random

from starlette.responses import Response

from ringme_mock.control.call import ControlCall
from ringme_mock.control.replies import answer
from ringme_mock.generate import arrive as arrive_at


async def arrive(call: ControlCall) -> Response:
    """One recorded item or registration of a number."""
    given = dict(call.body)
    extension = given.pop("extension")
    entry = arrive_at(
        call.state,
        call.mock.contract,
        call.operation.node["x-collection"],
        extension,
        given,
        call.session.random,
    )
    return answer(call, entry)


async def bulk(call: ControlCall) -> Response:
    """Many entries at once."""
    from ringme_mock.generate import make_bulk

    wanted = dict(call.body)
    seed = wanted.pop("seed", None)
    source = call.session.random if seed is None else random.Random(seed)
    counts = make_bulk(call.state, call.mock.contract, wanted.pop("client"), wanted, source)
    return answer(call, counts)
