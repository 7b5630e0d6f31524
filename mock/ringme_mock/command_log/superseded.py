"""Commands that no replay needs any more: all that they did was reset, or its session ended."""

from __future__ import annotations


class Superseded:
    """Ranges of commands by session, up to one that left nothing of what they did."""

    def __init__(self) -> None:
        self._first: dict[str, int] = {}
        self._begun: dict[str, int] = {}
        self._ranges: list[tuple[str, int, int]] = []

    def __bool__(self) -> bool:
        return bool(self._ranges)

    def seen(self, session: str, number: int, begins: bool) -> None:
        """Take note of a command, perhaps of one that began the session."""
        self._first.setdefault(session, number)
        if begins:
            self._begun[session] = number

    def was_reset(self, session: str, number: int) -> None:
        """Take note that the command `number` left nothing but that the session has begun."""
        begun = self._begun.get(session, 0)
        first = self._first.get(session, number)
        self._add(session, first, min(begun, number))
        self._add(session, max(first, begun + 1), number)
        self._first[session] = number

    def has_ended(self, session: str, number: int) -> None:
        """Take note that nothing before the command `number` is needed, by which it has ended.

        That one stays, as a log that drops its last command would give the number away again.
        """
        begun = self._begun.pop(session, 0)
        self._add(session, begun, begun + 1 if begun else 0)
        self._add(session, self._first.pop(session, number), number)
        self._first[session] = number

    def _add(self, session: str, first: int, before: int) -> None:
        if first < before:
            self._ranges.append((session, first, before))

    def take(self, lowest: int) -> list[tuple[str, int, int]]:
        """Take out the ranges that processes at a position have applied."""
        done = [one for one in self._ranges if one[2] <= lowest + 1]
        self._ranges = [one for one in self._ranges if one[2] > lowest + 1]
        return done
