"""Samples: of similar cases, one is tried completely and the others in part.

The seed of the run chooses, so several seeds cover everything; `--profile full` tries all
completely.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TypeVar

from ringme_contract.profiles import FULL
from ringme_spec.operations import Operation

if TYPE_CHECKING:
    from ringme_contract.check_context import CheckContext

_Item = TypeVar("_Item")


def some(kit: CheckContext, items: Iterable[_Item], count: int, *about: object) -> list[_Item]:
    """A random sample of at most `count` items, in order; it depends on the seed and `about`."""
    found = list(items)
    if kit.profile.name == FULL or len(found) <= count:
        return found
    chosen = random.Random(f"{kit.seed} {about}").sample(range(len(found)), count)
    return [found[index] for index in sorted(chosen)]


class Samples:
    """Operations, grouped by action and collection; one of each group is tried completely."""

    def __init__(self, kit: CheckContext, operations: Iterable[Operation]) -> None:
        self._kit = kit
        kinds: dict[tuple[str, str], list[Operation]] = {}
        for one in operations:
            kinds.setdefault((one.action, one.collection.name), []).append(one)
        self._whole = {some(kit, alike, 1, kind)[0].id for kind, alike in kinds.items()}

    def is_whole(self, operation: Operation) -> bool:
        return operation.id in self._whole or self._kit.profile.name == FULL

    def of(
        self, operation: Operation, items: Sequence[_Item], count: int, *about: object
    ) -> list[_Item]:
        if self.is_whole(operation):
            return list(items)
        return some(self._kit, items, count, operation.id, *about)
