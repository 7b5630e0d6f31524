"""Faults in recorded items: deleting them, and their files."""

from __future__ import annotations

from collections.abc import Sequence

from ringme_contract.datetimes import read_datetime
from ringme_contract.lists import Item
from ringme_contract.proof.bounds import in_range, time_of
from ringme_contract.proof.messages import Request, Response
from ringme_contract.proof.shown import key_of
from ringme_contract.proof.site import Site, patch


@patch
def range_deleted(site: Site, how: str) -> None:
    """Has the delete of a range take that of the `whole client`, or leave one item."""

    async def before(request: Request) -> Response | None:
        if request.action != "delete_range":
            return None
        old = await site.mock.entries(request.collection)
        response = await site.mock.send(request)
        if not response.ok:
            return response
        if how == "whole client":
            await _remove(site, request, await in_range(site, request, of_client=True))
            return response
        state = await site.mock.state()
        left = state[request.collection]["entries"]
        gone = [one for one in old if one not in left]
        if gone:
            left.append(gone[0])
            await site.mock.set_state(state)
        return response

    site.before(before)


@patch
def delete_takes_another(site: Site) -> None:
    """Deletes the next item of the client along with one."""

    async def before(request: Request) -> Response | None:
        time = time_of(site, request.collection)
        if request.action != "delete" or not time:
            return None
        items = await site.mock.entries(request.collection)
        client = site.document["x-collections"][request.collection]["within"]["client"]
        meant = await site.mock.entry(request.collection, key_of(request))
        response = await site.mock.send(request)
        if response.ok and meant:
            others = [one for one in items if one[client] == meant[client] and one != meant]
            at = read_datetime(meant[time])
            others.sort(key=lambda one: abs(read_datetime(one[time]) - at))
            await _remove(site, request, others[:1])
        return response

    site.before(before)


async def _remove(site: Site, request: Request, items: list[Item]) -> None:
    key = site.mock.key(request.collection)
    if items:
        await site.mock.remove(request.collection, *(one[key] for one in items))


@patch
def outlives(site: Site, actions: Sequence[str] = (), contains: str = "") -> None:
    """Serves for good what was served once."""
    served: dict[str, Response] = {}

    def after(request: Request, response: Response) -> None:
        if not request.matches(actions=actions, contains=contains):
            return
        if response.status == 200:
            served[request.path] = response.copy()
        elif response.status == 404 and request.path in served:
            response.become(served[request.path])

    site.after(after)
