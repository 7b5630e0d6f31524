"""Arrivals: new recorded items of numbers, one at a time or in bulk."""

from __future__ import annotations

from starlette.responses import Response

from ringme_mock.control.control_context import ControlContext
from ringme_mock.generate import arrive as make_arrival
from ringme_mock.generate import make_bulk


async def arrive(context: ControlContext) -> Response:
    given = dict(context.body)
    extension = given.pop("extension")
    collection = context.operation.node["x-collection"]
    entry = make_arrival(
        context.state,
        context.mock.contract,
        collection,
        extension,
        given,
        context.session.random,
    )
    return context.response(entry)


async def bulk(context: ControlContext) -> Response:
    counts = dict(context.body)
    client, seed = counts.pop("client"), counts.pop("seed", None)
    if seed is None:
        seed = context.session.random.getrandbits(64)
    return context.response(await make_bulk(context.session, client, counts, seed))
