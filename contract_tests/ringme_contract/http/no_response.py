"""Reasons for which a request has no response."""

from __future__ import annotations

from ringme_contract.verdict import NotReached


class Unreachable(Exception):
    """No response of the target, or none that tells of the target; the message says why.

    `again` says that the same may well succeed when all is done anew.
    """

    def __init__(self, message: str, again: bool = False) -> None:
        super().__init__(message)
        self.again = again


class Interrupted(KeyboardInterrupt):
    """The run was told to end: no further request is sent but those that clean up."""


class OutOfTime(NotReached):
    """The time budget of the run is used up."""
