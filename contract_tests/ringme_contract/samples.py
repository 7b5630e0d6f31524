"""Samples: of what proves the same, one is tried whole and the others in part.

The seed of the run chooses, so that several seeds see all; with `--profile full` all are whole.
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
    """At most so many of the items, in their order; others for another seed or `about`."""
    found = list(items)
    if kit.profile.name == FULL or len(found) <= count:
        return found
    chosen = random.Random(f"{kit.seed} {about}").sample(range(len(found)), count)
    return [found[index] for index in sorted(chosen)]


class Samples:
    """Operations of the same action on the same collection, which differ in whose entries.

    One of each such kind is tried whole.
    """

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
        """All items for an operation that is tried whole, else at most so many."""
        if self.is_whole(operation):
            return list(items)
        return some(self._kit, items, count, operation.id, *about)
