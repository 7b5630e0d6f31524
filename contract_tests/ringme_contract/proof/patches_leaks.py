"""Faults in refusals that tell of what is out of reach."""

from __future__ import annotations

from typing import Any

from ringme_contract.proof.messages import Request, Response
from ringme_contract.proof.site import Site, patch


@patch
def refusal_tells(site: Site, collection: str, key: str, statuses: list[int], **which: Any) -> None:
    """Says a property of the entry at the end of a path, or at its begin, in its refusal."""

    async def after(request: Request, response: Response) -> None:
        if response.status not in statuses or not request.matches(**which):
            return
        for value in request.values.values():
            entry = await site.mock.entry(collection, value)
            if entry is not None:
                response.refuse(response.status, response.word, f"Not yours: {entry[key]}")

    site.after(after)


@patch
def taken_by(site: Site, collection: str, unique: str, key: str) -> None:
    """Says a property of the entry that has a unique value, when it refuses that value."""

    async def after(request: Request, response: Response) -> None:
        wanted = request.fields().get(unique)
        if response.status == 400 and request.collection == collection and wanted:
            for one in await site.mock.entries(collection):
                if one[unique] == wanted:
                    message = f"{unique}: is taken by {one[key]}"
                    response.refuse(400, None, message)

    site.after(after)
