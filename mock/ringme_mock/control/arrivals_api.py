"""What happens to numbers: now, at another time, and in bulk."""

from __future__ import annotations

from starlette.responses import Response

from ringme_mock.control.control_call import ControlCall
from ringme_mock.control.control_response import answer
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
    from ringme_mock.generate import make_bulk_beside

    wanted = dict(call.body)
    seed = wanted.pop("seed", None)
    if seed is None:
        seed = call.session.random.getrandbits(64)
    client = wanted.pop("client")
    return answer(call, await make_bulk_beside(call.session, client, wanted, seed))
