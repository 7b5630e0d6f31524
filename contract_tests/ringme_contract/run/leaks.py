"""Responses that tell one client of another: texts of the run that only the other has sent."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable

from ringme_contract.recording import Exchange

_OTHER = "other_client"


def leaks(
    exchanges: Iterable[Exchange], run_id: str, identities: Container[str]
) -> list[tuple[Exchange, str]]:
    """Each response to an identity of one client with a name that only the other has given.

    A value that the run makes begins with its prefix and ends with a number that it uses once, so
    that no chance brings it into a response.
    """
    # Only where both have sent something can one be told of the other; to look takes long.
    exchanges = list(exchanges)
    if len({one.identity == _OTHER for one in exchanges}) < 2:
        return []
    name = re.compile(rf'{re.escape(run_id)}(?:-\d+)?[^"\d]+\d+')
    sent: dict[bool, set[str]] = {True: set(), False: set()}
    found = []
    for one in exchanges:
        if not one.mentions(run_id):
            continue
        other = one.identity == _OTHER
        sent[other].update(name.findall(f"{one.request_body} {one.url}"))
        foreign = sent[not other] - sent[other]
        if foreign and one.identity in identities:
            told = foreign.intersection(name.findall(one.response_body))
            found += [(one, text) for text in sorted(told)]
    return found
