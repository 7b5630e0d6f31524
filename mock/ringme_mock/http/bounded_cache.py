"""What was worked out before and stays true, for whoever asks the same again."""

from __future__ import annotations

from typing import TypeVar

Question = TypeVar("Question")
Answer = TypeVar("Answer")

_MOST = 1000
# A client that asks for ever longer things is not to fill the memory with them.
_LONGEST = 500


class Remembered(dict[Question, Answer]):
    """Answers by question. When there are `most`, it forgets them all."""

    def __init__(self, most: int = _MOST) -> None:
        super().__init__()
        self._most = most

    def keep(self, question: Question, answer: Answer, length: int = 0) -> Answer:
        """Notes an answer, unless the question is too long; gives it back."""
        if length <= _LONGEST:
            if len(self) >= self._most:
                self.clear()
            self[question] = answer
        return answer
