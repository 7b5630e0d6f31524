"""What happens to numbers: now, at another time, and in bulk."""

from __future__ import annotations

from starlette.responses import Response

from ringme_mock.control.control_context import ControlContext
from ringme_mock.control.control_response import answer
from ringme_mock.generate import arrive as arrive_at


async def arrive(context: ControlContext) -> Response:
    """One recorded item or registration of a number."""
    given = dict(context.body)
    extension = given.pop("extension")
    entry = arrive_at(
        context.state,
        context.mock.contract,
        context.operation.node["x-collection"],
        extension,
        given,
        context.session.random,
    )
    return answer(context, entry)


async def bulk(context: ControlContext) -> Response:
    """Many entries at once."""
    from ringme_mock.generate import make_bulk_beside

    wanted = dict(context.body)
    seed = wanted.pop("seed", None)
    if seed is None:
        seed = context.session.random.getrandbits(64)
    client = wanted.pop("client")
    return answer(context, await make_bulk_beside(context.session, client, wanted, seed))
