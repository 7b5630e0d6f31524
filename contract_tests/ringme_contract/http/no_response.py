"""Exceptions for requests without a response."""

from __future__ import annotations

from ringme_contract.verdict import NotReached


class Unreachable(Exception):
    """The target did not respond, or with an error of a gateway; the message says why.

    `again` means that repeating the whole check may help.
    """

    def __init__(self, message: str, again: bool = False) -> None:
        super().__init__(message)
        self.again = again


class Interrupted(KeyboardInterrupt):
    """The run was interrupted: only requests of the clean-up are still sent."""


class OutOfTime(NotReached):
    """The time budget of the run is used up."""
