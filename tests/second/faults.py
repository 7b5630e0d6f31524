"""Faults that can be switched on, to test that the kit finds them."""

from __future__ import annotations

from collections.abc import Iterable

# The wrong behaviour of the server with each fault.
FAULTS: dict[str, str] = {
    "end-exclusive": "an item at the very end of a range is not in it",
    "fraction-cut": "ranges compare times without their fraction",
    "partial-put-resets": "a change of a group without extra_params clears it",
    "rename-half-applied": "a refused change of name applies the other keys of the request",
    "id-used-again": "the id of a deleted group is given to the next one",
    "group-delete-keeps-members": "the members of a deleted group keep its id",
    "group-delete-keeps-users": "the users of a deleted group stay, and so do their tokens",
    "leak-other-client": "the list of groups shows those of all clients",
    "sibling-group-open": "a user of a group reaches the other groups of its client",
    "read-only-writes": "a read_only user may change everything",
    "blocked-user-reads": "a blocked user is only kept from logging in",
    "code-twice": "a code works more than once",
    "login-for-all-clients": "a login counts for the applications of all clients",
    "redirect-by-beginning": "a redirect URI need only begin as one of the application",
    "revoke-spares-refresh": "revoking an access token leaves its refresh token",
    "refresh-twice": "a refresh token works more than once",
    "group-by-time-of-call": "lists of a group show the items of those in it at their time",
    "stats-wrong": "the statistics leave out the oldest record",
    "page-overlap": "each page but the first begins with the last item of the one before",
    "ties-one-way": "items of the same time keep their order when the list is turned round",
    "range-delete-takes-all": "deleting a range deletes all that the group has",
    "file-stays": "the storage URL of a deleted record still serves its file",
    "no-www-authenticate": "a 401 does not say how to authenticate",
    "missing-null-field": "keys of an extension that are null are left out",
    "count-per-application": "requests are counted for each application on its own",
    "login-lowered": "a change of a login stores it in lower case",
    "ivr-takes-all-events": "a number of type ivr takes every type of event",
    "ended-call-stays": "a call that was ended stays in the lists",
    "call-at-any-number": "a call is found at numbers that take no part in it",
    "calls-of-all-clients": "the calls in progress of a client are those of all clients",
    "phone-rings-twice": "a phone that is named twice rings twice",
    "phones-not-told": "who subscribed for all phones is told of nothing",
    "redirect-followed": "an event is sent again to where a redirect leads",
    "ended-as-answered": "the hangup of a call that nobody picked up says ANSWER",
    "handed-over-without-leg": "a number that handed a call over has no leg of it",
    "whisper-hands-over": "whoever whispers into a call gets it",
    "answer-not-told": "no event says that a call was picked up",
    "always-bridged": "each hangup says Bridged, as those of a queue do",
    "called-number-short": "events lack the beginning of the number that is called",
    "ani-of-the-group": "an outbound caller ID is set for the whole group of its number",
    "backwards-range-empty": "a list of calls of a range that ends before it starts is empty",
    "found-by-dest-number": "the filter by to_username also finds legs by their dest_number",
    "phones-told-once": "who subscribed for all phones is told only of the first that rings",
    "told-of-all-clients": "who subscribed for all phones is told of those of other clients",
    "ringing-has-no-end": "a call that ends while it rings has no hangup",
    "menu-rung": "a voice menu can be rung as if it were a phone",
    "event-as-text": "events come as plain text, not as a form",
    "never-bridged": "a call that two sides spoke in is answered, never bridged",
    "call-by-first-leg": "the filter by number looks at the number of a call alone",
    "transfer-counted": "legs that got the call handed over count as incoming",
    "call-stats-short": "the statistics of calls leave out the last moment of their range",
    "ended-as-first-leg": "a call has the hangup cause of its first leg, not of its last",
    "leg-keeps-record": "a leg keeps the id of its record when that is deleted",
    "number-length-changes": "a change of a client's data changes the length of its numbers",
    "filter-any": "a list with two filters shows what passes either of them",
}

_on: set[str] = set()


def switch_on(names: Iterable[str]) -> None:
    """Switches these faults on and all others off. Raises ValueError for an unknown one."""
    _on.clear()
    for name in names:
        if name not in FAULTS:
            raise ValueError(f"there is no fault {name}, only {', '.join(FAULTS)}")
        _on.add(name)


def on(name: str) -> bool:
    # A misspelt name in the code must not be taken for a fault that nobody finds.
    assert name in FAULTS, name
    return name in _on
